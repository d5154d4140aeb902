"""What a watch does so that many runs cost little memory and leave the event loop to others."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from actionruns.core import sweep
from actionruns.core.sweep import Followed
from actionruns.errors import ServerError
from actionruns.watching import ActiveRow, WatchSettings
from tests.watching.fakes import FakeRun, FakeSource, collect, ids, watch

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


@pytest.mark.parametrize("trouble", ["the list fails", "the list is empty", "the time is up"])
async def test_other_tasks_have_their_turn_when_all_runs_need_a_look_of_their_own(
    trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many runs there are, no more than some are gone through in one go."""
    turn = 0
    made_in: Counter[int] = Counter()

    class Noting(Followed):
        def __init__(self, run_id: str, **known: Any) -> None:
            made_in[turn] += 1
            super().__init__(run_id, **known)

    async def take_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(sweep, "Followed", Noting)
    source = FakeSource(ids(6000), page_size=6000)
    timeout = 1.0 if trouble == "the time is up" else None
    watching = watch(source, settings=WatchSettings(interval=0.05, timeout=timeout))
    async with watching:
        for _ in ids(6000):
            await anext(watching)
        other = asyncio.create_task(take_turns())
        made_in.clear()
        if trouble == "the list fails":
            source.list_error = ServerError("a bad hour", status=503)
        elif trouble == "the list is empty":
            source.hidden = set(ids(6000))
        else:
            await collect(watching)
        for _ in range(5000):
            if made_in.total() >= 6000:
                break
            await asyncio.sleep(0.001)
        other.cancel()
    assert made_in.total() >= 6000
    assert max(made_in.values()) <= 2000


async def test_the_callers_ids_are_not_copied() -> None:
    """A run that is asked for is asked for by the very text that the caller gave."""
    given = [f"r_{number}" for number in range(5)]
    source = FakeSource(given)
    source.hidden = set(given)
    async with watch(source) as watching:
        for _ in given:
            await anext(watching)
    assert {id(run_id) for run_id in source.singles} == {id(run_id) for run_id in given}
