"""ServiceBoard: the runs of several services as a live display, by service and state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from actionruns.cli.board import Board
from actionruns.cli.counts import shown_states
from actionruns.cli.states import STYLES, state_text
from actionruns.cli.tally import Tally
from actionruns.watching import Progress, RunUpdate, split_ref

__all__ = ["ServiceBoard"]

# Of the state's name and of each column of numbers, with what is between two columns.
_NAME, _NUMBER, _GAP = 13, 11, 2


class ServiceBoard(Board):
    """Counts by state with a column for each service, and a bar for all of them.

    Args:
        tally: The counts of all runs.
        progress: What the watch has asked.
        services: The name to show of each service that is followed -> how many runs it has.
        indent: Columns left free on the left.
    """

    def __init__(
        self,
        tally: Tally,
        progress: Progress,
        *,
        services: Mapping[str, tuple[str, int]],
        indent: int = 0,
    ) -> None:
        super().__init__(tally, progress, recent=False, indent=indent)
        self._titles = [title for title, _ in services.values()]
        self.tallies = {service: Tally(total) for service, (_, total) in services.items()}

    def take(self, update: RunUpdate[Any]) -> None:
        """Count a change."""
        super().take(update)
        self.tallies[split_ref(update.ref)[0]].take(update)

    def _counts(self, encoding: str, width: int) -> Table:
        line = "━" if encoding.lower().startswith("utf") else "-"
        grid = Table.grid(padding=(0, _GAP, 0, 0))
        grid.add_column(width=_NAME, no_wrap=True)
        for _ in range(len(self.tallies) + 1):
            grid.add_column(justify="right", width=_NUMBER)
        taken = _NAME + _GAP + (len(self.tallies) + 1) * (_NUMBER + _GAP)
        room = max(0, width - taken)
        grid.add_column(width=room)
        titles = [Text(title, "bright_black") for title in (*self._titles, "all")]
        grid.add_row("", *titles, "")
        for state in shown_states(self.tally):
            numbers = [tally.counts[state] for tally in (*self.tallies.values(), self.tally)]
            length = round(numbers[-1] / max(1, self.tally.total) * room)
            bar = line * max(length, 1 if numbers[-1] else 0)
            cells = [f"{number:,}" if number else "" for number in numbers]
            grid.add_row(state_text(state, encoding), *cells, Text(bar, STYLES[state]))
        return grid
