"""Closes nothing: a global client, a dropped one, an open iteration, a report, a waiting thread."""

from __future__ import annotations

import contextlib
import threading

from actionruns.errors import ClientClosed
from tests.blocking.clients import Pages, Thing
from tests.blocking.programs.setting import PORT, say

client = Pages(PORT)
say(str(client.fetch()))
say(str(Pages(PORT).fetch()))

thing = Thing()
numbers = thing.runs.count(10)
next(numbers)
report = thing.report("r_1").__enter__()


def wait() -> None:
    with contextlib.suppress(ClientClosed):
        thing.runs.wait_forever()


threading.Thread(target=wait, daemon=True).start()
thing.journal.wait_for("waiting")
