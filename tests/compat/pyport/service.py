"""The emulated Port, for tests that block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from anyio.from_thread import BlockingPortal

from actionruns.emulator import Emulator

__all__ = ["ONE_RUN", "Service"]

ONE_RUN = "/port/v1/actions/runs/{run_id}"


@attrs.frozen
class Service:
    """An emulator and the thread in which it runs."""

    emulator: Emulator
    thread: BlockingPortal

    def add_run(self, action: str = "create_microservice", **options: Any) -> str:
        """Create a run and return its id."""
        return self.thread.call(lambda: self.emulator.add_run(action, **options))

    def approve(self, run_id: str) -> None:
        """Approve a run."""
        self.thread.call(self.emulator.approve, run_id)

    def run(self, run_id: str) -> Mapping[str, Any]:
        """Return a run as the service has it."""
        return self.thread.call(self.emulator.run, run_id)

    def fail_next(self, method: str = "*", route: str = "*", **fault: Any) -> None:
        """Let the next requests fail."""
        self.thread.call(lambda: self.emulator.fail_next(method, route, **fault))

    def asked(self) -> list[tuple[str, str]]:
        """Return method and query of the requests, but those for tokens."""
        return [
            (record.method, record.query)
            for record in self.emulator.requests
            if not record.route.endswith("/access_token")
        ]
