"""Makes its first request by a host's name, and does so when the interpreter is shutting down."""

from __future__ import annotations

import atexit

from actionruns import ActionRunsError, PortClient
from tests.blocking.programs.setting import PORT, say

client = PortClient(base_url=f"http://localhost:{PORT}", token="any", timeout=5)


def ask() -> None:
    try:
        client.action_runs.get_action_runs()
    except ActionRunsError as error:
        say(f"typed: {type(error).__name__}")


atexit.register(ask)
