"""What one blocking call costs over its async function, for three ways to the loop's thread.

Run ``python -m benchmarks.blocking_bridge``. Each round measures every way beside the others and
the figure is the median of the ratios to anyio's portal, so that a machine which changes its speed
between rounds doesn't change the result. The function called does nothing: this is the bridge
alone, without HTTP.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from anyio.from_thread import start_blocking_portal

from actionruns.blocking import PrivateLoop

ROUNDS = 15
CALLS = 1000
BASE = "anyio portal.call"


async def nothing(value: int) -> int:
    """Return at once what was given."""
    return value


async def numbers(count: int) -> AsyncIterator[int]:
    """Give so many items at once."""
    for number in range(count):
        yield number


async def close() -> None:
    """Close nothing: no client is behind the handle."""


@contextmanager
def ways() -> Iterator[dict[str, Callable[[int], object]]]:
    """Give the ways to make so many calls, by name, all on the same kind of event loop."""
    handle = PrivateLoop(close)

    async def kind_of_loop() -> type[asyncio.AbstractEventLoop]:
        return type(asyncio.get_running_loop())

    factory = handle.call(kind_of_loop)
    with start_blocking_portal(backend_options={"loop_factory": factory}) as portal:

        async def running_loop() -> asyncio.AbstractEventLoop:
            return asyncio.get_running_loop()

        loop = portal.call(running_loop)

        def by_portal(calls: int) -> None:
            for _ in range(calls):
                portal.call(nothing, 1)

        def by_threadsafe(calls: int) -> None:
            for _ in range(calls):
                asyncio.run_coroutine_threadsafe(nothing(1), loop).result()

        def by_handle(calls: int) -> None:
            for _ in range(calls):
                handle.call(nothing, 1)

        def by_iterator(calls: int) -> None:
            for _ in handle.iterate(numbers, calls):
                pass

        yield {
            BASE: by_portal,
            "asyncio.run_coroutine_threadsafe": by_threadsafe,
            "PrivateLoop.call": by_handle,
            "PrivateLoop.iterate, an item": by_iterator,
        }
    handle.close()


def measured(way: Callable[[int], object]) -> float:
    """Return the microseconds of one call."""
    start = time.perf_counter()
    way(CALLS)
    return (time.perf_counter() - start) / CALLS * 1e6


def main() -> None:
    """Measure all ways in turn and print the medians."""
    with ways() as by_name:
        rounds = [{name: measured(way) for name, way in by_name.items()} for _ in range(ROUNDS + 1)]
    del rounds[0]  # Warms up.
    print(f"{'way':<36}{'us':>8}{'ratio':>8}")  # noqa: T201  the result of the program
    for name in by_name:
        microseconds = statistics.median(one[name] for one in rounds)
        ratio = statistics.median(one[name] / one[BASE] for one in rounds)
        print(f"{name:<36}{microseconds:>8.1f}{ratio:>8.2f}")  # noqa: T201  see above


if __name__ == "__main__":
    main()
