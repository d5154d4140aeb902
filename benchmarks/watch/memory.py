"""What following a run takes of memory: by the operating system's count, and by Python's own."""

from __future__ import annotations

import asyncio
import gc
import os
import tracemalloc
from pathlib import Path

import attrs

from benchmarks.watch.fleet import Fleet
from benchmarks.watch.watched import watched

__all__ = ["Memory", "measure", "trace"]

_STATM = Path("/proc/self/statm")
_SWEEPS = 5
_PACKAGES = Path(__file__).parents[2]


@attrs.frozen(kw_only=True)
class Memory:
    """By how much a process has grown to follow a fleet.

    Attributes:
        runs: How many runs.
        grown: Bytes, from before the ids were made until after some quiet sweeps.
    """

    runs: int
    grown: int

    @property
    def per_run(self) -> float:
        """Bytes for each run."""
        return self.grown / self.runs


def measure(fleet: Fleet, warm_up: Fleet) -> Memory | None:
    """Measure in this process, which should be a fresh one.

    It follows another fleet of one page first, so that what any watch takes, whatever its size
    (modules loaded with the first request, a connection, a page), is there before.

    Args:
        fleet: The runs; none of them ends.
        warm_up: The other fleet.

    Returns:
        The growth; None where the operating system has no ``/proc``.
    """
    if not _STATM.exists():
        return None
    return asyncio.run(_measure(fleet, warm_up))


async def _measure(fleet: Fleet, warm_up: Fleet) -> Memory:
    async with watched(_copy(warm_up)) as following:
        await following.sweep(_SWEEPS)
    gc.collect()
    before = _resident()
    own = _copy(fleet)
    async with watched(own) as following:
        await following.sweep(1 + _SWEEPS)
        return Memory(runs=len(own.run_ids), grown=_resident() - before)


def _copy(fleet: Fleet) -> Fleet:
    """Make the ids anew, as a program does that follows runs: they are a part of what it takes."""
    return Fleet(fleet.base_url, [run_id[:2] + run_id[2:] for run_id in fleet.run_ids])


def _resident() -> int:
    pages = int(_STATM.read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def trace(fleet: Fleet) -> dict[str, float]:
    """Return bytes a run by the module that has allocated them, the largest first.

    This module stands for the ids and their list.

    Args:
        fleet: The runs; none of them ends.
    """
    return asyncio.run(_trace(fleet))


async def _trace(fleet: Fleet) -> dict[str, float]:
    tracemalloc.start()
    try:
        async with watched(_copy(fleet)) as following:
            await following.sweep(2)
            gc.collect()
            found = tracemalloc.take_snapshot().statistics("filename")
    finally:
        tracemalloc.stop()
    sizes = {entry.traceback[0].filename: entry.size / len(fleet.run_ids) for entry in found}
    return {_module(name): size for name, size in sizes.items() if size >= 5}


def _module(name: str) -> str:
    path = Path(name)
    return path.relative_to(_PACKAGES).as_posix() if path.is_relative_to(_PACKAGES) else path.name
