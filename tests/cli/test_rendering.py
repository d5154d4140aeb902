"""Runs as people see them."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from actionruns.cli.consoles import make_console
from actionruns.cli.port_rendering import PORT_RUNS
from actionruns.cli.rendering import duration, run_details, run_table
from actionruns.core.codec import structure
from actionruns.port._generated.models import ActionRun

RUN = {
    "id": "r_QOz6WoOB1Q2lmhZZ",
    "status": "WAITING_FOR_APPROVAL",
    "action": {"identifier": "deploy_everything_that_there_is_to_production"},
    "createdAt": "2026-01-01T00:00:00.000Z",
    "endedAt": "2026-01-01T00:02:00.000Z",
}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 ms"),
        (0.42, "420 ms"),
        (7.25, "7.2 s"),
        (95, "1 m 35 s"),
        (3720, "1 h 02 m"),
        (180000, "2 d 02 h"),
    ],
)
def test_a_duration_has_two_units(seconds: float, text: str) -> None:
    """A duration is told in at most two units."""
    assert duration(seconds) == text


def rendered(run: ActionRun, width: int | None = None) -> str:
    stream = io.StringIO()
    settings = {} if width is None else {"width": width, "force_terminal": True, "no_color": True}
    console = make_console(stream, **settings)
    console.print(run_table([run], console, PORT_RUNS))
    console.print(run_details(run, console, PORT_RUNS))
    return stream.getvalue()


def test_a_narrow_terminal_cuts_the_action() -> None:
    """Where a table is too wide, the action is cut, not the id or the status."""
    row = rendered(structure(RUN, ActionRun), 80).splitlines()[1]
    assert "r_QOz6WoOB1Q2lmhZZ" in row
    assert "WAITING_FOR_APPROVAL" in row
    assert "…" in row


def test_a_pipe_cuts_nothing() -> None:
    """What is not read on a terminal is complete, one line for each run."""
    row = rendered(structure(RUN, ActionRun)).splitlines()[1]
    assert "deploy_everything_that_there_is_to_production" in row
    assert "2 m 00 s" in row


def test_a_v1_run_can_be_shown() -> None:
    """The older shape, where the action is an identifier, is shown as well."""
    assert "create_it" in rendered(structure(RUN | {"action": "create_it"}, ActionRun))


def test_a_run_with_nothing_optional_can_be_shown() -> None:
    """Id and status are enough."""
    assert "r_1" in rendered(ActionRun(id="r_1", status="NEW"))


def test_links_are_shown_whole() -> None:
    """A link is not cut: people copy it."""
    link = "https://example.com/" + "x" * 300
    run = ActionRun(id="r_1", status="SUCCESS", link=[link], ended_at=datetime.now(UTC))
    assert link in rendered(run)
