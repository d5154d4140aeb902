"""The plan of a watch: a pure function, held to a table of cases."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.core.plan import FEW_RUNS, Circumstances, Look, make_plan

FAST: dict[str, Any] = {"page_seconds": 0.05, "single_seconds": 0.02}

CASES: list[tuple[str, dict[str, Any], Look]] = [
    ("a handful, list unknown", {"followed": FEW_RUNS}, Look.SINGLE),
    ("one more than a handful", {"followed": FEW_RUNS + 1}, Look.SWEEP),
    ("ten thousand, list unknown", {"followed": 10_000}, Look.SWEEP),
    ("ten thousand on ten pages", {"followed": 10_000, "pages": 10}, Look.SWEEP),
    ("one page more than runs", {"followed": 10, "pages": 11}, Look.SINGLE),
    ("as many pages as runs", {"followed": 10, "pages": 10}, Look.SINGLE),
    ("ten among half a million of others", {"followed": 10, "pages": 500}, Look.SINGLE),
    ("the list is refused", {"followed": 10_000, "pages": 1, "listable": False}, Look.SINGLE),
    ("all end in each look", {"followed": 100, "pages": 1, "ends": 100.0}, Look.SINGLE),
    ("half end in each look", {"followed": 100, "pages": 1, "ends": 50.0}, Look.SWEEP),
    ("the list hides them all", {"followed": 100, "pages": 80, "hidden": 100}, Look.SINGLE),
    ("the list hides a few", {"followed": 100, "pages": 2, "hidden": 10}, Look.SWEEP),
    (
        "pages are slow, single runs fast, and there is no limit",
        {"followed": 640, "pages": 40, "page_seconds": 2.0, "single_seconds": 0.02},
        Look.SINGLE,
    ),
    (
        "pages are slow, but a limit makes single questions slower",
        {"followed": 640, "pages": 40, "page_seconds": 2.0, "single_seconds": 0.02, "rate": 1.0},
        Look.SWEEP,
    ),
    (
        "pages are slow, and no single run was asked for yet",
        {"followed": 10_000, "pages": 10, "page_seconds": 0.4, "single_seconds": 0.0},
        Look.SWEEP,
    ),
    ("slow pages that are in time", {"followed": 640, "pages": 1, "page_seconds": 0.9}, Look.SWEEP),
    ("one run, held answers", {"followed": 1, "hold_seconds": 30.0}, Look.HOLD),
    ("sixty runs, held answers", {"followed": 60, "pages": 60, "hold_seconds": 30.0}, Look.HOLD),
    ("sixty runs on one page", {"followed": 60, "pages": 1, "hold_seconds": 30.0}, Look.SWEEP),
    ("more runs than connections", {"followed": 65, "pages": 10, "hold_seconds": 30.0}, Look.SWEEP),
    (
        "a look an hour is cheaper than holding",
        {"followed": 1, "hold_seconds": 30.0, "interval": 3600.0},
        Look.SINGLE,
    ),
    ("streams, no held answers", {"followed": 2, "stream_seconds": 30.0}, Look.STREAM),
    (
        "both: held answers carry less",
        {"followed": 2, "hold_seconds": 30.0, "stream_seconds": 30.0},
        Look.HOLD,
    ),
    (
        "runs end so fast that holding is dear",
        {"followed": 60, "pages": 1, "ends": 30.0, "hold_seconds": 30.0},
        Look.SWEEP,
    ),
]


@pytest.mark.parametrize(("name", "known", "look"), CASES, ids=[case[0] for case in CASES])
def test_the_cheapest_way_in_time_is_chosen(name: str, known: dict[str, Any], look: Look) -> None:
    """A row of the table: what is known, and what follows from it."""
    plan = make_plan(Circumstances(**{**FAST, **known}))
    assert plan.look is look
    assert all(cost > 0 for cost in (plan.requests, *plan.others.values()))


def test_what_is_chosen_and_why_is_told_in_words() -> None:
    """The numbers of the other ways stand beside that of the one that was taken."""
    plan = make_plan(Circumstances(followed=10_000, pages=10, ends=3.0, **FAST))
    assert plan.explain() == (
        "sweep the list of active runs, about 13 requests a look, because that takes the fewest "
        "requests (it would be 10,000 requests to ask for each run)"
    )


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"followed": 1}, "because 1 run is not worth reading the list for"),
        ({"followed": 3}, "because 3 runs are not worth reading the list for"),
        ({"followed": 99, "listable": False}, "because the list was refused"),
        ({"followed": 99}, "how long the list is will be seen"),
        ({"followed": 99, "pages": 10, "rate": 0.5}, "stretches the interval to 25.0 s"),
        (
            {"followed": 640, "pages": 40, "page_seconds": 2.0},
            "because to sweep the list of active runs takes fewer, but too long",
        ),
    ],
)
def test_the_reason_is_the_one_that_decided(known: dict[str, Any], words: str) -> None:
    """A refused list, few runs, slow pages and the budget each have their own words."""
    assert words in make_plan(Circumstances(**{**FAST, **known})).explain()


def test_the_budget_stretches_the_interval() -> None:
    """A look that costs more than the rate allows in an interval is made less often."""
    plan = make_plan(Circumstances(followed=10_000, pages=100, rate=10.0, interval=1.0))
    assert plan.interval == pytest.approx(100 / 8)  # a fifth of the rate is left to other calls
    assert make_plan(Circumstances(followed=10_000, pages=100)).interval == 0.0


@pytest.mark.parametrize(
    ("rate", "interval", "singles"), [(None, 1.0, 256), (10.0, 1.0, 4), (10.0, 60.0, 240)]
)
def test_runs_that_a_list_does_not_cover_are_asked_for_within_the_budget(
    rate: float | None, interval: float, singles: int
) -> None:
    """Half of what the rate allows from look to look, or a few for each request in flight."""
    known = Circumstances(followed=99_000, pages=1, rate=rate, interval=interval)
    assert make_plan(known).singles == singles


circumstances = st.builds(
    Circumstances,
    followed=st.integers(1, 200_000),
    pages=st.none() | st.integers(1, 1000),
    ends=st.floats(0, 1000),
    hidden=st.integers(0, 1000),
    interval=st.floats(0.1, 100),
    in_flight=st.integers(1, 256),
    page_seconds=st.floats(0, 5),
    single_seconds=st.floats(0, 5),
    rate=st.none() | st.floats(0.1, 1000),
    listable=st.booleans(),
    hold_seconds=st.none() | st.just(30.0),
    stream_seconds=st.none() | st.just(30.0),
)


@given(circumstances)
def test_there_is_always_a_plan(known: Circumstances) -> None:
    """Whatever is known: one way is chosen, never above twice the pace of the fastest, in words."""
    plan = make_plan(known)
    assert plan.look not in plan.others
    assert plan.singles >= 1
    assert plan.look.value in plan.explain()
    if known.rate is None and known.pages == 1 and known.listable and not known.hidden:
        assert plan.requests <= known.followed + known.ends + 1


@given(circumstances)
def test_more_runs_never_cost_less(known: Circumstances) -> None:
    """The cost of a look does not fall when runs are added, all else the same."""
    more = attrs.evolve(known, followed=known.followed + 1000)
    if make_plan(more).look is make_plan(known).look:
        assert make_plan(more).requests >= make_plan(known).requests
