"""However a watch ends, nobody is left waiting, and nothing is left behind."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from actionruns.errors import ClientClosed, ConfigurationError, InvalidRequest
from actionruns.watching import Outcome, Watch
from actionruns.watching.checkpoint import Checkpoint
from tests.watching.fakes import (
    FAST,
    FakeRun,
    FakeSource,
    collect,
    end_all_in_round,
    ids,
    last_by_run,
    watch,
)

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def held(*, opens: bool) -> AsyncIterator[None]:
    """Fail at the begin or at the end."""
    if opens:
        yield
    raise ClientClosed("what was held open is closed")


@pytest.mark.parametrize("opens", [True, False])
async def test_what_cannot_be_held_open_is_told_to_who_iterates(opens: bool) -> None:
    """The error of what is held open meanwhile is raised, at its begin as at its end."""
    source = FakeSource(ids(1))
    source.end("r_0")
    with pytest.raises(ClientClosed):
        await collect(Watch([(source, ids(1))], FAST, held=held(opens=opens)))


async def test_an_error_in_the_cancellation_does_not_hold_up_the_close() -> None:
    """A source that fails when it is cancelled, with a full queue that nobody empties."""

    class Failing(FakeSource):
        async def get(self, run_id: str) -> FakeRun:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise ValueError("half way") from None
            return await super().get(run_id)

    source = Failing(ids(1001))
    source.hidden = {"r_1000"}
    watch = Watch([(source, ids(1001))], FAST)
    await anext(watch)
    for _ in range(200):
        await asyncio.sleep(0)
    assert watch.progress.singles == 1
    watch._updates.put_nowait(None)  # as full as it can be
    await asyncio.wait_for(watch.aclose(), 10)


async def test_a_close_before_the_questions_leave_is_silent() -> None:
    """Nothing that was to be awaited is left over, at whatever moment it comes."""
    for turns in range(12):
        watch = Watch([(FakeSource(ids(3)), ids(3))], FAST)
        task = asyncio.ensure_future(collect(watch))
        for _ in range(turns):
            await asyncio.sleep(0)
        await watch.aclose()
        await task
        gc.collect()  # a coroutine that was never awaited would warn, and warnings are errors


def test_a_watch_that_could_not_be_made_is_dropped_in_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its error is all there is to tell."""
    unraisable: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)
    with pytest.raises(ConfigurationError):
        Watch([(FakeSource(ids(1)), ids(1))], checkpoint="")
    gc.collect()
    assert unraisable == []


def refuse_to_write(watch: Watch[FakeRun], *, refuse: bool = True) -> None:
    """Let nothing be written to the checkpoint, as on a full disk."""
    assert watch._checkpoint is not None
    watch._checkpoint._open().execute(f"PRAGMA query_only = {int(refuse)}")


async def first_of(source: FakeSource, file: Path) -> Watch[FakeRun]:
    """Return a watch that has told of one run, and has seen the others."""
    watch = Watch([(source, list(source.runs))], FAST, checkpoint=file)
    await anext(watch)
    for _ in range(200):
        await asyncio.sleep(0)
    assert watch.progress.changes == len(source.runs)
    return watch


async def test_an_update_that_cannot_be_noted_is_not_lost(tmp_path: Path) -> None:
    """When there is room on the disk again, it comes next, and all others after it."""
    watch = await first_of(FakeSource(ids(3)), tmp_path / "watch.db")
    refuse_to_write(watch)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="cannot be used"):
            await anext(watch)
    refuse_to_write(watch, refuse=False)
    assert [(await anext(watch)).run_id for _ in range(2)] == ["r_1", "r_2"]
    await watch.aclose()


async def test_a_last_word_that_cannot_be_noted_ends_the_watch_all_the_same(tmp_path: Path) -> None:
    """The error is raised once; after it there is nothing, and the file is let go of."""
    source = FakeSource(ids(1))
    source.end("r_0")
    watch = await first_of(source, tmp_path / "watch.db")
    assert watch._task is not None
    await watch._task
    refuse_to_write(watch)
    with pytest.raises(ConfigurationError, match="cannot be used"):
        await anext(watch)
    free = Checkpoint(tmp_path / "watch.db")
    free.open()
    free.close()
    assert await asyncio.wait_for(collect(watch), 10) == []


async def test_a_block_whose_end_cannot_be_noted_ends_the_following(tmp_path: Path) -> None:
    """No task goes on with requests that nobody wants."""
    watch = await first_of(FakeSource(ids(2)), tmp_path / "watch.db")
    refuse_to_write(watch)
    with pytest.raises(ConfigurationError, match="cannot be used"):
        async with watch:
            pass
    assert watch._task is not None
    assert watch._task.cancelled()


@pytest.mark.parametrize("count", [0, 1, 10])
async def test_a_run_id_that_cannot_be_sent_is_an_outcome_of_that_run_alone(count: int) -> None:
    """One bad id among many, or kept in a checkpoint, must not be the end of all others."""
    source = FakeSource(ids(count))
    source.each_round = end_all_in_round(source, 2)
    for run_id in ids(count)[:1] if count == 1 else []:  # the list is not read for two
        source.end(run_id)
    source.errors[".."] = [InvalidRequest("no dot segments")]
    last = last_by_run(await collect(watch(source, *ids(count), "..")))
    assert last.pop("..").outcome is Outcome.FAILED_TO_FOLLOW
    assert [update.outcome for update in last.values()] == [Outcome.ENDED] * count
    assert source.singles.count("..") == 1


async def test_an_error_of_a_source_that_is_none_of_this_package_ends_the_watch() -> None:
    """A mistake in a source is no moment that passes, not even one that looks like a time limit."""
    source = FakeSource(ids(1))
    mistake: Any = TimeoutError("of the source's own")
    source.errors["r_0"] = [mistake]
    with pytest.raises(TimeoutError, match="of the source's own"):
        await collect(watch(source))
