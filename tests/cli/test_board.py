"""The counts of a watch, and how they are shown."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from actionruns.cli.board import Board, update_line
from actionruns.cli.consoles import make_console
from actionruns.cli.tally import Tally
from actionruns.errors import RunGone
from actionruns.port._generated.models import ActionRun
from actionruns.states import RunState
from actionruns.watching import Outcome, Progress, RunUpdate

STATUSES = {
    RunState.RUNNING: "IN_PROGRESS",
    RunState.SUCCEEDED: "SUCCESS",
    RunState.WAITING: "WAITING_FOR_APPROVAL",
}


def update(
    run_id: str, state: RunState, previous: RunState | None = None, **more: Any
) -> RunUpdate[ActionRun]:
    run = ActionRun(id=run_id, status=STATUSES[state])
    outcome = Outcome.ENDED if state.is_terminal else None
    given = {"run": run, "outcome": outcome} | more
    return RunUpdate(
        ref=f"port:{run_id}",
        state=state,
        previous=previous,
        seen_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        **given,
    )


def gone(run_id: str, run: ActionRun | None = None) -> RunUpdate[ActionRun]:
    previous = None if run is None else RunState.RUNNING
    more = {"run": run, "outcome": Outcome.GONE, "error": RunGone("not known any more")}
    return update(run_id, RunState.RUNNING, previous, **more)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_run_is_counted_in_its_latest_state() -> None:
    """A change moves a run from one count to the other."""
    tally = Tally(2)
    tally.take(update("r_1", RunState.RUNNING))
    tally.take(update("r_1", RunState.SUCCEEDED, RunState.RUNNING))
    assert (tally.counts[RunState.RUNNING], tally.counts[RunState.SUCCEEDED]) == (0, 1)
    assert (tally.ended, tally.lost, tally.unseen) == (1, 0, 1)


def test_a_run_that_is_gone_is_lost() -> None:
    """A run given up is no end, whether or not it was ever seen."""
    tally = Tally(2)
    tally.take(gone("r_1"))
    tally.take(update("r_2", RunState.RUNNING))
    tally.take(gone("r_2", ActionRun(id="r_2", status="IN_PROGRESS")))
    assert (tally.ended, tally.lost, tally.counts[RunState.RUNNING]) == (0, 2, 1)


def test_the_rate_is_that_of_the_last_seconds() -> None:
    """Ends count for the rate for three seconds."""
    clock = Clock()
    tally = Tally(10, clock=clock)
    clock.now += 5
    for number in range(6):
        tally.take(update(f"r_{number}", RunState.SUCCEEDED))
    assert tally.rate == 2.0
    clock.now += 4
    assert tally.rate == 0.0


def test_the_time_stands_when_it_is_stopped() -> None:
    """What is shown after the end is the time of the end."""
    clock = Clock()
    tally = Tally(1, clock=clock)
    clock.now += 2
    tally.start()
    clock.now += 3
    tally.stop()
    clock.now += 50
    assert tally.elapsed == 3.0


def test_a_line_tells_all_counts() -> None:
    """Where nothing can be redrawn, the counts are one line."""
    tally = Tally(4)
    tally.take(update("r_1", RunState.RUNNING))
    tally.take(update("r_2", RunState.SUCCEEDED))
    tally.take(gone("r_3"))
    assert str(tally) == "running 1, succeeded 1, not seen yet 2, given up 1"


def shown(board: Board, *, width: int = 80, height: int = 24) -> list[str]:
    stream = io.StringIO()
    console = make_console(stream, width=width, height=height)
    console.print(board)
    return stream.getvalue().splitlines()


def board_of(count: int) -> Board:
    board = Board(Tally(2000), Progress(pages=3, singles=4))
    for number in range(count):
        board.take(update(f"r_{number}", RunState.RUNNING))
    return board


def test_a_board_shows_counts_and_requests() -> None:
    """Counts by state, what has ended and the requests are on the board."""
    board = board_of(1500)
    board.take(update("r_1", RunState.SUCCEEDED, RunState.RUNNING))
    text = "\n".join(shown(board))
    assert "1,499" in text
    assert "1 of 2,000 ended" in text
    assert "7 requests" in text


def test_a_board_fits_a_small_terminal() -> None:
    """However many runs change, a board is not higher or wider than the terminal."""
    lines = shown(board_of(1000), width=80, height=24)
    assert len(lines) < 24
    assert max(map(len, lines)) <= 77
    assert "r_999" in "\n".join(lines)


def test_a_board_can_be_indented() -> None:
    """An indented board leaves its last columns free, too: a terminal echoes there."""
    board = Board(Tally(10), Progress(), indent=3)
    board.take(update("r_1", RunState.SUCCEEDED))
    assert max(map(len, shown(board, width=80))) <= 77


def test_a_board_without_room_leaves_the_changes_out() -> None:
    """Where only the counts fit, only they are shown."""
    assert "r_9" not in "\n".join(shown(board_of(10), height=7))


def test_a_line_tells_what_stands_against_following() -> None:
    """A run that is given up is told with the reason."""
    assert update_line(gone("r_1"), "utf-8").plain.endswith("port:r_1  gone: not known any more")
