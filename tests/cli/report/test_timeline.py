"""The runs over time."""

from __future__ import annotations

import math

from actionruns.cli.report import Life
from actionruns.cli.report.statistics import OTHERS
from actionruns.cli.report.timeline import Window, lanes, occupancy, segments, window_of
from actionruns.states import RunState
from tests.cli.report.lives import BEGIN, going_on, life

TEN = Window(BEGIN, BEGIN + 10)


def test_an_end_is_where_the_service_says_not_where_it_was_seen() -> None:
    """A run was running until it ended by the service's clock, and has ended since."""
    running, ended = segments(life(begun=1, took=4))
    assert (running.since, running.until, running.state) == (
        BEGIN + 1,
        BEGIN + 5,
        RunState.RUNNING,
    )
    assert (ended.since, ended.until, ended.state) == (BEGIN + 5, math.inf, RunState.SUCCEEDED)


def test_a_run_first_seen_at_its_end_was_running_before() -> None:
    """What was never seen is taken to have been running."""
    one = life(begun=-20, took=5)
    one.seen = one.seen[1:]
    running, ended = segments(one)
    assert (running.since, running.state) == (BEGIN - 20, RunState.RUNNING)
    assert ended.since == BEGIN - 15


def test_clocks_that_differ_make_no_span_backwards() -> None:
    """An end before the last state seen makes that state's span empty, not negative."""
    one = life(begun=0, took=2)
    one.seen.insert(1, (BEGIN + 3, RunState.WAITING))
    spans = segments(one)
    assert all(span.until >= span.since for span in spans)
    assert spans[-1].state is RunState.SUCCEEDED


def test_a_run_that_was_never_seen_has_no_spans() -> None:
    """A run that was given up unseen is in no state at any time."""
    assert segments(Life(ref="port:r_1", action="", begun=BEGIN)) == []


def test_states_are_counted_at_each_moment() -> None:
    """At each moment every run is counted once, in the state that it is in."""
    found = occupancy([life(begun=2, took=4), going_on(begun=0)], TEN, points=11)
    assert list(found[RunState.RUNNING]) == [1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 1]
    assert list(found[RunState.SUCCEEDED]) == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert set(found) == {RunState.RUNNING, RunState.SUCCEEDED}


def test_what_began_before_the_window_is_there_from_its_left_edge() -> None:
    """A run that is older than the window is counted in all of it."""
    found = occupancy([going_on(begun=-500)], TEN, points=3)
    assert list(found[RunState.RUNNING]) == [1, 1, 1]


def test_what_comes_after_the_window_is_not_in_it() -> None:
    """Nothing is counted of what lies right of the window."""
    found = occupancy([life(begun=20)], TEN, points=3)
    assert all(not any(counts) for counts in found.values())


def test_the_window_is_the_watch_and_the_lives_before_it() -> None:
    """It begins with the runs, if that is not too long before the watch."""
    assert window_of([], TEN) == TEN
    assert window_of([life(begun=3)], TEN) == TEN
    assert window_of([going_on(begun=-7)], TEN).begin == BEGIN - 7


def test_old_runs_do_not_squeeze_the_watch() -> None:
    """Of runs that are days old, no more is shown than three times the watch's length."""
    assert window_of([going_on(begun=-90_000)], TEN).begin == BEGIN - 30


def test_runs_that_were_over_are_shown_where_they_were() -> None:
    """When most runs had ended before the watch, their lives are what there is to show."""
    lives = [life(f"port:{n}", begun=-1000 - n, took=60) for n in range(5)]
    assert window_of(lives, TEN).begin < BEGIN - 1000


def test_a_place_in_a_window_without_length_is_its_begin() -> None:
    """A watch that ended at once has one place."""
    assert Window(BEGIN, BEGIN).place(BEGIN + 5) == 0.0
    assert TEN.place(BEGIN + 5) == 0.5


def test_lanes_show_what_is_under_way() -> None:
    """A lane tells the runs of an action that have not ended, and the most at once."""
    lives = [life(f"port:{n}", begun=n, took=4) for n in range(3)]
    lives.append(going_on("acp:1", action="think"))
    first, second = lanes(lives, TEN, points=11, at_most=5)
    assert (first.name, first.service, first.count, first.most) == ("deploy", "port", 3, 3)
    assert list(first.active[RunState.RUNNING])[:8] == [1, 2, 3, 3, 2, 1, 0, 0]
    assert (second.name, second.most) == ("think", 1)


def test_many_lanes_end_with_the_others() -> None:
    """Lanes are never more than allowed; the last one has the rest."""
    lives = [life(f"port:{n}", action=f"a{n}") for n in range(30)]
    found = lanes(lives, TEN, points=3, at_most=8)
    assert (len(found), found[-1].name, found[-1].count) == (8, OTHERS, 23)
