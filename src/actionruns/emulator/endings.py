"""Who waits in this process for runs to end."""

from __future__ import annotations

import asyncio

__all__ = ["Endings"]


class Endings:
    """Futures of those who wait, by run."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}

    async def wait(self, run_id: str) -> None:
        """Wait until the run's end is told.

        Raises:
            asyncio.CancelledError: The emulator was stopped meanwhile.
        """
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(run_id, []).append(future)
        await future

    def tell(self, run_id: str) -> None:
        """Wake those who wait for this run."""
        for future in self._waiting.pop(run_id, ()):
            if not future.done():
                future.set_result(None)

    def close(self) -> None:
        """Let go all who wait."""
        for futures in self._waiting.values():
            for future in futures:
                future.cancel()
        self._waiting.clear()
