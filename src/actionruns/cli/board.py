"""Board: followed runs as a live display."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderResult
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from actionruns.cli.consoles import one_line
from actionruns.cli.rendering import duration
from actionruns.cli.states import STYLES, state_text
from actionruns.cli.tally import Tally
from actionruns.states import RunState
from actionruns.watching import Progress, RunUpdate

__all__ = ["Board", "live", "shown_states", "update_line"]

_REFRESH_SECONDS = 0.1
# Changes that are kept to be shown below the counts; more lines than a tall terminal has.
_RECENT = 50


class Board:
    """Counts by state, the latest changes, and how far it has come; a renderable of Rich.

    Args:
        tally: The counts.
        progress: What the watch has asked.
        recent: Whether to show the latest changes as well, as far as they fit.
        indent: Columns left free on the left.
    """

    def __init__(
        self, tally: Tally, progress: Progress, *, recent: bool = True, indent: int = 0
    ) -> None:
        self.tally = tally
        self.progress = progress
        self._indent = indent
        self._recent: deque[RunUpdate[Any]] | None = deque(maxlen=_RECENT) if recent else None

    def take(self, update: RunUpdate[Any]) -> None:
        """Count a change, and show it."""
        self.tally.take(update)
        if self._recent is not None:
            self._recent.append(update)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render as it stands."""
        parts = list(self._parts(console, options))
        if self._recent:
            # Counts, a blank line on each side of the changes, the progress, and one to spare.
            room = max(0, options.size.height - _height(self.tally) - 4)
            latest = list(self._recent)[-room:] if room else []
            if latest:
                yield from (update_line(update, console.encoding) for update in latest)
                yield Text(" ")
        # Each part is as wide as it is and not filled up: see _parts.
        yield from (Padding(part, (0, 0, 0, self._indent), expand=False) for part in parts)

    def _parts(self, console: Console, options: ConsoleOptions) -> Iterator[ConsoleRenderable]:
        # Not to the last column: what a terminal echoes there (^C) would go to the next line, and
        # the display be redrawn one line too low.
        width = min(options.max_width - self._indent - 3, 100)
        yield self._counts(console.encoding, width)
        yield Text(" ")
        yield self._progress(width)

    def _counts(self, encoding: str, width: int) -> Table:
        tally = self.tally
        line = "━" if encoding.lower().startswith("utf") else "-"
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=13, no_wrap=True)
        grid.add_column(justify="right", width=8)
        grid.add_column(width=width - 28)
        for state in shown_states(tally):
            count = tally.counts[state]
            length = round(count / max(1, tally.total) * (width - 28))
            # At least something of what there is.
            bar = line * max(length, 1 if count else 0)
            grid.add_row(state_text(state, encoding), f"{count:,}", Text(bar, STYLES[state]))
        return grid

    def _progress(self, width: int) -> Table:
        tally = self.tally
        over = tally.ended + tally.lost
        lost = f"  {tally.lost:,} given up" if tally.lost else ""
        facts = Text.assemble(
            (f"{tally.ended:,}", "bold"),
            f" of {tally.total:,} ended{lost}  {tally.rate:,.0f}/s"
            f"  {self.progress.requests:,} requests  {duration(tally.elapsed)}",
        )
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=max(10, width - facts.cell_len - 2))
        grid.add_column(no_wrap=True)
        grid.add_row(ProgressBar(total=max(1, tally.total), completed=over), facts)
        return grid


def shown_states(tally: Tally) -> list[RunState]:
    """Return the states with a row: what nearly every watch sees, and what this one has."""
    always = {RunState.RUNNING, RunState.SUCCEEDED, RunState.FAILED}
    return [state for state in RunState if tally.counts[state] or state in always]


def _height(tally: Tally) -> int:
    return len(shown_states(tally))


def update_line(update: RunUpdate[Any], encoding: str) -> Text:
    """Return a change as one line."""
    line = Text(f"{update.seen_at.astimezone():%H:%M:%S}  ", "bright_black")
    line.append(update.ref, "default")
    line.append("  ")
    if update.error is not None:
        outcome = "" if update.outcome is None else str(update.outcome)
        line.append(f"{outcome}: ", "red")
        line.append_text(one_line(str(update.error)))
        return line
    if update.previous is not None:
        line.append_text(state_text(update.previous, encoding))
        line.append(" -> ", "bright_black")
    line.append_text(state_text(update.state, encoding))
    if update.run is not None:
        line.append(f"  {update.run.status}", "bright_black")
    return line


@asynccontextmanager
async def live(
    board: RenderableType, console: Console, *, transient: bool = False
) -> AsyncIterator[None]:
    """Show a board while the body runs.

    It is redrawn in the event loop, not in Rich's thread, as it changes there.

    Args:
        board: What is shown.
        console: A terminal.
        transient: Take it away at the end.
    """
    with Live(board, console=console, auto_refresh=False, transient=transient) as display:

        async def redraw() -> None:
            while True:
                display.refresh()
                await asyncio.sleep(_REFRESH_SECONDS)

        task = asyncio.create_task(redraw())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            display.refresh()
