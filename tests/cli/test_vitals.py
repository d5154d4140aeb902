"""What is shown of how a watch is doing, and how it fits a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import attrs
from rich.text import Text

from actionruns.cli.board import Board
from actionruns.cli.packing import pack
from actionruns.cli.tally import Tally
from actionruns.cli.vitals import Vitals
from actionruns.states import RunState
from actionruns.watching import Outcome, Progress, RunSource, RunUpdate, Snapshot, Watch
from tests.cli.test_board import gone, shown, update

QUIET = Snapshot(
    followed=2,
    ended=0,
    lost=0,
    ended_as={},
    lost_as={},
    changes=0,
    waiting=0,
    rounds=1,
    requests=3,
    pages=1,
    singles=2,
    holds=0,
    failures=0,
    refusals=0,
    in_flight=4,
    pushes=0,
    lag_p50=None,
    lag_p99=None,
    intervals={},
    allowances={},
)
WORDS = (
    "port: 2 followed; sweep the list of active runs, about 11 requests a look, because that takes "
    "the fewest requests (it would be 10,000 requests to ask for each run); 1.0 s from one look to "
    "the next\nacp: 0 followed; ask for each run"
)


@attrs.define
class Standing:
    """A watch that stands as it is told to."""

    now: Snapshot = QUIET

    def snapshot(self) -> Snapshot:
        return self.now

    def explain(self) -> str:
        return WORDS


@attrs.frozen
class Left:
    """A source that knows what is left of a rate limit."""

    number: int | None

    def remaining(self) -> int | None:
        return self.number


def vitals(now: Snapshot = QUIET, left: Mapping[str, int | None] | None = None) -> Vitals:
    sources = {name: cast(RunSource[Any], Left(number)) for name, number in (left or {}).items()}
    return Vitals(cast(Watch[Any], Standing(now)), sources)


def words(lines: list[Text]) -> str:
    return " | ".join(line.plain for line in lines)


def test_what_is_not_known_is_not_shown() -> None:
    """At the start there is no lag, no budget and no failure to show."""
    assert words(vitals(left={"port": None}).facts(80)) == "4 under way"


def test_lag_and_budget_are_shown() -> None:
    """Lag, what each service allows, refusals and failures are facts of their own."""
    now = attrs.evolve(
        QUIET, lag_p50=0.8, lag_p99=2.5, allowances={"port": 8.0}, refusals=3, failures=1200
    )
    facts = words(vitals(now, {"port": 450, "acp": None}).facts(200))
    assert facts == (
        "lag 800 ms, p99 2.5 s  port allows 450 more requests, 8/s  3 refused (429)  1,200 failed"
        "  4 under way"
    )


def test_facts_are_kept_whole_in_narrow_lines() -> None:
    """A fact goes to the next line; only one that is longer than a line is cut."""
    facts = [Text(text) for text in ("one fact", "", "another", "x" * 30)]
    lines = pack(facts, 20)
    assert [line.plain for line in lines] == ["one fact  another", "x" * 19 + "…"]


def test_what_the_watch_does_is_wrapped_at_words() -> None:
    """The explanation takes so many lines as there are for it; a service without runs has none."""
    both = vitals().doing(60, lines=2)
    assert len(both) == 2
    assert both[0].plain == "port: 2 followed; sweep the list of active runs, about 11"
    assert both[1].plain.startswith("  requests a look, because")
    assert both[1].plain.endswith("…")
    whole = words(vitals().doing(400, lines=1))
    assert whole == WORDS.splitlines()[0]
    assert vitals().doing(60, lines=0) == []


def test_a_watch_that_is_over_does_nothing() -> None:
    """At the end nothing is under way, and there is nothing to explain."""
    over = vitals()
    over.stop()
    assert (over.facts(80), over.doing(80, lines=2)) == ([], [])


def of_service(service: str, number: int, state: RunState) -> RunUpdate[Any]:
    return attrs.evolve(update("x", state), ref=f"{service}:{number}")


def board_of_three() -> Board:
    now = attrs.evolve(QUIET, lag_p50=0.8, lag_p99=2.5)
    board = Board(Tally(10_000), Progress(), vitals=vitals(now))
    for number in range(300):
        for service in ("acp", "forgeportal", "port"):
            board.take(of_service(service, number, RunState.RUNNING))
    board.take(of_service("port", 1000, RunState.WAITING))
    return board


def test_counts_are_by_state_and_service() -> None:
    """With several services each has a column, in the order in which they are documented."""
    lines = shown(board_of_three(), width=100, height=30)
    (head,) = (line for line in lines if line.split()[-1:] == ["all"])
    assert head.split() == ["port", "forgeportal", "acp", "all"]
    (waiting,) = (line for line in lines if line.startswith("◌ waiting"))
    assert waiting.split()[2:4] == ["1", "1"]
    (running,) = (line for line in lines if line.startswith("● running  "))
    assert running.split()[2:6] == ["300", "300", "300", "900"]


def test_a_board_fits_every_terminal() -> None:
    """From 30 to 200 columns and from 10 to 60 lines, nothing is wider or higher than it."""
    board = board_of_three()
    for width in (30, 40, 60, 80, 120, 200):
        for height in (10, 12, 16, 20, 24, 40, 60):
            lines = shown(board, width=width, height=height)
            assert len(lines) < height, (width, height)
            assert max(map(len, lines)) <= width - 3, (width, height)
            assert "900" in "\n".join(lines)


def test_a_low_terminal_has_the_counts_first() -> None:
    """Changes are left out before vitals, and these before the counts."""
    board = board_of_three()
    low = "\n".join(shown(board, width=100, height=8))
    middle = "\n".join(shown(board, width=100, height=11))
    high = "\n".join(shown(board, width=100, height=24))
    assert "lag" not in low
    assert "lag" in middle
    assert "because" not in middle
    assert "because" in high
    assert "port:1000" in high


def test_a_run_given_up_without_its_run_stays_counted() -> None:
    """In large watches a last update has no run: its state is known all the same."""
    tally = Tally(2)
    tally.take(update("r_1", RunState.RUNNING))
    tally.take(attrs.evolve(gone("r_1"), previous=RunState.RUNNING))
    assert (tally.counts[RunState.RUNNING], tally.lost, tally.unseen) == (1, 1, 1)


def test_what_an_earlier_watch_has_told_is_counted() -> None:
    """Ends of an earlier watch are ends, but none of the last seconds."""
    tally = Tally(3)
    tally.restore("port:r_1", RunState.SUCCEEDED, Outcome.ENDED)
    tally.restore("acp:r_2", RunState.RUNNING, Outcome.GONE)
    tally.restore("port:r_3", None, None)
    assert (tally.ended, tally.lost, tally.over, tally.unseen, tally.rate) == (1, 1, 2, 1, 0.0)
    assert tally.by_service["port"][RunState.SUCCEEDED] == 1
