"""Watch under load and at its end: bounded requests, back-pressure, nothing left behind."""

from __future__ import annotations

import asyncio

import pytest

from actionruns.errors import AuthenticationFailed, DecodeFailed, ServerError
from actionruns.watching import Outcome, WatchSettings
from tests.watching.fakes import FakeSource, collect, end_all_in_round, ids, last_by_run, watch

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


async def test_a_refused_list_is_tried_again_after_some_rounds() -> None:
    """What answers for the service for a moment does not cost single questions for ever."""
    source = FakeSource(ids(50))
    ended = end_all_in_round(source, 4)

    def refuse_once(number: int) -> None:
        source.list_error = DecodeFailed("a web page") if number == 2 else None
        ended(number)

    source.each_round = refuse_once
    await collect(watch(source))
    assert source.rounds == 4
    assert len(source.singles) == 50 * (1 + 10 + 1)  # refused, rounds without the list, ended


async def test_ends_are_seen_although_the_list_alone_keeps_failing() -> None:
    """A run that is asked for shows that the service answers: the others are asked for, too."""
    source = FakeSource(ids(50))

    def fail(number: int) -> None:
        source.list_error = ServerError("down", status=500) if number >= 2 else None
        if number == 2:
            source.end("r_7")
        if number == 6:
            end_all_in_round(source, 6)(number)

    source.each_round = fail
    updates = last_by_run(await collect(watch(source)))
    assert {update.outcome for update in updates.values()} == {Outcome.ENDED}
    assert source.singles.count("r_7") == 1


async def test_a_service_that_is_down_is_asked_for_one_run_alone() -> None:
    """A question for each of many runs would be the last that it needs."""
    source = FakeSource(ids(50))
    down = ServerError("down", status=503)

    def fail(number: int) -> None:
        is_down = 2 <= number < 12
        source.list_error = down if is_down else None
        source.errors = {run_id: [down] for run_id in ids(50)} if is_down else {}
        end_all_in_round(source, 12)(number)

    source.each_round = fail
    await collect(watch(source))
    assert source.rounds == 12
    assert len(source.singles) == 8 + 50  # from the third failure on; the ends


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


async def test_a_cancelled_wait_for_an_update_loses_none() -> None:
    """Who waits for the next update with a time limit of his own can go on after it."""
    source = FakeSource(["r_1"])
    async with watch(source) as watching:
        await anext(watching)
        waiting = asyncio.ensure_future(anext(watching))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        source.end("r_1")
        assert [update.is_terminal async for update in watching] == [True]


async def test_closing_ends_a_wait_for_an_update() -> None:
    """Closed by another task, a watch lets the one that waits for an update go."""
    watching = watch(FakeSource(["r_1"]))
    await anext(watching)
    waiting = asyncio.ensure_future(collect(watching))
    await asyncio.sleep(0)
    await watching.aclose()
    assert await waiting == []


@pytest.mark.parametrize("used", [True, False])
async def test_a_closed_watch_gives_nothing_more(used: bool) -> None:
    """Closing drops the updates that wait, and closes for good, used before or not."""
    source = FakeSource(ids(5))
    watching = watch(source, settings=WatchSettings(interval=60))
    if used:
        await anext(watching)
    await watching.aclose()
    await watching.aclose()
    assert await collect(watching) == []
    assert source.pages == used


async def test_the_end_is_told_to_all_who_ask() -> None:
    """Several tasks may share a watch: each update goes to one of them, the end to all."""
    source = FakeSource(ids(20))
    for run_id in ids(20):
        source.end(run_id)
    watching = watch(source)
    shares = await asyncio.gather(*(collect(watching) for _ in range(3)))
    assert sorted(u.run_id for share in shares for u in share) == sorted(ids(20))


async def test_following_that_is_cancelled_ends_the_watch() -> None:
    """Who cancels all tasks of the loop but his own is not left waiting for ever."""
    before = asyncio.all_tasks()
    watching = watch(FakeSource(["r_1"]))
    await anext(watching)
    for task in asyncio.all_tasks() - before:
        task.cancel()
    assert await collect(watching) == []


async def test_an_error_is_raised_once_and_keeps_its_cause() -> None:
    """The error that ends a watch comes with what it came from; after it there is nothing."""
    source = FakeSource(["r_1"])
    refused = AuthenticationFailed("no", status=401)
    refused.__cause__ = OSError("why")
    source.errors = {"r_1": [refused]}
    watching = watch(source)
    with pytest.raises(AuthenticationFailed) as caught:
        await anext(watching)
    assert (str(caught.value.__cause__), caught.value.__context__) == ("why", None)
    assert await collect(watching) == []
