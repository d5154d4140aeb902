"""SingleFlight: one fetch for however many callers need its result at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

__all__ = ["SingleFlight"]

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Fetches something once for all who ask while it is under way, for each event loop.

    Args:
        fetch: Fetches it.
    """

    def __init__(self, fetch: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._fetch = fetch
        self._flights: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[T]] = (
            WeakKeyDictionary()
        )

    async def __call__(self) -> T:
        """Return what the fetch under way gives, or that of a new one."""
        loop = asyncio.get_running_loop()
        flight = self._flights.get(loop)
        if flight is None:
            # A task of its own: the callers that share it may be cancelled one by one.
            flight = loop.create_task(self._fetch())
            self._flights[loop] = flight
            flight.add_done_callback(lambda done: self._land(loop, done))
        return await asyncio.shield(flight)

    def _land(self, loop: asyncio.AbstractEventLoop, flight: asyncio.Task[T]) -> None:
        self._flights.pop(loop, None)
        if not flight.cancelled():
            flight.exception()  # seen, even when every caller has gone
