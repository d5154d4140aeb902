"""The emulator in a process of its own, with a fleet of runs and what really became of them."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.connection import Connection

import attrs

from actionruns.emulator import Emulator
from benchmarks.watch.fleet import Fleet

__all__ = ["EmulatedFleet", "emulated"]

_END_SECONDS = 10.0


@attrs.frozen
class EmulatedFleet(Fleet):
    """Emulated runs.

    Attributes:
        pipe: Leads to the process that has them.
    """

    pipe: Connection

    def ends(self) -> dict[str, datetime | None]:
        """Return when each run ended, as the emulator knows it; None = it has not."""
        self.pipe.send("ends")
        ends: dict[str, datetime | None] = self.pipe.recv()
        return ends


@contextmanager
def emulated(count: int, *, seconds: tuple[float, float] | None = None) -> Iterator[EmulatedFleet]:
    """Serve a fleet of runs while the body runs.

    Args:
        count: How many runs.
        seconds: Least and most that a run takes, from now; None = none of them ends.
    """
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=_serve_in_process, args=(theirs, count, seconds), daemon=True
    )
    server.start()
    theirs.close()
    try:
        base_url, run_ids = ours.recv()
        yield EmulatedFleet(base_url, run_ids, ours)
    finally:
        ours.close()
        server.join(_END_SECONDS)
        if server.is_alive():
            server.kill()


def _serve_in_process(parent: Connection, count: int, seconds: tuple[float, float] | None) -> None:
    asyncio.run(_serve(parent, count, seconds))


async def _serve(parent: Connection, count: int, seconds: tuple[float, float] | None) -> None:
    moves = seconds is not None
    loop = asyncio.get_running_loop()
    async with Emulator(auto_progress=moves, duration=seconds or (1.0, 1.0)) as emulator:
        run_ids = await emulator.add_runs(count)
        parent.send((emulator.port_url, run_ids))
        while True:
            try:
                await loop.run_in_executor(None, parent.recv)
            except EOFError:  # the parent has closed its end
                return
            ended = [(await emulator.run(run_id)).get("endedAt") for run_id in run_ids]
            moments = [None if text is None else datetime.fromisoformat(text) for text in ended]
            parent.send(dict(zip(run_ids, moments, strict=True)))
