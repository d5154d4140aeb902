"""For how long a watch keeps the event loop from anything else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import attrs

from benchmarks.watch.fleet import Fleet
from benchmarks.watch.watched import watched

__all__ = ["Stall", "Stalls", "measure"]

_TICK = 0.001
_SWEEPS = 10


@attrs.frozen
class Stall:
    """The longest that something else had to wait.

    Attributes:
        waited: Seconds by which a timer was late. On a machine with other work, the loop's thread
            may have waited for a core itself.
        busy: CPU seconds that the loop's thread spent between two ticks of the timer.
    """

    waited: float
    busy: float


@attrs.frozen(kw_only=True)
class Stalls:
    """The longest stalls of a watch, phase by phase.

    Attributes:
        runs: How many runs.
        idle: While nothing was done: what the machine itself comes to.
        first: In the first sweep, which decodes and tells each run.
        later: In ten later ones.
    """

    runs: int
    idle: Stall
    first: Stall
    later: Stall


def measure(fleet: Fleet) -> Stalls:
    """Measure how late a timer is while runs are swept.

    Args:
        fleet: The runs; none of them ends.
    """
    return asyncio.run(_measure(fleet))


async def _measure(fleet: Fleet) -> Stalls:
    async with watched(fleet) as following:
        with _ticking() as first:
            await following.sweep()
        with _ticking() as later:
            await following.sweep(_SWEEPS)
        with _ticking() as idle:
            await asyncio.sleep(1)
    return Stalls(
        runs=len(fleet.run_ids), idle=_worst(idle), first=_worst(first), later=_worst(later)
    )


@contextmanager
def _ticking() -> Iterator[list[Stall]]:
    """Give a list that grows by one entry for each tick while the body runs."""
    ticks: list[Stall] = []
    task = asyncio.create_task(_tick(ticks))
    try:
        yield ticks
    finally:
        task.cancel()


async def _tick(ticks: list[Stall]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due, worked = loop.time() + _TICK, time.thread_time()
        await asyncio.sleep(_TICK)
        ticks.append(Stall(loop.time() - due, time.thread_time() - worked))


def _worst(ticks: Sequence[Stall]) -> Stall:
    return Stall(max(tick.waited for tick in ticks), max(tick.busy for tick in ticks))
