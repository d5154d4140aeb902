"""Forks after a call, while another thread holds the lock; both processes then call."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings

from actionruns.blocking import portal
from actionruns.errors import ClientClosed
from tests.blocking.clients import Echo, Thing
from tests.blocking.programs.setting import PORT, say

client = Echo(PORT)
thing = Thing()
numbers = thing.runs.count(10)
say(client.ask("parent before"))
next(numbers)

held, let_go = threading.Event(), threading.Event()


def hold_the_lock() -> None:
    with portal._lock:
        held.set()
        let_go.wait()


holder = threading.Thread(target=hold_the_lock)
holder.start()
held.wait()
with warnings.catch_warnings():
    # Python 3.12+ warns of any fork with threads about; that it does no harm is what is tested.
    warnings.simplefilter("ignore", DeprecationWarning)
    child = os.fork()
if child == 0:
    signal.alarm(10)
    say(client.ask("child"))
    try:
        next(numbers)
    except ClientClosed:
        say("iterator refused")
    del numbers
    client.close()
    sys.exit(7)
let_go.set()
holder.join()
_, status = os.waitpid(child, 0)
say(f"child exited with {os.waitstatus_to_exitcode(status)}")
say(client.ask("parent after"))
say(f"item {next(numbers)}")
client.close()
thing.close()
