"""When a running run counts as stale."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from actionruns import Outcome, WaitTimeout
from actionruns.core.model import UNSET
from actionruns.errors import ConfigurationError, ServerError
from actionruns.states import RunState
from actionruns.watching import Watch, WatchSettings
from actionruns.watching.staleness import staleness, start_of
from tests.watching.fakes import FakeRun, FakeSource

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)


@attrs.define
class StartedRun(FakeRun):
    """A run that tells when it started."""

    started_at: Any = None


@pytest.mark.parametrize(
    ("run", "is_stale"),
    [
        (StartedRun("r", "running", started_at=HOUR_AGO), True),
        (StartedRun("r", "running", started_at=HOUR_AGO.replace(tzinfo=None)), True),
        (StartedRun("r", "queued", started_at=HOUR_AGO), False),
        (StartedRun("r", "success", started_at=HOUR_AGO), False),
        (StartedRun("r", "strange", started_at=HOUR_AGO), False),
        (StartedRun("r", "running", started_at=NOW - timedelta(minutes=29)), False),
        (StartedRun("r", "running", started_at=NOW + timedelta(hours=1)), False),
        (StartedRun("r", "running", started_at=None), False),
        (StartedRun("r", "running", started_at=UNSET), False),
        (FakeRun("r", "running"), False),
        (None, False),
    ],
)
def test_a_run_is_stale_when_it_has_been_running_for_too_long(
    run: FakeRun | None, is_stale: bool
) -> None:
    """Only running ones, only by a time of start, only past the limit."""
    started = None if run is None else start_of(run)
    state = None if run is None else run.state
    error = staleness("fake:r", state, started, limit=1800, now=NOW)
    assert (error is not None) == is_stale
    if error is not None:
        assert error.ref == "fake:r"
        assert "3600 s, longer than 1800 s" in str(error)


def source_with_old_run() -> FakeSource:
    """Return a source whose one run has been running since 2020."""
    source = FakeSource(["r_0"])
    source.runs["r_0"] = StartedRun("r_0", started_at=datetime(2020, 1, 1, tzinfo=UTC))
    return source


@pytest.mark.anyio
async def test_a_stale_run_is_asked_for_once_more() -> None:
    """One that has ended just then has ended, and is not stale."""
    source = source_with_old_run()
    settings = WatchSettings(interval=1e-6, stale_after=60)
    ended = attrs.evolve(source.runs["r_0"], status="success")
    looks: list[str] = source.singles

    async def get(run_id: str) -> FakeRun:
        looks.append(run_id)
        return source.runs["r_0"] if len(looks) == 1 else ended

    source.get = get  # type: ignore[method-assign]  # the second answer differs
    async with Watch([(source, ["r_0"])], settings) as watching:
        outcomes = [update.outcome async for update in watching]
    assert outcomes == [None, Outcome.ENDED]


@pytest.mark.anyio
async def test_a_run_that_cannot_be_asked_for_is_not_called_stale() -> None:
    """What is not confirmed is not reported; the next round asks again."""
    source = source_with_old_run()
    source.errors["r_0"] = [None, ServerError("down", status=500), None]
    settings = WatchSettings(interval=1e-6, stale_after=60)
    async with Watch([(source, ["r_0"])], settings) as watching:
        outcomes = [update.outcome async for update in watching]
    assert outcomes == [None, Outcome.STALE]
    assert len(source.singles) >= 3


@pytest.mark.anyio
async def test_without_a_limit_nothing_is_stale() -> None:
    """A run may take years."""
    source = source_with_old_run()
    settings = WatchSettings(interval=1e-6, timeout=0.05)
    async with Watch([(source, ["r_0"])], settings) as watching:
        outcomes = [update.outcome async for update in watching]
    assert outcomes == [None, Outcome.TIMED_OUT]


def test_the_limit_is_above_zero() -> None:
    """A limit of nothing would call every run stale."""
    with pytest.raises(ConfigurationError, match="stale_after"):
        WatchSettings(stale_after=0)


def test_the_error_is_a_timeout() -> None:
    """Who waits for a run catches both with one class."""
    error = staleness("fake:r", RunState.RUNNING, HOUR_AGO, limit=60, now=NOW)
    assert isinstance(error, WaitTimeout)
