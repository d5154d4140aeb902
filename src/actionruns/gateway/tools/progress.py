"""Progress: what an agent hears while it waits for a call."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

__all__ = ["Progress", "telling"]

Report = Callable[[float, str], Awaitable[None]]


class Progress:
    """Tells how long a call has been going on, which always grows, and what is known of it.

    Args:
        report: Sends a note: seconds since the begin, and a text.
        message: The text, until there is another one.
    """

    def __init__(self, report: Report, message: str) -> None:
        self._report = report
        self._message = message
        self._loop = asyncio.get_running_loop()
        self._begin = self._loop.time()
        self._told = 0.0

    async def tell(self, message: str | None = None) -> None:
        """Send a note now.

        Args:
            message: What is known now; None = what was known before.
        """
        if message is not None:
            self._message = message
        # The protocol wants a number that grows with each note.
        self._told = max(self._loop.time() - self._begin, self._told + 0.001)
        await self._report(round(self._told, 3), self._message)


@contextlib.asynccontextmanager
async def telling(report: Report, message: str, interval: float) -> AsyncIterator[Progress]:
    """Send a note again and again, for as long as the body goes on.

    Args:
        report: Sends a note.
        message: What it says.
        interval: Seconds between two notes.
    """
    progress = Progress(report, message)

    async def repeat() -> None:
        while True:
            await asyncio.sleep(interval)
            await progress.tell()

    notes = asyncio.create_task(repeat())
    try:
        yield progress
    finally:
        notes.cancel()
        # A caller who has gone cannot be told anything; what was asked for is done all the same.
        await asyncio.gather(notes, return_exceptions=True)
