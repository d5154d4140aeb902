"""Answers that a server holds back, and streams: in simulated time."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from actionruns.errors import (
    ActionRunsError,
    ApiError,
    AuthenticationFailed,
    ConnectionFailed,
    NotFound,
)
from actionruns.states import RunState
from actionruns.watching import Outcome, Watch, WatchSettings
from tests.watching.fakes import FakeRun, FakeSource, collect, ids
from tests.watching.virtual import run_virtually


class HoldingSource(FakeSource):
    """A service that can hold an answer until a run has moved, and that streams.

    Attributes:
        asked: How often each way of waiting was used.
        hold_error: Raised instead of holding, when set.
        under_way: Holds under way.
    """

    hold_seconds: float | None = 30.0
    stream_seconds: float | None = None

    def __init__(self, run_ids: list[str]) -> None:
        super().__init__(run_ids)
        self.asked: Counter[str] = Counter()
        self.hold_error: ActionRunsError | None = None
        self.answers_at_once = False
        self.under_way = 0

    async def hold(self, run_id: str) -> None:
        """Return when the run has moved, or after half a minute."""
        self.asked["hold"] += 1
        if self.hold_error is not None:
            raise self.hold_error
        await self._until_moved(run_id)

    async def listen(self, run_id: str) -> None:
        """Return when the run has moved, or after half a minute."""
        self.asked["listen"] += 1
        await self._until_moved(run_id)

    async def _until_moved(self, run_id: str) -> None:
        before = self.runs[run_id].status
        self.under_way += 1
        try:
            for _ in range(0 if self.answers_at_once else 300):
                if self.runs[run_id].status != before:
                    return
                await asyncio.sleep(0.1)
        finally:
            self.under_way -= 1


class StreamingSource(HoldingSource):
    """A service that streams and can't hold."""

    hold_seconds: float | None = None
    stream_seconds: float | None = 30.0


def now() -> float:
    """Return the time of the simulation."""
    return asyncio.get_running_loop().time()


async def end_after(source: FakeSource, seconds: float, *run_ids: str) -> None:
    """End runs in a while."""
    await asyncio.sleep(seconds)
    for run_id in run_ids:
        source.end(run_id)


@pytest.mark.parametrize(("kind", "way"), [(HoldingSource, "hold"), (StreamingSource, "listen")])
def test_the_end_of_a_held_run_is_seen_at_once_and_costs_little(
    kind: type[HoldingSource], way: str
) -> None:
    """A hundred seconds of one run are four held answers and as many questions."""

    async def simulate() -> HoldingSource:
        source = kind(ids(1))
        ending = asyncio.create_task(end_after(source, 100, "r_0"))
        updates = await collect(Watch([(source, ids(1))]))
        assert [update.state for update in updates] == [RunState.RUNNING, RunState.SUCCEEDED]
        assert now() == pytest.approx(100, abs=0.3)
        await ending
        return source

    source = run_virtually(simulate())
    assert source.asked == {way: 4}
    assert len(source.singles) == 5


def test_each_held_run_has_its_own_course() -> None:
    """One that moves is asked for at once, whatever the others do."""

    async def simulate() -> dict[str, float]:
        source = HoldingSource(ids(5))
        ends = [asyncio.create_task(end_after(source, 7.0 * n, f"r_{n}")) for n in range(5)]
        seen: dict[str, float] = {}
        async for update in Watch([(source, ids(5))]):
            if update.outcome is Outcome.ENDED:
                seen[update.run_id] = now()
        await asyncio.gather(*ends)
        return seen

    seen = run_virtually(simulate())
    assert seen == {f"r_{n}": pytest.approx(7.0 * n, abs=0.3) for n in range(5)}


def test_a_run_that_waits_for_a_person_is_not_held() -> None:
    """Its answer would come at once; it is looked at each interval."""

    async def simulate() -> HoldingSource:
        source = HoldingSource(ids(1))
        source.runs["r_0"].status = "strange"  # neither queued nor running
        ending = asyncio.create_task(end_after(source, 10, "r_0"))
        await collect(Watch([(source, ids(1))]))
        await ending
        return source

    source = run_virtually(simulate())
    assert source.asked == {}
    assert 8 <= len(source.singles) <= 13


def test_a_server_that_does_not_hold_is_not_asked_at_once_again() -> None:
    """An answer that comes at once and shows no change is no reason to hurry."""

    async def simulate() -> HoldingSource:
        source = HoldingSource(ids(1))
        source.answers_at_once = True
        ending = asyncio.create_task(end_after(source, 20, "r_0"))
        await collect(Watch([(source, ids(1))]))
        await ending
        return source

    assert run_virtually(simulate()).asked["hold"] <= 22


def test_a_run_that_goes_to_and_fro_is_no_busy_loop() -> None:
    """Some changes on end are seen at once; a run that never stands still is paced."""

    class Restless(HoldingSource):
        async def get(self, run_id: str) -> FakeRun:
            was_queued = self.runs[run_id].status == "queued"
            self.runs[run_id].status = "running" if was_queued else "queued"
            await asyncio.sleep(0.01)
            return await super().get(run_id)

    async def simulate() -> int:
        source = Restless(ids(1))
        source.answers_at_once = True
        watch = Watch([(source, ids(1))], WatchSettings(timeout=100))
        await collect(watch)
        return watch.progress.requests

    assert 100 <= run_virtually(simulate()) <= 250


@pytest.mark.parametrize("status", [404, 405, 500, 501])
def test_a_server_that_cannot_hold_is_polled(status: int) -> None:
    """It says so once; then the next best way is taken."""

    async def simulate() -> HoldingSource:
        source = HoldingSource(ids(1))
        source.hold_error = ApiError("Not implemented", status=status)
        ending = asyncio.create_task(end_after(source, 30, "r_0"))
        watch = Watch([(source, ids(1))])
        updates = await collect(watch)
        assert updates[-1].outcome is Outcome.ENDED
        assert "ask for each run" in watch.explain()
        await ending
        return source

    source = run_virtually(simulate())
    assert source.asked == {"hold": 1}
    assert len(source.singles) > 3


def test_a_lost_connection_is_no_reason_to_stop_holding() -> None:
    """A moment's failure; the run's own answer tells how it stands."""

    async def simulate() -> HoldingSource:
        source = HoldingSource(ids(1))
        source.hold_error = ConnectionFailed("reset")
        ending = asyncio.create_task(end_after(source, 5, "r_0"))
        await collect(Watch([(source, ids(1))]))
        await ending
        return source

    assert run_virtually(simulate()).asked["hold"] >= 4


def test_refused_credentials_end_the_watch() -> None:
    """As with any other request."""

    async def simulate() -> None:
        source = HoldingSource(ids(2))
        source.hold_error = AuthenticationFailed("no", status=401)
        with pytest.raises(AuthenticationFailed):
            await collect(Watch([(source, ids(2))]))
        assert source.under_way == 0

    run_virtually(simulate())


def test_the_timeout_cuts_held_answers() -> None:
    """The watch ends in time, and leaves no request behind."""

    async def simulate() -> None:
        source = HoldingSource(ids(2))
        updates = await collect(Watch([(source, ids(2))], WatchSettings(timeout=12)))
        assert [update.outcome for update in updates[2:]] == [Outcome.TIMED_OUT] * 2
        assert now() == pytest.approx(12)
        assert source.under_way == 0

    run_virtually(simulate())


def test_a_run_that_is_added_does_not_wait_for_the_held_ones() -> None:
    """Held answers are let go of; no update is lost by that."""

    async def simulate() -> None:
        source = HoldingSource(ids(3))
        watch = Watch([(source, ids(2))])
        for _ in range(2):
            await anext(watch)
        await asyncio.sleep(5)
        began = now()
        watch.add(["r_2"])
        assert (await anext(watch)).run_id == "r_2"
        assert now() - began <= 1.1
        source.end("r_2")
        watch.poke(["r_2"])
        assert (await anext(watch)).outcome is Outcome.ENDED
        await watch.aclose()
        assert source.under_way == 0

    run_virtually(simulate())


def test_without_a_way_to_wait_a_source_says_so() -> None:
    """The methods of a source that can't are never called by a watch."""

    async def simulate() -> None:
        source = FakeSource()
        with pytest.raises(ActionRunsError, match="cannot hold"):
            await source.hold("r_0")
        with pytest.raises(ActionRunsError, match="no stream"):
            await source.listen("r_0")
        with pytest.raises(ActionRunsError, match="no part 'x'"):
            await source.page_of_part("x", None)
        assert (source.parts(None), source.changed_at(FakeRun("r"))) == ((), None)
        assert (source.allowance(), source.refusals()) == (None, 0)

    run_virtually(simulate())


def test_a_run_that_is_gone_does_not_stop_the_holding_of_others() -> None:
    """The 404 of its held answer is about the run, as its own answer tells."""

    async def simulate() -> HoldingSource:
        source = HoldingSource(ids(2))
        ending = asyncio.create_task(end_after(source, 100, "r_0"))

        async def hold(run_id: str) -> None:
            try:
                await HoldingSource.hold(source, run_id)
            except KeyError:
                source.asked["lost"] += 1
                raise NotFound("no such run", status=404) from None

        source.hold = hold  # type: ignore[method-assign]  # it knows when a run is gone
        watch = Watch([(source, ids(2))])
        for _ in range(2):
            await anext(watch)
        await asyncio.sleep(1)
        del source.runs["r_1"]
        updates = await collect(watch)
        assert [update.outcome for update in updates] == [Outcome.GONE, Outcome.ENDED]
        await ending
        return source

    source = run_virtually(simulate())
    assert source.asked["lost"] > 1
    assert source.asked["hold"] >= 4
