"""What a report remembers of a watch."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from actionruns.cli.port_rendering import PORT_RUNS
from actionruns.cli.report import Collector, collecting
from actionruns.port._generated.models import ActionRun, RunSubject
from actionruns.states import RunState
from actionruns.watching import Outcome, Progress, RunUpdate
from tests.cli.report.lives import BEGIN
from tests.cli.test_board import gone

pytestmark = pytest.mark.anyio

START = datetime.fromtimestamp(BEGIN, UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def update(
    state: RunState, seconds: float, previous: RunState | None = None, **of_run: Any
) -> RunUpdate[ActionRun]:
    run = ActionRun(id="r_1", status="x", action=RunSubject(identifier="deploy"), **of_run)
    return RunUpdate(
        ref="port:r_1",
        run=run,
        state=state,
        previous=previous,
        seen_at=at(seconds),
        outcome=Outcome.ENDED if state.is_terminal else None,
    )


def collector() -> Collector:
    return Collector({"port": PORT_RUNS}, clock=lambda: BEGIN)


def test_a_run_s_life_is_by_the_service_s_clock() -> None:
    """Begin and end are as the service tells them, the states as they were seen."""
    collected = collector()
    collected.take(update(RunState.RUNNING, 2, created_at=at(-5)))
    end = update(RunState.FAILED, 9, RunState.RUNNING, created_at=at(-5), ended_at=at(8))
    collected.take(end)
    (one,) = collected.lives.values()
    assert (one.service, one.action, one.begun, one.took) == ("port", "deploy", BEGIN - 5, 13.0)
    assert one.seen == [(BEGIN + 2, RunState.RUNNING), (BEGIN + 9, RunState.FAILED)]
    assert one.outcome is Outcome.ENDED


def test_a_run_without_times_is_as_it_was_seen() -> None:
    """What the service does not tell is when we saw it."""
    collected = collector()
    collected.take(update(RunState.RUNNING, 2))
    collected.take(update(RunState.SUCCEEDED, 9, RunState.RUNNING))
    (one,) = collected.lives.values()
    assert (one.begun, one.ended) == (BEGIN + 2, BEGIN + 9)


def test_a_run_that_an_earlier_watch_has_seen_was_in_its_state() -> None:
    """The state that a checkpoint has told is that of the time before."""
    collected = collector()
    collected.take(update(RunState.SUCCEEDED, 9, RunState.WAITING))
    (one,) = collected.lives.values()
    assert one.seen == [(BEGIN, RunState.WAITING), (BEGIN + 9, RunState.SUCCEEDED)]


def test_what_an_earlier_watch_has_left_is_known() -> None:
    """Runs that were over are counted; those that go on are there from the begin of the watch."""
    collected = collector()
    collected.restore("port:over", RunState.FAILED, Outcome.ENDED)
    collected.restore("port:r_1", RunState.RUNNING, None)
    collected.restore("port:unseen", None, None)
    assert (collected.earlier, list(collected.lives)) == (1, ["port:r_1"])
    collected.take(update(RunState.SUCCEEDED, 9, RunState.RUNNING, created_at=at(-5)))
    one = collected.lives["port:r_1"]
    assert one.seen == [(BEGIN, RunState.RUNNING), (BEGIN + 9, RunState.SUCCEEDED)]
    assert (one.action, one.took) == ("deploy", 14.0)


def test_a_status_that_changes_within_a_state_is_no_new_state() -> None:
    """Two statuses of one state are one span of time."""
    collected = collector()
    collected.take(update(RunState.RUNNING, 1))
    collected.take(update(RunState.RUNNING, 5, RunState.RUNNING))
    assert len(collected.lives["port:r_1"].seen) == 1


def test_why_a_run_was_given_up_is_remembered() -> None:
    """A run that is gone keeps what stood against following it, and was in no state if unseen."""
    collected = collector()
    collected.take(attrs.evolve(gone("r_2"), previous=None))
    one = collected.lives["port:r_2"]
    assert (one.outcome, one.problem) == (Outcome.GONE, "not known any more")
    assert (one.seen, one.state, one.took) == ([], RunState.UNKNOWN, None)


def test_what_an_earlier_watch_told_of_its_time_is_not_the_end() -> None:
    """A time-out that is told again is of another watch."""
    collected = collector()
    again = attrs.evolve(update(RunState.RUNNING, 1), outcome=Outcome.TIMED_OUT, redelivered=True)
    collected.take(again)
    assert collected.lives["port:r_1"].outcome is None


def test_samples_stay_few() -> None:
    """However long a watch is, the samples are bounded; first and last are kept."""
    collected = collector()
    for number in range(10_000):
        collected.sample(Progress(pages=number))
    assert len(collected.samples) <= 1200
    assert (collected.samples[0].pages, collected.samples[-1].pages) == (0, 9999)
    pages = [sample.pages for sample in collected.samples]
    assert pages == sorted(pages)


async def test_sampling_notes_the_end() -> None:
    """When the body ends, what was asked by then is noted."""
    progress, collected = Progress(), collector()
    async with collected.sampling(progress):
        await asyncio.sleep(0)
        progress.singles, progress.refusals = 3, 1
    assert (collected.samples[-1].singles, collected.samples[-1].refusals) == (3, 1)


async def test_sampling_goes_on_while_the_body_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are noted again and again, not at the end alone."""
    monkeypatch.setattr(collecting, "_SAMPLE_SECONDS", 0)
    progress, collected = Progress(), collector()
    async with collected.sampling(progress):
        while len(collected.samples) < 5:
            progress.pages += 1
            await asyncio.sleep(0)
    pages = [sample.pages for sample in collected.samples]
    assert len(set(pages)) >= 3
