"""Time limits that share one timer."""

from __future__ import annotations

import asyncio

import pytest

from actionruns.transport.deadline import Deadlines

pytestmark = pytest.mark.anyio

FOREVER = 3600.0


@pytest.fixture
async def deadlines() -> Deadlines:
    return Deadlines(asyncio.get_running_loop())


async def for_ever() -> None:
    await asyncio.Event().wait()


async def too_long(deadlines: Deadlines) -> None:
    with deadlines.limit(0.01):
        await for_ever()


async def test_a_block_that_ends_in_time_is_left_alone(deadlines: Deadlines) -> None:
    """A block that is quick enough notices nothing of its limit."""
    with deadlines.limit(FOREVER) as limit:
        await asyncio.sleep(0)
    assert not limit.expired


async def test_a_block_that_takes_too_long_times_out(deadlines: Deadlines) -> None:
    """A block whose time is up ends with TimeoutError."""
    with pytest.raises(TimeoutError), deadlines.limit(0.01) as limit:
        await for_ever()
    assert limit.expired


@pytest.mark.parametrize("seconds", [0.0, -1.0])
async def test_no_time_at_all_ends_a_block_at_its_first_wait(
    deadlines: Deadlines, seconds: float
) -> None:
    """A limit that has passed already ends the block as soon as it waits."""
    with pytest.raises(TimeoutError), deadlines.limit(seconds):
        await for_ever()


@pytest.mark.parametrize("seconds", [None, float("inf")])
async def test_no_limit_is_none(deadlines: Deadlines, seconds: float | None) -> None:
    """Without a limit a block may wait as long as it likes, beside others that may not."""
    with deadlines.limit(seconds) as without, pytest.raises(TimeoutError):
        await too_long(deadlines)
    assert not without.expired


async def test_the_shorter_limit_ends_first(deadlines: Deadlines) -> None:
    """Limits end in the order of their times, whichever came first."""
    ended: list[float] = []

    async def block(seconds: float) -> None:
        try:
            with deadlines.limit(seconds):
                await for_ever()
        except TimeoutError:
            ended.append(seconds)

    await asyncio.gather(*(block(seconds) for seconds in (0.09, 0.03, 0.06, 0.01)))
    assert ended == [0.01, 0.03, 0.06, 0.09]


async def test_the_timer_goes_on_after_a_block_that_left(deadlines: Deadlines) -> None:
    """The timer of a block that has ended rings for nobody, and the next one is kept."""
    with deadlines.limit(0.01):
        pass
    with pytest.raises(TimeoutError), deadlines.limit(0.03):
        await for_ever()


async def test_a_cancellation_from_outside_stays_one(deadlines: Deadlines) -> None:
    """A block that is cancelled from outside ends as cancelled, not as too late."""

    async def block() -> None:
        with deadlines.limit(FOREVER):
            await for_ever()

    task = asyncio.create_task(block())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_together_with_the_limit_stays_one(deadlines: Deadlines) -> None:
    """When both come at once, the cancellation from outside counts."""

    async def block() -> None:
        with deadlines.limit(FOREVER) as limit:
            limits.append(limit)
            await for_ever()

    limits: list[object] = []
    task = asyncio.create_task(block())
    await asyncio.sleep(0)
    task.cancel()
    (limit,) = limits
    limit.expire()  # type: ignore[attr-defined]  # as the timer does
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_another_error_goes_over_the_limit(deadlines: Deadlines) -> None:
    """A block that fails while it is being ended fails with its own error."""

    async def failing() -> None:
        with deadlines.limit(0.01):
            try:
                await for_ever()
            except asyncio.CancelledError:
                raise KeyError from None

    with pytest.raises(KeyError):
        await failing()


async def test_a_task_goes_on_after_a_limit(deadlines: Deadlines) -> None:
    """A task whose block timed out is not cancelled any more."""
    with pytest.raises(TimeoutError), deadlines.limit(0.01):
        await for_ever()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_the_inner_of_two_limits_is_the_inner_blocks(deadlines: Deadlines) -> None:
    """An inner limit ends the inner block alone."""
    with deadlines.limit(FOREVER) as outer, pytest.raises(TimeoutError):
        await too_long(deadlines)
    assert not outer.expired


async def test_a_limit_needs_a_task(deadlines: Deadlines) -> None:
    """Outside of a task there is nothing that a limit could end."""
    failures: list[BaseException] = []
    done = asyncio.Event()

    def in_a_callback() -> None:
        try:
            with deadlines.limit(1.0):
                pass
        except RuntimeError as error:
            failures.append(error)
        done.set()

    asyncio.get_running_loop().call_soon(in_a_callback)
    await done.wait()
    assert [str(failure) for failure in failures] == ["a time limit needs a task to cancel"]
