"""The background task that applies what is due, in the order of time."""

from __future__ import annotations

import asyncio
from typing import Protocol

from actionruns.emulator.clock import Clock

__all__ = ["Progress", "Progressing"]

_BATCH = 500


class Progressing(Protocol):
    """A service whose state changes by itself."""

    def next_due(self) -> float | None:
        """Return when the next change is due, in epoch seconds; None: nothing is planned."""
        ...

    def apply_due(self, now: float, limit: int) -> int:
        """Apply the changes due by ``now``, oldest first, at most ``limit``; return how many."""
        ...


class Progress:
    """Wake up when a change is due; sleep while nothing is.

    Changes carry the moment at which they were due, not the one at which the task came to them. So
    that no answer is older than the clock, the server also catches up before each request.

    Args:
        service: Whose changes are applied.
        clock: Tells the time.
    """

    def __init__(self, service: Progressing, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._changed = asyncio.Event()
        self._due: float | None = service.next_due()

    def planned(self, due: float) -> None:
        """Tell the task that a change was planned for this moment."""
        if self._due is None or due < self._due:
            self._due = due
            self._changed.set()

    def catch_up(self) -> None:
        """Apply what is due now; bounded, so that a request never waits for a long backlog."""
        if self._due is not None and self._due <= self._clock.now():
            self._service.apply_due(self._clock.now(), _BATCH)
            self._due = self._service.next_due()

    async def run(self) -> None:
        """Apply changes as they become due, until cancelled."""
        while True:
            self._changed.clear()
            self.catch_up()
            if self._due is None:
                await self._changed.wait()
                continue
            try:
                async with asyncio.timeout(max(0.0, self._due - self._clock.now())):
                    await self._changed.wait()
            except TimeoutError:
                pass
