"""Watch under load and at its end: bounded requests, back-pressure, nothing left behind."""

from __future__ import annotations

import asyncio

import pytest

from actionruns.watching import WatchSettings
from tests.watching.fakes import FakeSource, collect, ids, watch

pytestmark = pytest.mark.anyio


async def test_single_questions_are_bounded() -> None:
    """Never more requests for single runs under way than the settings allow."""
    source = FakeSource(ids(50))
    for run_id in ids(50):
        source.end(run_id)
    await collect(watch(source, settings=WatchSettings(interval=1e-6, max_in_flight=7)))
    assert source.most_in_flight == 7


async def test_a_slow_consumer_slows_the_following() -> None:
    """Updates that nobody takes do not pile up: the following waits."""
    source = FakeSource(ids(3000))
    for run_id in ids(3000):
        source.end(run_id)
    watching = watch(source)
    await anext(watching)
    for _ in range(3000):
        await asyncio.sleep(0)
    asked = len(source.singles)
    rest = await collect(watching)
    assert asked <= 1000 + 64 + 2
    assert len(rest) == 2999


async def test_leaving_the_loop_ends_the_following() -> None:
    """A dropped watch leaves no task behind."""

    async def leave_early() -> None:
        async for _ in watch(FakeSource(ids(5))):
            break

    before = asyncio.all_tasks()
    await leave_early()
    for _ in range(10):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_a_cancelled_consumer_ends_the_following() -> None:
    """Cancelling the task that iterates ends the requests."""
    before = asyncio.all_tasks()
    source = FakeSource(ids(5))
    task = asyncio.create_task(collect(watch(source)))
    third_round = asyncio.Event()
    source.each_round = lambda number: third_round.set() if number == 3 else None
    await third_round.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(10):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
