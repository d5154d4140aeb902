"""The demo's display: states by service."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from actionruns.cli.demo.board import ServiceBoard
from actionruns.cli.demo.load import Shares
from actionruns.cli.tally import Tally
from actionruns.port import ActionRun
from actionruns.states import RunState
from actionruns.watching import Outcome, Progress, RunUpdate

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SERVICES = {"port": ("Port", 2), "forgeportal": ("ForgePortal", 1), "acp": ("agents", 0)}


def update(ref: str, state: RunState, previous: RunState | None = None) -> RunUpdate[ActionRun]:
    outcome = Outcome.ENDED if state.is_terminal else None
    run = ActionRun(id=ref, status=state)
    return RunUpdate(ref=ref, run=run, state=state, previous=previous, seen_at=NOW, outcome=outcome)


def shown(board: ServiceBoard, columns: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=columns, height=24, force_terminal=False)
    with console.capture() as capture:
        console.print(board)
    return capture.get().splitlines()


def test_each_service_has_a_column() -> None:
    """Each state's row has what each service has of it, and the sum."""
    board = ServiceBoard(Tally(3), Progress(), services=SERVICES)
    board.take(update("port:a", RunState.RUNNING))
    board.take(update("port:b", RunState.RUNNING))
    board.take(update("forgeportal:c", RunState.QUEUED))
    board.take(update("port:a", RunState.SUCCEEDED, RunState.RUNNING))
    lines = shown(board)
    assert lines[0].split() == ["Port", "ForgePortal", "agents", "all"]
    cells = {line.split()[1]: line.split()[2:4] for line in lines[1:] if line[:1] not in (" ", "")}
    assert cells["queued"] == cells["running"] == cells["succeeded"] == ["1", "1"]
    assert board.tallies["port"].ended == 1
    assert any("1 of 3 ended" in line for line in lines)


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_it_keeps_within_its_width(columns: int) -> None:
    """On a narrow terminal the bar goes first; nothing is wider than the terminal."""
    board = ServiceBoard(Tally(3), Progress(), services=SERVICES, indent=3)
    board.take(update("port:a", RunState.RUNNING))
    assert max(map(len, shown(board, columns))) <= columns


@pytest.mark.parametrize(
    ("runs", "shares"), [(2000, (1000, 400, 600)), (10, (5, 2, 3)), (1, (1, 0, 0))]
)
def test_shares_are_all_of_the_runs(runs: int, shares: tuple[int, int, int]) -> None:
    """Half of the runs are Port's; a few runs are Port's alone."""
    found = Shares(runs)
    assert (found.port, found.forgeportal, found.acp) == shares
