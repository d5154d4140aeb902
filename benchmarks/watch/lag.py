"""How long after its end a run is seen to have ended, in a fleet whose runs end all the time."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Mapping
from datetime import datetime

import attrs

from actionruns import AsyncPortClient
from benchmarks.watch.emulated import EmulatedFleet, emulated
from benchmarks.watch.watched import TOKEN

__all__ = ["Lag", "lags", "measure"]

# From the making of the fleet; the first ones end when the watch has seen it once.
_LIFE_SECONDS = (5.0, 65.0)


@attrs.frozen(kw_only=True)
class Lag:
    """Seconds from a run's end, as the emulator knows it, to the update that tells of it.

    Attributes:
        runs: How many runs.
        interval: Seconds between two looks.
        median: The median over all runs.
        p99: The 99th percentile over all runs.
        told_p99: The 99th percentile as the watch's own snapshot gives it, of the last thousand.
        requests: Requests of the watch.
        looks: Its looks.
        seconds: From the first update to the last one.
    """

    runs: int
    interval: float
    median: float
    p99: float
    told_p99: float
    requests: int
    looks: int
    seconds: float


def measure(count: int, interval: float) -> Lag:
    """Follow a fleet whose runs end evenly over a minute, from this process.

    Args:
        count: How many runs.
        interval: Seconds between two looks.

    Raises:
        ValueError: An end was told twice, or not at all, or invented.
    """
    with emulated(count, seconds=_LIFE_SECONDS) as fleet:
        return asyncio.run(_measure(fleet, interval))


async def _measure(fleet: EmulatedFleet, interval: float) -> Lag:
    seen: dict[str, datetime] = {}
    async with AsyncPortClient(base_url=fleet.base_url, token=TOKEN, trust_env=False) as port:
        began = asyncio.get_running_loop().time()
        async with port.watch(fleet.run_ids, interval=interval) as watch:
            async for update in watch:
                if update.is_terminal:
                    if update.run_id in seen:
                        raise ValueError(f"the end of {update.run_id} was told twice")
                    seen[update.run_id] = update.seen_at
            told = watch.snapshot()
        seconds = asyncio.get_running_loop().time() - began
    found = lags(seen, fleet.ends())
    cuts = statistics.quantiles(found, n=100)
    return Lag(
        runs=len(fleet.run_ids),
        interval=interval,
        median=cuts[49],
        p99=cuts[98],
        told_p99=told.lag_p99 or 0.0,
        requests=told.requests,
        looks=told.rounds,
        seconds=seconds,
    )


def lags(seen: Mapping[str, datetime], ends: Mapping[str, datetime | None]) -> list[float]:
    """Return for each run the seconds from its end to its being seen.

    Args:
        seen: When the watch told of the ends.
        ends: When the runs ended; None = they have not.

    Raises:
        ValueError: An end was not told, or invented.
    """
    found = []
    for run_id, ended in ends.items():
        if ended is None or run_id not in seen:
            raise ValueError(f"{run_id}: the watch and the emulator disagree about its end")
        found.append((seen[run_id] - ended).total_seconds())
    return found
