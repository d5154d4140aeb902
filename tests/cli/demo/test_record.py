"""What the demo's numbers amount to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from actionruns import forgeportal
from actionruns.acp import v01
from actionruns.cli.demo.record import Record, ended_at, percentile
from actionruns.core.codec import structure
from actionruns.port import ActionRun
from actionruns.states import Run, RunState
from actionruns.watching import Outcome, RunUpdate

START = datetime(2026, 1, 1, tzinfo=UTC)


def end(after: float, *, seen: float = 0.5) -> RunUpdate[Run]:
    ended = START + timedelta(seconds=after)
    return RunUpdate(
        ref="port:r_1",
        run=ActionRun(id="r_1", status="SUCCESS", ended_at=ended),
        state=RunState.SUCCEEDED,
        previous=None,
        seen_at=ended + timedelta(seconds=seen),
        outcome=Outcome.ENDED,
    )


def test_percentile_is_a_value_that_was_measured() -> None:
    """A percentile is the nearest rank, not something between two values."""
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (
        50.0,
        99.0,
        7.0,
    )


def test_the_delay_is_from_the_end_to_its_being_seen() -> None:
    """The service's endedAt and our seen_at make the delay."""
    record = Record(wanted=1, interval=1.0)
    record.take(end(3.0, seen=0.25))
    assert record.delays == [0.25]


def test_polling_asks_up_to_the_first_answer_after_the_end() -> None:
    """A run that lives for 2.5 intervals is asked for at 0, 1, 2 and 3."""
    record = Record(wanted=1, interval=2.0, executed=1, watched_from=START)
    record.take(end(5.0))
    assert record.polls() == 4


def test_polling_goes_on_for_runs_that_have_not_ended() -> None:
    """A run without an end is asked for until now."""
    record = Record(wanted=3, interval=1.0, executed=2, watched_from=START)
    record.take(end(0.0))
    assert record.polls(START + timedelta(seconds=3.5)) == 1 + 4


def test_polling_has_not_begun_before_the_following() -> None:
    """Without a following there is nothing to compare with."""
    assert Record(wanted=3, interval=1.0, executed=2).polls() == 0


def test_an_update_that_is_no_end_is_not_measured() -> None:
    """Only ends have a delay."""
    record = Record(wanted=1, interval=1.0)
    update = RunUpdate[Run](
        ref="port:r_1",
        run=ActionRun(id="r_1", status="IN_PROGRESS"),
        state=RunState.RUNNING,
        previous=None,
        seen_at=START,
    )
    record.take(update)
    assert record.delays == []


def test_each_service_tells_an_end_in_its_own_way() -> None:
    """Port's endedAt, ForgePortal's finishedAt, the last change of an agent's run."""
    runs: list[Run] = [
        ActionRun(id="r", status="SUCCESS", ended_at=START),
        forgeportal.ActionRun(id="r", status="success", finished_at=START),
        structure(
            {
                "run_id": "r",
                "agent_id": "a",
                "status": "success",
                "creation": {"agent_id": "a"},
                "created_at": "2025-12-31T23:00:00Z",
                "updated_at": "2026-01-01T00:00:00Z",
            },
            v01.Run,
        ),
    ]
    assert [ended_at(run) for run in runs] == [START] * 3


def test_a_run_that_goes_on_has_no_end() -> None:
    """Nothing is made of a time that is not there."""
    runs: list[Run] = [
        ActionRun(id="r", status="IN_PROGRESS"),
        ActionRun(id="r", status="IN_PROGRESS", ended_at=None),
        forgeportal.ActionRun(id="r", status="running"),
    ]
    assert [ended_at(run) for run in runs] == [None] * 3
