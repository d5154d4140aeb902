"""Runs that are added and dropped while a watch begins, and when it is over."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from actionruns.errors import InvalidRequest
from actionruns.watching import Outcome, Watch
from tests.watching.fakes import FAST, FakeSource, collect, end_all_in_round, ids

pytestmark = pytest.mark.anyio


async def left_behind(source: FakeSource, checkpoint: Path) -> None:
    """Leave a checkpoint with forty runs that were told of."""
    async with Watch([(source, ids(40))], FAST, checkpoint=checkpoint) as watch:
        for _ in range(40):
            await anext(watch)


@pytest.mark.parametrize("turns", range(8))
async def test_runs_that_come_and_go_while_a_watch_begins_count(turns: int, tmp_path: Path) -> None:
    """At whatever moment, the checkpoint half read or not: none is lost, none is left over."""
    source = FakeSource(ids(50))
    await left_behind(source, tmp_path / "watch.db")
    source.each_round = end_all_in_round(source, source.rounds + 3)
    watch = Watch([(source, ids(42))], FAST, checkpoint=tmp_path / "watch.db")
    first = asyncio.ensure_future(anext(watch))
    for _ in range(turns):
        await asyncio.sleep(0)
    watch.add(ids(50))
    watch.drop(["r_3", "r_41", "r_49"])
    watch.add(["r_49"])
    updates = [await first, *await collect(watch)]
    ended = [update.run_id for update in updates if update.outcome is Outcome.ENDED]
    assert sorted(ended) == sorted(set(ids(50)) - {"r_3", "r_41"})
    assert (watch.progress.followed, watch.progress.ended) == (0, 48)


async def test_a_run_dropped_before_the_start_is_dropped_from_the_checkpoint(
    tmp_path: Path,
) -> None:
    """It was followed by an earlier watch, and whoever drops it wants no more of it."""
    source = FakeSource(ids(40))
    await left_behind(source, tmp_path / "watch.db")
    watch = Watch([(source, ids(40))], FAST, checkpoint=tmp_path / "watch.db")
    watch.drop(ids(40))
    assert await collect(watch) == []


async def test_a_run_dropped_for_its_update_does_not_come_back(tmp_path: Path) -> None:
    """What is noted of an update that was dealt with does not make its run a followed one again."""
    source = FakeSource(ids(2))
    file = tmp_path / "watch.db"
    watch = Watch([(source, ids(2))], FAST, checkpoint=file)
    watch.drop([(await anext(watch)).run_id])
    # As a kill would: what was handed out stays in flight, though its run is followed no more.
    await watch.aclose()
    for run_id in ids(2):
        source.end(run_id)
    async with Watch([(source, [])], FAST, checkpoint=file) as again:
        told = [(update.run_id, update.redelivered) async for update in again]
    assert told == [("r_0", True), ("r_1", False)]
    database = sqlite3.connect(file)
    assert database.execute("SELECT ref FROM runs").fetchall() == [("fake:r_1",)]
    database.close()


async def test_a_run_that_has_had_its_last_update_is_not_followed_again(tmp_path: Path) -> None:
    """As the checkpoint has it, whether it is named at the start or added later."""
    source = FakeSource(ids(2))
    source.end("r_0")
    async with Watch([(source, ids(2))], FAST, checkpoint=tmp_path / "watch.db") as watch:
        while (await anext(watch)).outcome is None:
            pass
        watch.acknowledge()
        watch.add(["r_0"])
        source.end("r_1")
        assert {update.run_id for update in await collect(watch)} <= {"r_1"}


@pytest.mark.parametrize("closed", [True, False])
async def test_nothing_can_be_added_to_a_watch_that_is_over(closed: bool) -> None:
    """It would never be looked at, and whoever adds it would wait for ever."""
    source = FakeSource(ids(1))
    source.end("r_0")
    watch = Watch([(source, ids(1))], FAST)
    if closed:
        source.runs["r_0"].status = "running"
        await anext(watch)
        await watch.aclose()
    else:
        await collect(watch)
    with pytest.raises(InvalidRequest, match="this watch is over"):
        watch.add(["r_1"])
    watch.drop(["r_1"])
    watch.poke(["r_1"])
