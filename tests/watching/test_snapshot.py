"""What a watch tells of itself: counters, a snapshot, words."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from actionruns.errors import RateLimited, ServerError
from actionruns.watching import ActivePage, Watch, WatchSettings
from actionruns.watching.progress import Progress
from tests.watching.fakes import FakeRun, FakeSource, collect, ids, watch
from tests.watching.virtual import run_virtually


class PacedSource(FakeSource):
    """A service that tells its rate, its refusals, and when a run changed."""

    refused = 0
    rate: float | None = 2.0
    ended_ago = 3.0

    def allowance(self) -> float | None:
        """Return the requests a second that are allowed."""
        return self.rate

    def refusals(self) -> int:
        """Return how many requests were refused."""
        return self.refused

    def changed_at(self, run: FakeRun) -> datetime | None:
        """Return a time that is some seconds ago."""
        return datetime.now(UTC) - timedelta(seconds=self.ended_ago)


def test_a_snapshot_tells_what_was_done_and_what_it_cost() -> None:
    """Every counter, at one moment."""

    async def simulate() -> None:
        source = PacedSource(ids(10), page_size=5)
        following = watch(source, settings=WatchSettings(interval=4))
        for _ in range(9):
            await anext(following)
        source.end("r_0")
        await asyncio.sleep(5)
        shot = following.snapshot()
        assert (shot.followed, shot.ended, shot.lost, shot.changes) == (9, 1, 0, 11)
        assert (shot.waiting, shot.rounds, shot.in_flight) == (2, 2, 0)
        assert (shot.pages, shot.singles, shot.holds, shot.requests) == (4, 1, 0, 5)
        assert (shot.failures, shot.refusals, shot.pushes) == (0, 0, 0)
        assert (shot.intervals, shot.allowances) == ({"fake": 4}, {"fake": 2.0})
        assert shot.lag_p50 == shot.lag_p99
        assert 2.9 <= (shot.lag_p50 or 0) < 4
        await following.aclose()

    run_virtually(simulate())


def test_requests_are_in_flight_while_they_are() -> None:
    """Pages and single questions count from their start to their answer."""

    async def simulate() -> None:
        source = FakeSource(ids(2))
        source.gate.clear()
        following = watch(source)
        waiting = asyncio.ensure_future(anext(following))
        await asyncio.sleep(1)
        assert following.snapshot().in_flight == 2
        source.gate.set()
        await waiting
        await following.aclose()
        assert following.snapshot().in_flight == 0

    run_virtually(simulate())


def test_nothing_waits_when_all_is_told() -> None:
    """The mark of the end in the queue is no update."""

    async def simulate() -> None:
        source = FakeSource(ids(1))
        source.end("r_0")
        following = watch(source)
        await collect(following)
        assert following.snapshot().waiting == 0

    run_virtually(simulate())


def test_a_watch_explains_itself() -> None:
    """Before the first look, and after it with what it costs and when the next one is."""

    async def simulate() -> None:
        source = FakeSource(ids(1000), page_size=100)
        following = watch(source, settings=WatchSettings(interval=4))
        assert following.explain() == "fake: 0 runs to follow; nothing was asked yet"
        await anext(following)
        await asyncio.sleep(1)
        assert following.explain().startswith(
            "fake: 1,000 followed; sweep the list of active runs, about 1 request a look"
        )
        for _ in range(999):
            await anext(following)
        await asyncio.sleep(5)
        assert following.explain() == (
            "fake: 1,000 followed; sweep the list of active runs, about 10 requests a look, "
            "because that takes the fewest requests (it would be 1,000 requests to ask for each "
            "run); 4.0 s from one look to the next"
        )
        await following.aclose()

    run_virtually(simulate())


def test_refusals_slow_the_watch_down_and_are_told() -> None:
    """Those that the transport met and tried again count as well as those that came through."""

    async def simulate() -> None:
        source = PacedSource(ids(5))
        source.rate = None
        following = watch(source, settings=WatchSettings(interval=1))
        for _ in range(5):
            await anext(following)
        source.refused += 3
        await asyncio.sleep(1.5)
        assert following.snapshot().refusals == 3
        assert "2.0 times as long since the service refused requests" in following.explain()
        source.list_error = RateLimited("too fast", status=429)
        await asyncio.sleep(3)
        assert following.snapshot().intervals["fake"] > 2
        await following.aclose()

    run_virtually(simulate())


def test_the_budget_stretches_the_interval() -> None:
    """Ten pages a look at two requests a second cannot be had each second."""

    async def simulate() -> None:
        source = PacedSource(ids(100), page_size=10)
        following = watch(source, settings=WatchSettings(interval=1))
        for _ in range(100):
            await anext(following)
        await asyncio.sleep(100)
        assert following.snapshot().intervals["fake"] >= 10 / (2 * 0.8)
        assert "the rate budget stretches the interval" in following.explain()
        assert source.pages <= 2 * 100
        await following.aclose()

    run_virtually(simulate())


def test_lags_are_those_of_the_last_ends_and_never_below_zero() -> None:
    """A service's clock that is ahead of ours makes no negative lag."""
    progress = Progress()
    assert progress.lag(0.5) is None
    progress.note_lag(-3600)
    assert progress.lag(0.99) == 0
    for number in range(2000):
        progress.note_lag(number)
    assert (progress.lag(0.0), progress.lag(0.5), progress.lag(1.0)) == (1000, 1500, 1999)


def test_a_large_fleet_keeps_no_runs() -> None:
    """A run as last seen is kept in small watches; in large ones the last update has none."""

    async def simulate(count: int) -> set[bool]:
        source = FakeSource(ids(count))
        following = watch(source, settings=WatchSettings(interval=1, timeout=2))
        updates = await collect(following)
        late = [update for update in updates if update.outcome is not None]
        assert len(late) == count
        assert {update.state for update in late} == {source.runs["r_0"].state}
        return {update.run is None for update in late}

    assert run_virtually(simulate(1000)) == {False}
    assert run_virtually(simulate(1001)) == {True}


def test_a_slow_consumer_slows_the_looking() -> None:
    """While a thousand updates wait nothing more is asked: memory stays bounded."""

    async def simulate() -> None:
        source = FakeSource(ids(3000))
        following = watch(source)
        await anext(following)
        await asyncio.sleep(1000)
        shot = following.snapshot()
        assert (shot.waiting, shot.rounds, source.pages) == (1000, 1, 2)
        for _ in range(2999):
            await anext(following)
        assert following.snapshot().waiting == 0
        await following.aclose()

    run_virtually(simulate())


def test_a_failing_page_is_no_page() -> None:
    """It counts as a failure, and nothing is concluded from it."""

    async def simulate() -> None:
        source = FakeSource(ids(5))
        following = watch(source, settings=WatchSettings(interval=1))
        for _ in range(5):
            await anext(following)
        source.list_error = ServerError("down", status=503)
        await asyncio.sleep(2.5)
        shot = following.snapshot()
        assert (shot.pages, shot.failures, shot.singles) == (1, 2, 0)
        await following.aclose()

    run_virtually(simulate())


def test_a_cut_list_is_swept_part_by_part() -> None:
    """What no part shows is asked for, so many in a look as planned, and never taken as over."""

    class CutSource(FakeSource):
        """A list of one page, divided by the last digit of a run's number."""

        def parts(self, part: str | None) -> list[str]:
            return [str(digit) for digit in range(9)] if part is None else []

        async def active_page(self, cursor: str | None) -> ActivePage:
            page = await super().active_page(cursor)
            return ActivePage(page.rows, None, cut=True)

        async def page_of_part(self, part: str, cursor: str | None) -> ActivePage:
            rows = (await super().active_page(None)).rows
            self.page_size, size = 10**6, self.page_size
            rows = (await super().active_page(None)).rows
            self.page_size = size
            found = [row for row in rows if row.run_id.endswith(part)]
            return ActivePage(found[:size], None, cut=len(found) > size)

    async def simulate() -> None:
        source = CutSource(ids(400), page_size=40)
        settings = WatchSettings(interval=1, max_in_flight=5)
        following = Watch([(source, ids(400))], settings)
        states = {(await anext(following)).run_id for _ in range(400)}
        assert states == set(ids(400))
        hidden = [run_id for run_id in ids(400)[40:] if run_id.endswith("9")]
        assert set(source.singles) == set(hidden)  # no part has them
        source.singles.clear()
        await asyncio.sleep(1.1)
        assert len(source.singles) <= 4 * 5
        source.end(hidden[0])
        source.end("r_1")
        ended = {(await anext(following)).run_id for _ in range(2)}
        assert ended == {hidden[0], "r_1"}
        await following.aclose()

    run_virtually(simulate())


class ZonelessSource(PacedSource):
    """A service that tells when a run changed, but not in which zone."""

    def changed_at(self, run: FakeRun) -> datetime | None:
        """Return a time that is some seconds ago, without a zone."""
        return datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=self.ended_ago)


def test_a_time_without_a_zone_is_taken_as_utc() -> None:
    """Nothing goes wrong over it, the lag is right, and the update has an aware one."""

    async def simulate() -> None:
        source = ZonelessSource(ids(1))
        following = watch(source, settings=WatchSettings(interval=1))
        await anext(following)
        source.end("r_0")
        update = await anext(following)
        assert update.changed_at is not None
        assert update.changed_at.tzinfo is UTC
        assert 2.9 <= (following.snapshot().lag_p50 or 0) < 4
        await following.aclose()

    run_virtually(simulate())
