"""What a watch does so that many runs cost little memory and leave the event loop to others."""

from __future__ import annotations

import asyncio

import pytest

from actionruns.watching import ActiveRow
from tests.watching.fakes import FakeRun, FakeSource, ids, watch

pytestmark = pytest.mark.anyio


async def test_other_tasks_have_their_turn_within_a_long_page() -> None:
    """The thousand rows that a first look decodes do not hold up the event loop in one go."""
    turn = 0
    decoded_in: dict[int, int] = {}

    class Noting(FakeSource):
        def from_row(self, row: ActiveRow) -> FakeRun:
            decoded_in[turn] = decoded_in.get(turn, 0) + 1
            return super().from_row(row)

    async def take_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(take_turns())
    async with watch(Noting(ids(1000), page_size=1000)) as watching:
        for _ in range(1000):
            await anext(watching)
    other.cancel()
    assert sum(decoded_in.values()) == 1000
    assert max(decoded_in.values()) <= 100


async def test_the_callers_ids_are_not_copied() -> None:
    """A run that is asked for is asked for by the very text that the caller gave."""
    given = [f"r_{number}" for number in range(5)]
    source = FakeSource(given)
    source.hidden = set(given)
    async with watch(source) as watching:
        for _ in given:
            await anext(watching)
    assert {id(run_id) for run_id in source.singles} == {id(run_id) for run_id in given}
