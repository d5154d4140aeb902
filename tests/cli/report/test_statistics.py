"""The figures of a report."""

from __future__ import annotations

import doctest

import pytest

from actionruns.cli.report import Sample, drawing, statistics
from actionruns.cli.report.statistics import (
    OTHERS,
    durations_by_action,
    ends,
    request_bins,
    time_ticks,
)
from actionruns.states import RunState
from actionruns.watching import Outcome
from tests.cli.report.lives import BEGIN, going_on, life


@pytest.mark.parametrize("module", [statistics, drawing])
def test_the_examples_hold(module: object) -> None:
    """The examples in the docstrings are true."""
    done = doctest.testmod(module)  # type: ignore[arg-type] # a module
    assert (done.failed, done.attempted > 0) == (0, True)


def test_ends_are_counted_by_what_became_of_the_runs() -> None:
    """An end counts by its state, what was given up by the reason, what goes on as neither."""
    lost, late = going_on("port:r_3"), going_on("port:r_4")
    lost.outcome, late.outcome = Outcome.GONE, Outcome.TIMED_OUT
    found = ends([life(), life(state=RunState.FAILED), lost, late, going_on()])
    assert found == {RunState.SUCCEEDED: 1, RunState.FAILED: 1, Outcome.GONE: 1, None: 2}


def test_durations_are_by_action_and_service() -> None:
    """An action's name at two services is two actions; the one with more runs is first."""
    rows = durations_by_action(
        [
            life("acp:1", took=5.0),
            life("port:1", took=30.0),
            life("port:2", took=10.0, state=RunState.FAILED),
            going_on("port:3"),
        ],
        at_most=5,
    )
    assert [(row.service, row.name, row.count) for row in rows] == [
        ("port", "deploy", 3),
        ("acp", "deploy", 1),
    ]
    assert rows[0].ordered == [10.0, 30.0]
    assert rows[0].ends == {RunState.SUCCEEDED: 1, RunState.FAILED: 1, None: 1}


def test_actions_beyond_the_limit_are_put_together() -> None:
    """The rows are never more than allowed, and no run is lost in them."""
    lives = [life(f"port:{n}", action=f"a{n % 9}") for n in range(50)]
    rows = durations_by_action(lives, at_most=4)
    assert len(rows) == 4
    assert rows[-1].name == OTHERS
    assert sum(row.count for row in rows) == 50
    assert len(durations_by_action(lives, at_most=9)) == 9


def test_a_clock_that_goes_backwards_makes_no_negative_duration() -> None:
    """A run whose end lies before its begin took no time."""
    assert life(took=-3.0).took == 0.0


def sample(at: float, **counts: int) -> Sample:
    return Sample(at=BEGIN + at, **counts)


def test_requests_are_spread_over_the_time_between_samples() -> None:
    """Ten requests in ten seconds are one in each; no request is lost or doubled."""
    samples = [sample(0), sample(10, pages=10), sample(20, pages=10, singles=5, refusals=1)]
    found = request_bins(samples, bins=4)
    assert [round(one.pages, 6) for one in found] == [5, 5, 0, 0]
    assert [round(one.singles, 6) for one in found] == [0, 0, 2.5, 2.5]
    assert round(sum(one.total for one in found), 6) == 15
    assert round(sum(one.refusals for one in found), 6) == 1


def test_samples_that_do_not_fit_the_bins_are_divided() -> None:
    """A span over the edge of a bin counts in both, by its share."""
    found = request_bins([sample(0), sample(3, holds=3), sample(4, holds=3)], bins=2)
    assert [round(one.holds, 6) for one in found] == [2, 1]


def test_requests_of_no_time_at_all_are_counted() -> None:
    """A watch that ended at once has its requests in one bin."""
    found = request_bins([sample(0), sample(0, singles=2)], bins=3)
    assert sum(one.total for one in found) == 2


@pytest.mark.parametrize(
    ("seconds", "step"), [(4, 1), (55, 10), (600, 120), (4000, 900), (86_400, 21_600)]
)
def test_ticks_are_round_times(seconds: float, step: float) -> None:
    """Ticks lie on round times within the span, not more of them than allowed."""
    ticks = time_ticks(BEGIN + 0.5, BEGIN + seconds, at_most=6)
    assert 1 <= len(ticks) <= 6
    assert all(tick % step == 0 for tick in ticks)
    assert ticks[0] > BEGIN
    assert ticks[-1] <= BEGIN + seconds


def test_ticks_of_weeks_are_days() -> None:
    """A long span has its ticks at midnight, of the place where one is."""
    offset = 3600.0
    ticks = time_ticks(BEGIN, BEGIN + 30 * 86_400, at_most=6, offset=offset)
    assert 4 <= len(ticks) <= 6
    assert all((tick + offset) % 86_400 == 0 for tick in ticks)
