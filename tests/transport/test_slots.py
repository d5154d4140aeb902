"""Slots: permits, in the order of arrival."""

from __future__ import annotations

import asyncio

import pytest

from actionruns.transport.slots import Slots

pytestmark = pytest.mark.anyio


async def a_moment() -> None:
    """Let the tasks that are ready go on."""
    for _ in range(3):
        await asyncio.sleep(0)


def test_there_are_as_many_as_were_made() -> None:
    """After the last one, none is free until one comes back."""
    slots = Slots(2)
    assert [slots.take(), slots.take(), slots.take()] == [True, True, False]
    slots.release()
    assert [slots.take(), slots.take()] == [True, False]


async def test_who_waits_first_is_served_first() -> None:
    """A permit goes to the first in line, and nobody overtakes."""
    slots = Slots(1)
    assert slots.take()
    served: list[int] = []

    async def wait(number: int) -> None:
        await slots.wait()
        served.append(number)

    tasks = [asyncio.create_task(wait(number)) for number in range(3)]
    await a_moment()
    for count in (1, 2, 3):
        slots.release()
        assert not slots.take()
        await a_moment()
        assert served == list(range(count))
    await asyncio.gather(*tasks)


async def test_a_cancelled_place_in_the_line_is_skipped() -> None:
    """The permit goes to the next who still waits."""
    slots = Slots(1)
    assert slots.take()
    gone, staying = (asyncio.create_task(slots.wait()) for _ in range(2))
    await a_moment()
    gone.cancel()
    await a_moment()
    slots.release()
    await staying
    assert not slots.take()


async def test_a_permit_that_comes_with_the_cancellation_is_not_lost() -> None:
    """Given and cancelled in the same moment, it goes back."""
    slots = Slots(1)
    assert slots.take()
    task = asyncio.create_task(slots.wait())
    await a_moment()
    slots.release()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert slots.take()


async def test_the_last_in_line_leaves_a_free_permit() -> None:
    """When all who waited have gone, a permit that comes back is free."""
    slots = Slots(1)
    assert slots.take()
    task = asyncio.create_task(slots.wait())
    await a_moment()
    task.cancel()
    await a_moment()
    slots.release()
    assert slots.take()
