"""The counts of a tally as a table: a row for each state, a column for each service."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from actionruns.cli.states import STYLES, state_text
from actionruns.cli.tally import Tally
from actionruns.services import SERVICES
from actionruns.states import RunState

__all__ = ["counts_height", "counts_table"]

_STATE = 13
_COUNT = 8
_GAP = 2
_SHORTEST_BAR = 8


def counts_table(tally: Tally, encoding: str, width: int) -> Table:
    """Return the counts by state, and by service where there are several.

    Where there is no room for all of it, the bars are left out first, then the services.

    Args:
        tally: The counts.
        encoding: Of the terminal.
        width: Columns that there are.
    """
    services = _services(tally)
    columns = [max(_COUNT, len(name)) for name in services]
    bar = width - _width(columns) - _GAP
    if bar < _SHORTEST_BAR and services and _width(columns) > width:
        services, columns = [], []
        bar = width - _width(columns) - _GAP
    grid = Table.grid(padding=(0, _GAP, 0, 0))
    grid.add_column(width=_STATE, no_wrap=True)
    for column in (*columns, _COUNT):
        grid.add_column(justify="right", width=column, no_wrap=True)
    if bar >= _SHORTEST_BAR:
        grid.add_column(width=bar, no_wrap=True)
    if services:
        grid.add_row("", *(Text(name, "bright_black") for name in services), Text("all", "bold"))
    elif _services(tally):
        grid.add_row("", Text("all", "bold"))
    for state in _shown(tally):
        found = [tally.by_service[name][state] for name in services]
        counts = [f"{count:,}" if count else "" for count in found]
        bars = [_bar(tally, state, bar, encoding)] if bar >= _SHORTEST_BAR else []
        grid.add_row(state_text(state, encoding), *counts, f"{tally.counts[state]:,}", *bars)
    return grid


def counts_height(tally: Tally) -> int:
    """Return the lines that the table has."""
    return len(_shown(tally)) + bool(_services(tally))


def _services(tally: Tally) -> list[str]:
    """Return the services with a column: none where there is but one."""
    found = [name for name in SERVICES if name in tally.by_service]
    return found if len(found) > 1 else []


def _width(columns: list[int]) -> int:
    return _STATE + sum(_GAP + column for column in (*columns, _COUNT))


def _bar(tally: Tally, state: RunState, width: int, encoding: str) -> Text:
    count = tally.counts[state]
    length = round(count / max(1, tally.total) * width)
    line = "━" if encoding.lower().startswith("utf") else "-"
    # At least something of what there is.
    return Text(line * max(length, 1 if count else 0), STYLES[state])


def _shown(tally: Tally) -> list[RunState]:
    """Return the states with a row: what nearly every watch sees, and what this one has."""
    always = {RunState.RUNNING, RunState.SUCCEEDED, RunState.FAILED}
    return [state for state in RunState if tally.counts[state] or state in always]
