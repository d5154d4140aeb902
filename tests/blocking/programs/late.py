"""Calls while the interpreter is shutting down: from atexit handlers and from ``__del__``."""

from __future__ import annotations

import atexit
import sys


def call(moment: str) -> None:
    try:
        say(f"{moment}: {client.ask('still here')}")
    except ClientClosed:
        say(f"{moment}: closed")


atexit.register(call, "handler registered before the import")

from actionruns.errors import ClientClosed  # noqa: E402
from tests.blocking.clients import Echo  # noqa: E402  the order is what is tested
from tests.blocking.programs.setting import PORT, say  # noqa: E402


class Holder:
    def __del__(self) -> None:
        call("finalising" if sys.is_finalizing() else "not yet finalising")


atexit.register(call, "handler registered after the import")
client = Echo(PORT)
if "called" in sys.argv:
    client.ask("first")
holder = Holder()
