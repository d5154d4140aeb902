"""The plan by which many runs are followed."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.core.sweep import Followed, Ledger
from actionruns.states import RunState


def confirmed(ledger: Ledger) -> list[str]:
    return [run.run_id for run in ledger.to_confirm()]


def test_a_ledger_holds_each_run_once() -> None:
    """A run given twice is followed once; order is kept."""
    ledger = Ledger(["b", "a", "b"])
    assert ([run.run_id for run in ledger], len(ledger)) == (["b", "a"], 2)


def test_a_ledger_knows_its_runs() -> None:
    """A ledger tells which ids it follows."""
    ledger = Ledger(["a"])
    assert ("a" in ledger, "b" in ledger, ledger.get("a").run_id) == (True, False, "a")


def test_an_unfollowed_run_is_unknown() -> None:
    """Asking for a run that isn't followed is a mistake of the caller."""
    with pytest.raises(KeyError):
        Ledger().get("a")


def test_a_round_begins_with_nothing_seen() -> None:
    """At the start of a round each run is unseen."""
    ledger = Ledger(["a", "b"])
    ledger.begin_round()
    assert (ledger.unseen, confirmed(ledger)) == (2, ["a", "b"])


def test_a_row_counts_as_seen() -> None:
    """A run that a page shows isn't asked for in this round."""
    ledger = Ledger(["a", "b"])
    ledger.begin_round()
    ledger.see("a", "BUSY")
    assert (ledger.unseen, confirmed(ledger)) == (1, ["b"])


def test_a_row_counts_once() -> None:
    """A run that two pages show is seen once."""
    ledger = Ledger(["a", "b"])
    ledger.begin_round()
    ledger.see("a", "BUSY")
    ledger.see("a", "BUSY")
    assert ledger.unseen == 1


@pytest.mark.parametrize(("known", "news"), [(None, True), ("NEW", True), ("BUSY", False)])
def test_a_row_tells_news(known: str | None, news: bool) -> None:
    """A row is news when its status is another than the one last seen."""
    ledger = Ledger(["a"])
    ledger.begin_round()
    ledger.get("a").status = known
    assert ledger.see("a", "BUSY") is news


def test_a_strangers_row_is_no_news() -> None:
    """A row of a run that isn't followed is passed over."""
    ledger = Ledger(["a"])
    ledger.begin_round()
    assert (ledger.see("b", "BUSY"), ledger.unseen, len(ledger)) == (False, 1, 1)


def test_a_row_ends_a_row_of_failures() -> None:
    """A run that is seen is known again; seen with the status it had, it is no longer failing."""
    ledger = Ledger(["a"])
    run = ledger.get("a")
    run.status, run.unknown_since, run.failing_since = "BUSY", 1.0, 2.0
    ledger.begin_round()
    ledger.see("a", "BUSY")
    assert [run.unknown_since, run.failing_since] == [None, None]


def test_a_row_with_news_leaves_the_failures_to_what_becomes_of_it() -> None:
    """Whether the news can be decoded is not known yet."""
    ledger = Ledger(["a"])
    run = ledger.get("a")
    run.failing_since = 2.0
    ledger.begin_round()
    ledger.see("a", "BUSY")
    assert run.failing_since == 2.0


def test_a_doubted_row_is_confirmed() -> None:
    """A row that says the run has ended doesn't count as seen: its own answer is asked for."""
    ledger = Ledger(["a"])
    ledger.begin_round()
    ledger.see("a", "DONE")
    ledger.doubt(ledger.get("a"))
    assert (ledger.unseen, confirmed(ledger)) == (1, ["a"])


def test_doubting_the_unseen_changes_nothing() -> None:
    """A run that wasn't seen is no less seen for being doubted."""
    ledger = Ledger(["a"])
    ledger.begin_round()
    ledger.doubt(ledger.get("a"))
    assert ledger.unseen == 1


def test_a_run_added_during_a_round_waits_for_the_next() -> None:
    """A run added while pages are read is not missed: they may have been read before it was."""
    ledger = Ledger(["a"])
    ledger.begin_round()
    ledger.add("b")
    now = (ledger.unseen, confirmed(ledger))
    ledger.begin_round()
    assert (now, ledger.unseen, confirmed(ledger)) == ((1, ["a"]), 2, ["a", "b"])


@pytest.mark.parametrize(("seen", "unseen"), [(["a"], 1), ([], 1)])
def test_a_dropped_run_is_not_waited_for(seen: list[str], unseen: int) -> None:
    """Dropping a run, seen or not, leaves the others as they are."""
    ledger = Ledger(["a", "b"])
    ledger.begin_round()
    for run_id in seen:
        ledger.see(run_id, "DONE")
    ledger.drop("a")
    assert (ledger.unseen, confirmed(ledger), len(ledger)) == (unseen, ["b"], 1)


def test_dropping_a_stranger_changes_nothing() -> None:
    """A run that isn't followed can be dropped all the same."""
    ledger = Ledger(["a"])
    ledger.begin_round()
    ledger.drop("b")
    assert (ledger.unseen, len(ledger)) == (1, 1)


def test_a_hidden_run_is_asked_for_less_and_less() -> None:
    """A run that is active but never listed rests 1, 2, 4, 4, ... rounds between questions."""
    ledger = Ledger(["a"])
    asked = []
    for number in range(20):
        ledger.begin_round()
        for run in ledger.to_confirm():
            asked.append(number)
            ledger.is_active_after_all(run)
    assert asked == [0, 2, 5, 10, 15]


@pytest.mark.parametrize(
    ("looks", "expected"),
    [(1, [0, 2, 5, 10, 15]), (2, [0, 1, 2, 4, 6]), (3, [0, 1, 2, 3, 4])],
)
def test_a_hidden_run_rests_no_longer_because_looks_are_seldom(
    looks: int, expected: list[int]
) -> None:
    """A look that stands for several takes as much off the rest, and the next one counts, too."""
    ledger = Ledger(["a"])
    asked = []
    for number in range(20):
        ledger.begin_round()
        for run in ledger.to_confirm(looks=looks):
            asked.append(number)
            ledger.is_active_after_all(run)
    assert asked[:5] == expected


def test_a_row_ends_the_rest() -> None:
    """A run that is listed again is asked for as soon as it is missing again."""
    ledger = Ledger(["a"])
    for _ in range(3):
        ledger.is_active_after_all(ledger.get("a"))
    ledger.begin_round()
    ledger.see("a", "BUSY")
    ledger.begin_round()
    assert confirmed(ledger) == ["a"]


def test_a_quiet_run_keeps_what_was_told() -> None:
    """A run that is listed round by round is known by its status and state, and needs no object."""
    ledger = Ledger(["a"])
    run = ledger.get("a")
    run.status, run.state = "BUSY", RunState.RUNNING
    for _ in range(3):
        ledger.begin_round()
        ledger.see("a", "BUSY")
    now = ledger.get("a")
    assert now is not run
    assert (now.status, now.state, ledger.unseen) == ("BUSY", RunState.RUNNING, 0)


def test_quiet_runs_share_what_is_known() -> None:
    """Following many quiet runs makes no object for each that garbage collection would visit."""
    run_ids = [f"quiet {number}" for number in range(10_000)]
    ledger = Ledger(run_ids)

    def see(run_id: str) -> None:
        if ledger.see(run_id, "BUSY"):
            run = ledger.get(run_id)
            run.status = "BUSY"
            ledger.settle(run)

    for _ in range(2):
        ledger.begin_round()
        for run_id in run_ids:
            see(run_id)
    gc.collect()
    kept = [held for held in gc.get_objects() if isinstance(held, Followed)]
    assert not any(run.run_id.startswith("quiet ") for run in kept)  # others are of other tests


def test_a_settled_run_that_leaves_the_list_is_confirmed() -> None:
    """A quiet run that no page of a later round shows is asked for, with what was told of it."""
    ledger = Ledger(["a", "b"])
    for shown in ("ab", "a"):
        ledger.begin_round()
        for run_id in shown:
            ledger.see(run_id, "BUSY")
            run = ledger.get(run_id)
            run.status, run.state = "BUSY", RunState.RUNNING
            ledger.settle(run)
    (missing,) = ledger.to_confirm()
    assert (missing.run_id, missing.status, missing.state) == ("b", "BUSY", RunState.RUNNING)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("run", object()),
        ("started_at", datetime.now(UTC)),
        ("unknown_since", 1.0),
        ("failing_since", 1.0),
        ("asked", 1),
        ("rest", 1),
    ],
)
def test_a_run_of_which_more_is_known_keeps_it(name: str, value: object) -> None:
    """What is known of a run beyond its status outlasts its being listed."""
    ledger = Ledger(["a"])
    run = ledger.get("a")
    ledger.begin_round()
    ledger.see("a", "BUSY")
    setattr(run, name, value)
    ledger.settle(run)
    assert getattr(ledger.get("a"), name) == value


def test_settling_a_dropped_run_leaves_its_successor_alone() -> None:
    """A run that is dropped and followed anew has its own status, whatever the old one had."""
    ledger = Ledger(["a"])
    old = ledger.get("a")
    ledger.begin_round()
    ledger.see("a", "BUSY")
    ledger.drop("a")
    ledger.add("a")
    old.status = "BUSY"
    ledger.settle(old)
    assert ledger.get("a").status is None


def test_settling_a_stranger_does_not_follow_it() -> None:
    """A run that was dropped meanwhile stays dropped."""
    ledger = Ledger()
    ledger.settle(Followed("a"))
    assert "a" not in ledger


def test_an_added_run_has_what_was_told_before() -> None:
    """A run is followed on with what a checkpoint tells of it; adding it again changes nothing."""
    ledger = Ledger()
    ledger.add("a", status="BUSY", state=RunState.RUNNING)
    ledger.add("a")
    ledger.begin_round()
    assert (ledger.see("a", "BUSY"), ledger.get("a").state) == (False, RunState.RUNNING)


@given(
    st.sets(st.sampled_from("abcdef")),
    st.lists(
        st.tuples(
            st.sampled_from(["see", "settle", "drop", "add", "doubt"]), st.sampled_from("abcdefgh")
        ),
        max_size=30,
    ),
)
def test_each_run_is_seen_or_confirmed(followed: set[str], steps: list[tuple[str, str]]) -> None:
    """Whatever happens in a round: what is followed and unseen is exactly what gets confirmed."""
    ledger = Ledger(sorted(followed))
    ledger.begin_round()
    for step, run_id in steps:
        if step == "see":
            ledger.see(run_id, "BUSY")
        elif step == "drop":
            ledger.drop(run_id)
        elif step == "add":
            ledger.add(run_id)
        elif step == "settle" and run_id in ledger:
            ledger.settle(ledger.get(run_id))
        elif run_id in ledger:
            ledger.doubt(ledger.get(run_id))
    assert len(confirmed(ledger)) == ledger.unseen
