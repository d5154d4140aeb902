"""A watch that a measurement can hold at the beginning of a sweep."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from actionruns.port import ActionRun
from actionruns.port.source import PortSource
from actionruns.transport import FixedHeaders, Transport, TransportSettings
from actionruns.watching import ActivePage, Watch, WatchSettings
from benchmarks.watch.fleet import Fleet

__all__ = ["TOKEN", "Watched", "watched"]

TOKEN = "demo"  # noqa: S105  # of the emulator; nginx asks for none
_PAUSE = 0.01


class _Gated(PortSource):
    """Port's runs, whose sweeps begin when they are let."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self.sweeps_allowed = 0
        self.allowed = asyncio.Event()
        self.idle = asyncio.Event()

    async def active_page(self, cursor: str | None) -> ActivePage:
        if cursor is None:
            while not self.sweeps_allowed:
                self.idle.set()
                self.allowed.clear()
                await self.allowed.wait()
            self.sweeps_allowed -= 1
        return await super().active_page(cursor)


class Watched:
    """A watch that stands still but for the sweeps that are asked for.

    Attributes:
        watch: The watch.
    """

    def __init__(self, watch: Watch[ActionRun], source: _Gated) -> None:
        self.watch = watch
        self._source = source

    async def sweep(self, count: int = 1) -> None:
        """Let the watch sweep so many times, and return when the next sweep would begin."""
        self._source.sweeps_allowed = count
        self._source.idle.clear()
        self._source.allowed.set()
        await self._source.idle.wait()


@asynccontextmanager
async def watched(fleet: Fleet) -> AsyncIterator[Watched]:
    """Follow runs of Port; whatever is told is taken and dropped.

    Args:
        fleet: The runs.
    """
    settings = TransportSettings(base_url=fleet.base_url, trust_env=False)
    transport = Transport(settings, FixedHeaders({"Authorization": f"Bearer {TOKEN}"}))
    source = _Gated(transport)
    async with Watch([(source, fleet.run_ids)], WatchSettings(interval=_PAUSE)) as watch:

        async def take() -> None:
            async for _ in watch:
                pass

        taking = asyncio.create_task(take())
        try:
            yield Watched(watch, source)
        finally:
            taking.cancel()
            await asyncio.wait({taking})
            await transport.aclose()
