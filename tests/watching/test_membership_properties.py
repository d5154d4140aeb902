"""Whenever runs are added, dropped and pushed: each end of those that are followed is told once."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionruns.errors import ActionRunsError
from actionruns.watching import Outcome, Watch, WatchSettings
from tests.watching.fakes import FakeRun
from tests.watching.simulation import History, SimulatedSource
from tests.watching.test_sweep_properties import (
    EXAMPLES,
    GRACE,
    TIMEOUT,
    Told,
    follow,
    habits,
    histories,
    slack,
)
from tests.watching.virtual import run_virtually


@attrs.frozen(kw_only=True)
class Member:
    """A run, and when it is followed.

    Attributes:
        history: What becomes of it.
        joins: When it is added; None = it is followed from the start.
        leaves: Seconds after that at which it is dropped; None = never.
        pushed: When somebody says that it has changed, true or not.
    """

    history: History
    joins: float | None
    leaves: float | None
    pushed: Sequence[float]

    @property
    def left(self) -> float | None:
        """When it is dropped."""
        return None if self.leaves is None else (self.joins or 0.0) + self.leaves


moments = st.floats(0.0, 100.0, width=16)
members = st.builds(
    Member,
    history=histories,
    joins=st.none() | moments,
    # Not at once: timers that are due at the same moment come in any order.
    leaves=st.none() | st.none() | st.floats(0.5, 100.0, width=16),
    pushed=st.lists(moments, max_size=3),
)
fleets = st.lists(members, min_size=1, max_size=10).map(
    lambda found: {f"r_{number}": member for number, member in enumerate(found)}
)


async def change(watch: Watch[FakeRun], fleet: dict[str, Member]) -> None:
    """Add, drop and push the runs when it is time."""
    loop = asyncio.get_running_loop()
    for run_id, member in fleet.items():
        if member.joins is not None:
            loop.call_at(member.joins, watch.add, [run_id])
        if member.left is not None:
            loop.call_at(member.left, watch.drop, [run_id])
        for at in member.pushed:
            loop.call_at(at, watch.poke, [run_id])


def check(fleet: dict[str, Member], told: list[Told], slack: float) -> None:
    """Check that nothing is told of who is not followed, and all of who is."""
    by_run: dict[str, list[Told]] = {run_id: [] for run_id in fleet}
    for item in told:
        by_run[item.update.run_id].append(item)
    for run_id, items in by_run.items():
        member, previous = fleet[run_id], None
        outcomes = [item.update.outcome for item in items]
        assert not any(outcomes[:-1]), "told after its last update"
        for item in items:
            assert item.at >= (member.joins or 0.0), "told before it was followed"
            assert member.left is None or item.at <= member.left, "told after it was dropped"
            assert item.update.previous == previous
            previous = item.update.state
            if item.update.outcome is Outcome.ENDED:
                assert member.history.ends
                assert item.at >= member.history.end_time, "an end was invented"
            if item.update.outcome is Outcome.GONE:
                assert member.history.vanishes is not None
        if member.left is None:
            assert outcomes, "a run was lost"
            assert outcomes[-1] is not None
            seen_by = max(member.joins or 0.0, member.history.end_time) + slack
            if member.history.ends and member.history.vanishes is None and seen_by < TIMEOUT:
                assert outcomes[-1] is Outcome.ENDED, "an end was missed"


@settings(
    max_examples=max(30, EXAMPLES // 3),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(fleet=fleets, habits=habits, keeps=st.booleans())
def test_runs_that_come_and_go_are_told_of_while_they_are_followed(
    fleet: dict[str, Member], habits: object, keeps: bool
) -> None:
    """Over random histories and memberships, with a checkpoint and without."""
    runs = {run_id: member.history for run_id, member in fleet.items()}
    source = SimulatedSource(runs, habits)  # type: ignore[arg-type]  # of the strategy
    first = [run_id for run_id, member in fleet.items() if member.joins is None]
    settings = WatchSettings(timeout=TIMEOUT, not_found_grace=GRACE, keep_open=True)
    told: list[Told] = []

    async def simulate(checkpoint: Path | None) -> bool:
        watch = Watch([(source, first)], settings, checkpoint=checkpoint)
        await change(watch, fleet)
        async with watch:
            try:
                await follow(source, watch, told)
            except ActionRunsError:  # its first look met a fault
                return False
        return True

    with tempfile.TemporaryDirectory() if keeps else contextlib.nullcontext() as folder:
        if run_virtually(simulate(Path(folder) / "checkpoint.db" if folder else None)):
            check(fleet, told, slack(source))
