"""Has a thread of its own that goes on calling when the main thread is at its end."""

from __future__ import annotations

import threading

from tests.blocking.clients import Echo
from tests.blocking.programs.setting import PORT, say

client = Echo(PORT)


def work() -> None:
    threading.main_thread().join()
    say(client.ask("worker"))


client.ask("main")
threading.Thread(target=work).start()
