"""What the emulator was asked: counters for ever, the latest requests in detail."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterator

import attrs

__all__ = ["RequestLog", "RequestRecord"]

_KEPT = 10_000


@attrs.define(kw_only=True)
class RequestRecord:
    """One request.

    Attributes:
        method: HTTP method.
        route: Template of the route, as ``/port/v1/actions/runs/{run_id}``; the path itself when
            no route matched.
        path: The path as it was sent, still percent-encoded.
        query: The query string as it was sent.
        at: When it came, in epoch seconds.
        status: Status of the answer; None while there is none (or there never will be).
    """

    method: str
    route: str
    path: str
    query: str
    at: float
    status: int | None = None


class RequestLog:
    """The requests that an emulator got since it started.

    Attributes:
        connections: TCP connections that clients opened.
        counts: Requests by ``(method, route template)``.
    """

    def __init__(self) -> None:
        self.connections = 0
        self.counts: Counter[tuple[str, str]] = Counter()
        self._latest: deque[RequestRecord] = deque(maxlen=_KEPT)
        self._waiting: list[asyncio.Future[None]] = []

    def __iter__(self) -> Iterator[RequestRecord]:
        """Iterate over the latest 10,000 requests, oldest first."""
        return iter(tuple(self._latest))

    def __len__(self) -> int:
        """Return how many requests there were."""
        return self.counts.total()

    def count(self, method: str | None = None, route: str | None = None) -> int:
        """Count requests.

        Args:
            method: Only those with this method; None: all methods.
            route: Only those of this route template; None: all routes.
        """
        return sum(
            number
            for (its_method, its_route), number in self.counts.items()
            if method in {None, its_method} and route in {None, its_route}
        )

    async def reached(
        self, count: int, method: str | None = None, route: str | None = None
    ) -> None:
        """Wait until there have been so many requests; answered or not.

        Args:
            count: How many.
            method: Only those with this method; None: all methods.
            route: Only those of this route template; None: all routes.
        """
        while self.count(method, route) < count:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await future

    def clear(self) -> None:
        """Forget all requests and connections so far."""
        self.connections = 0
        self.counts.clear()
        self._latest.clear()

    def add(self, record: RequestRecord) -> None:
        """Note a request; the server calls it."""
        self.counts[record.method, record.route] += 1
        self._latest.append(record)
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
