"""Runs that a list hides rest from look to look: which, and for how long. In simulated time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from actionruns.errors import RateLimited
from actionruns.watching import Watch, WatchSettings
from tests.watching.fakes import FakeRun, FakeSource, ids
from tests.watching.virtual import run_virtually


class HidingSource(FakeSource):
    """A service whose list hides ``r_3``.

    Attributes:
        third: Set when that run was asked for the third time.
    """

    def __init__(self, run_ids: Iterable[str]) -> None:
        super().__init__(run_ids)
        self.hidden = {"r_3"}
        self.third = asyncio.Event()

    async def get(self, run_id: str) -> FakeRun:
        """Return a run."""
        run = await super().get(run_id)
        if self.singles.count("r_3") == 3:
            self.third.set()
        return run


def accept(source: FakeSource) -> None:
    """Refuse no more."""
    source.list_error = None


def now() -> float:
    """Return the time of the simulation."""
    return asyncio.get_running_loop().time()


def test_a_run_that_the_list_hides_is_not_left_out_while_looks_are_seldom() -> None:
    """A hidden run rests from look to look, but not when each look is a minute after the last."""

    async def simulate() -> None:
        source = HidingSource(ids(10))
        watch = Watch([(source, ids(10))])
        for _ in range(10):
            await anext(watch)
        async with asyncio.timeout(60):
            await source.third.wait()
        # Just asked for again, it rests for as long as it ever does.
        source.end("r_0")
        watch.poke(["r_0"])
        await anext(watch)
        source.end("r_3")
        began = now()
        assert (await anext(watch)).run_id == "r_3"
        assert now() - began < 90
        await watch.aclose()

    run_virtually(simulate())


def test_a_run_that_the_list_hides_is_asked_for_in_the_first_look_after_refusals() -> None:
    """Refusals make looks seldom: what rested before them has rested long enough by then."""

    async def simulate() -> None:
        source = HidingSource(ids(10))
        watch = Watch([(source, ids(10))])
        for _ in range(10):
            await anext(watch)
        async with asyncio.timeout(60):
            await source.third.wait()
        source.list_error = RateLimited("slower", status=429)
        refused_from = source.rounds
        source.each_round = lambda number: accept(source) if number > refused_from + 2 else None
        source.end("r_3")
        assert (await anext(watch)).run_id == "r_3"
        assert source.rounds == refused_from + 3
        await watch.aclose()

    run_virtually(simulate())


def test_only_runs_that_a_list_left_out_rest() -> None:
    """A run that was asked for in turn, without a list, is asked for as soon as it leaves one."""

    async def simulate() -> None:
        source = FakeSource(ids(3))  # so few that each is asked for
        watch = Watch([(source, ids(3))], WatchSettings(interval=10))
        for _ in range(3):
            await anext(watch)
        await asyncio.sleep(100)
        more = [f"more {number}" for number in range(20)]
        source.runs |= FakeSource(more).runs
        source.end("r_0")
        began = now()
        watch.add(more)
        while (await anext(watch)).run_id != "r_0":
            pass
        assert now() - began <= 11
        await watch.aclose()

    run_virtually(simulate())
