"""Runs that stand where a test wants them."""

from __future__ import annotations

import attrs
from anyio.from_thread import BlockingPortal

from actionruns.emulator import Emulator

__all__ = ["NOWHERE", "Agents"]

NOWHERE = "00000000-0000-4000-8000-000000000000"
"""An id of nothing."""

_STEPS = {"echo": 1, "streamer": 6, "asker": 1, "failer": 1, "thinker": 0}


@attrs.frozen
class Agents:
    """The agents of an emulator, called from another thread than its own."""

    emulator: Emulator
    portal: BlockingPortal

    def id(self, name: str) -> str:
        """Return the id of an agent."""
        return self.emulator.acp.agent_id(name)

    def run(self, name: str, *, moved: bool = True) -> str:
        """Make a run and return its id.

        Args:
            name: Its agent: runs of `echo` and `streamer` have ended well, those of `failer` badly,
                those of `asker` ask, and those of `thinker` are pending.
            moved: False = it is pending.
        """
        creation = {"input": {"text": "hello"}}
        run_id = self.portal.call(lambda: self.emulator.acp.add_run(name, creation=creation))
        for _ in range(_STEPS[name] if moved else 0):
            self.move(run_id)
        return run_id

    def move(self, run_id: str) -> None:
        """Let the agent of a run do its next step."""
        self.portal.call(self.emulator.acp.advance, run_id)
