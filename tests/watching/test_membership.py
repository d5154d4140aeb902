"""Runs that come to a watch later, leave it, or are pushed: in simulated time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from actionruns.errors import ConfigurationError, InvalidRequest
from actionruns.states import RunState
from actionruns.watching import Outcome, Watch, WatchSettings
from tests.watching.fakes import FakeRun, FakeSource, collect, ids
from tests.watching.virtual import run_virtually


class OtherSource(FakeSource):
    """A second service."""

    service = "other"


def now() -> float:
    """Return the time of the simulation."""
    return asyncio.get_running_loop().time()


def test_a_run_that_is_added_is_looked_at_within_the_shortest_interval() -> None:
    """However long the watch has been quiet; and those followed already stay as they are."""

    async def simulate() -> None:
        source = FakeSource(ids(6))
        watch = Watch([(source, ids(5))])
        for _ in range(5):
            await anext(watch)
        await asyncio.sleep(200)  # the interval has grown to its longest
        began = now()
        watch.add(["r_5", "r_0"])
        update = await anext(watch)
        assert (update.ref, update.previous) == ("fake:r_5", None)
        assert now() - began <= 1.1
        assert watch.progress.followed == 6
        await watch.aclose()

    run_virtually(simulate())


def test_many_that_are_added_one_by_one_do_not_make_as_many_looks() -> None:
    """A thousand calls a second apart from each other's look: the shortest interval holds."""

    async def simulate() -> None:
        source = FakeSource(ids(1005))
        watch = Watch([(source, ids(5))])
        await anext(watch)
        await asyncio.sleep(100)
        before = watch.progress.rounds
        for run_id in ids(1005)[5:]:
            watch.add([run_id])
            await asyncio.sleep(0.01)
        assert watch.progress.followed == 1005
        assert watch.progress.rounds - before <= 12
        await watch.aclose()

    run_virtually(simulate())


def test_a_push_does_not_hold_up_what_is_added_with_it() -> None:
    """A webhook tells of one run in the very moment in which another is added."""

    async def simulate() -> None:
        source = FakeSource(ids(6))
        watch = Watch([(source, ids(5))])
        for _ in range(5):
            await anext(watch)
        await asyncio.sleep(200)
        began = now()
        watch.add(["r_5"])
        watch.poke(["r_0"])
        assert (await anext(watch)).run_id == "r_5"
        assert now() - began <= 1.1
        await watch.aclose()

    run_virtually(simulate())


def test_a_run_that_is_dropped_is_told_of_no_more() -> None:
    """Dropping the last one ends the watch."""

    async def simulate() -> list[str]:
        source = FakeSource(ids(5))
        watch = Watch([(source, ids(5))])
        for _ in range(5):
            await anext(watch)
        watch.drop(ids(4))
        watch.drop(["r_0", "never followed"])
        source.end("r_0")
        source.end("r_4")
        return [update.run_id for update in await collect(watch)]

    assert run_virtually(simulate()) == ["r_4"]


def test_dropping_all_ends_the_watch() -> None:
    """There is nothing left to tell."""

    async def simulate() -> None:
        watch = Watch([(FakeSource(ids(5)), ids(5))])
        await anext(watch)
        ended = asyncio.create_task(collect(watch))
        await asyncio.sleep(0)
        watch.drop(ids(5))
        await ended
        assert watch.progress.followed == 0

    run_virtually(simulate())


def test_what_is_added_and_dropped_before_the_start_counts() -> None:
    """A watch that has not begun to ask can be changed as well."""

    async def simulate() -> set[str]:
        source = FakeSource(ids(3))
        for run_id in ids(3):
            source.end(run_id)
        watch = Watch([(source, ["r_0"])])
        watch.add(["r_1", "fake:r_2"])
        watch.drop(["r_0"])
        assert watch.progress.followed == 2
        return {update.run_id for update in await collect(watch)}

    assert run_virtually(simulate()) == {"r_1", "r_2"}


def test_a_watch_that_is_kept_open_goes_on_when_all_is_told() -> None:
    """A service that starts runs all day has one watch for them; closing ends it."""

    async def simulate() -> None:
        source = FakeSource(ids(2))
        watch = Watch([(source, [])], WatchSettings(keep_open=True))
        waiting = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(3600)
        assert source.singles == []
        for run_id in ids(2):
            source.end(run_id)
            watch.add([run_id])
            assert (await waiting).outcome is Outcome.ENDED
            waiting = asyncio.ensure_future(anext(watch))
            await asyncio.sleep(60)
        await watch.aclose()
        with pytest.raises(StopAsyncIteration):
            await waiting

    run_virtually(simulate())


def test_a_watch_that_is_kept_open_ends_when_its_time_is_up() -> None:
    """With the last updates of what goes on, for each service."""

    async def simulate() -> list[Any]:
        settings = WatchSettings(keep_open=True, timeout=100)
        watch = Watch([(FakeSource(ids(1)), ids(1)), (OtherSource(ids(1)), ids(1))], settings)
        updates = await collect(watch)
        assert now() == pytest.approx(100)
        return sorted((update.ref, update.outcome) for update in updates[2:])

    late = Outcome.TIMED_OUT
    assert run_virtually(simulate()) == [("fake:r_0", late), ("other:r_0", late)]


def test_a_service_whose_runs_have_ended_takes_more_while_another_goes_on() -> None:
    """The watch is over when no service has a run left, not before."""

    async def simulate() -> list[str]:
        first, second = FakeSource(ids(2)), OtherSource(ids(1))
        for run_id in ids(2):
            first.end(run_id)
        watch = Watch([(first, ["r_0"]), (second, ids(1))])
        told = [(await anext(watch)).ref, (await anext(watch)).ref]
        watch.add(["fake:r_1"])
        told.append((await anext(watch)).ref)
        second.end("r_0")
        return told + [update.ref for update in await collect(watch)]

    told = run_virtually(simulate())
    assert told == ["fake:r_0", "other:r_0", "fake:r_1", "other:r_0"]


def test_a_service_may_come_later() -> None:
    """Its source is opened when the first of its runs is added."""

    async def simulate() -> list[str]:
        opened: list[str] = []

        def open_source(service: str) -> FakeSource:
            opened.append(service)
            source = OtherSource(ids(1)) if service == "other" else FakeSource(ids(1))
            source.end("r_0")
            return source

        source = FakeSource(ids(1))
        watch: Watch[FakeRun] = Watch([(source, ids(1))], open_source=open_source)
        told = [(await anext(watch)).ref]
        watch.add(["other:r_0"])
        told.append((await anext(watch)).ref)
        source.end("r_0")
        assert opened == ["other"]
        return told + [update.ref for update in await collect(watch)]

    assert run_virtually(simulate()) == ["fake:r_0", "other:r_0", "fake:r_0"]


def test_a_name_of_no_service_is_refused() -> None:
    """In a watch over several services an id alone doesn't tell where the run is."""
    watch = Watch([(FakeSource(), []), (OtherSource(), [])])
    with pytest.raises(InvalidRequest, match=r"services fake, other; 'r_1' names none"):
        watch.add(["r_1"])
    with pytest.raises(InvalidRequest, match="must be a list"):
        watch.drop("fake:r_1")


def test_a_poke_is_answered_at_once_and_believed_by_asking() -> None:
    """A webhook tells of a change: the run is asked for, and its own answer told."""

    async def simulate() -> None:
        source = FakeSource(ids(5))
        watch = Watch([(source, ids(5))])
        for _ in range(5):
            await anext(watch)
        await asyncio.sleep(200)
        before, began = watch.progress.rounds, now()
        source.end("r_3")
        watch.poke(["r_3", "not followed"])
        update = await anext(watch)
        assert (update.run_id, update.state, now()) == ("r_3", RunState.SUCCEEDED, began)
        assert source.singles == ["r_3"]
        assert (watch.progress.pushes, watch.progress.rounds) == (1, before)
        watch.poke(["r_1"])  # nothing has changed
        await asyncio.sleep(0.1)
        assert source.singles == ["r_3", "r_1"]
        await watch.aclose()

    run_virtually(simulate())


def test_while_all_changes_are_pushed_polling_is_a_safety_net() -> None:
    """One change that was not pushed, and it is the rule again."""

    async def simulate() -> None:
        source = FakeSource(ids(10))
        watch = Watch([(source, ids(10))])
        for _ in range(10):
            await anext(watch)
        source.end("r_0")
        watch.poke(["r_0"])
        await anext(watch)
        await asyncio.sleep(20)
        before = watch.progress.rounds
        await asyncio.sleep(300)
        assert 4 <= watch.progress.rounds - before <= 6  # each minute or so
        assert "changes are pushed to us" in watch.explain()
        source.end("r_1")
        assert (await anext(watch)).run_id == "r_1"
        before = watch.progress.rounds
        await asyncio.sleep(300)
        assert watch.progress.rounds - before > 18
        await watch.aclose()

    run_virtually(simulate())


def test_a_push_that_shows_no_change_slows_nothing_down() -> None:
    """Whoever can call the webhook could stop the looking otherwise."""

    async def simulate() -> None:
        source = FakeSource(ids(5))
        watch = Watch([(source, ids(5))])
        for _ in range(5):
            await anext(watch)
        for _ in range(50):
            watch.poke(["r_0"])
            await asyncio.sleep(1)
        before = watch.progress.rounds
        await asyncio.sleep(100)
        assert watch.progress.rounds - before >= 6
        await watch.aclose()

    run_virtually(simulate())


def test_a_checkpoint_goes_on_with_the_runs_that_are_in_it(tmp_path: Path) -> None:
    """Whether they are named again or not; what was dropped is not, and an end is told once."""
    file = tmp_path / "watch.db"

    async def simulate() -> None:
        source = FakeSource(ids(6))
        async with Watch([(source, ids(5))], checkpoint=file) as watch:
            for _ in range(5):
                await anext(watch)
            source.end("r_0")
            assert (await anext(watch)).run_id == "r_0"
            watch.drop(["r_1"])
            watch.add(["r_5"])
        for run_id in ids(6):
            source.end(run_id, "failure")
        async with Watch([(source, ["r_0", "r_2"])], checkpoint=file) as watch:
            updates = await collect(watch)
        previous = {update.run_id: update.previous for update in updates}
        running = RunState.RUNNING
        assert previous == {"r_2": running, "r_3": running, "r_4": running, "r_5": None}
        assert not any(update.redelivered for update in updates)
        async with Watch([(source, ids(6))], checkpoint=file) as watch:
            # r_1 was forgotten, and is new.
            assert [update.run_id for update in await collect(watch)] == ["r_1"]

    run_virtually(simulate())


def test_an_exception_in_the_block_leaves_its_update_in_flight(tmp_path: Path) -> None:
    """Nobody can know whether it was dealt with: it is told again, and marked."""
    file = tmp_path / "watch.db"

    async def simulate() -> list[tuple[str, bool]]:
        source = FakeSource(ids(2))
        for run_id in ids(2):
            source.end(run_id)

        async def fail() -> None:
            async with Watch([(source, ids(2))], checkpoint=file) as watch:
                async for update in watch:
                    raise ValueError(update.run_id)

        with pytest.raises(ValueError, match="r_0"):
            await fail()
        async with Watch([(source, ids(2))], checkpoint=file) as watch:
            return [(update.run_id, update.redelivered) for update in await collect(watch)]

    assert sorted(run_virtually(simulate())) == [("r_0", True), ("r_1", False)]


def test_runs_of_services_that_are_not_watched_stay_in_the_checkpoint(tmp_path: Path) -> None:
    """One file may serve a watch over several services, and then one of fewer."""
    file = tmp_path / "watch.db"

    async def simulate() -> list[str]:
        first, second = FakeSource(ids(1)), OtherSource(ids(1))
        async with Watch([(first, ids(1)), (second, ids(1))], checkpoint=file) as watch:
            await anext(watch)
            await anext(watch)
        first.end("r_0")
        second.end("r_0")
        async with Watch([(first, [])], checkpoint=file) as watch:
            told = [update.ref for update in await collect(watch)]
        async with Watch([(second, [])], checkpoint=file) as watch:
            return told + [update.ref for update in await collect(watch)]

    assert run_virtually(simulate()) == ["fake:r_0", "other:r_0"]


def test_a_checkpoint_that_cannot_be_used_is_told_at_the_first_update(tmp_path: Path) -> None:
    """Making a watch does no I/O."""

    async def simulate() -> None:
        watch = Watch([(FakeSource(ids(1)), ids(1))], checkpoint=tmp_path)
        with pytest.raises(ConfigurationError, match="cannot be used"):
            await anext(watch)

    run_virtually(simulate())


def test_a_service_is_looked_at_by_one_source() -> None:
    """The runs of the one would be asked for at the other, and called gone."""
    with pytest.raises(InvalidRequest, match="'fake' by one source"):
        Watch([(FakeSource(ids(1)), ids(1)), (FakeSource(["x"]), ["x"])])
