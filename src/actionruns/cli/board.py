"""Board: followed runs as a live display."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderResult
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from actionruns.cli.consoles import one_line
from actionruns.cli.counts import counts_height, counts_table
from actionruns.cli.packing import pack
from actionruns.cli.rendering import duration
from actionruns.cli.states import state_text
from actionruns.cli.tally import Tally
from actionruns.cli.vitals import Vitals
from actionruns.watching import Progress, RunUpdate

__all__ = ["Board", "live", "update_line"]

_REFRESH_SECONDS = 0.1
# Changes that are kept to be shown below the counts; more lines than a tall terminal has.
_RECENT = 50
# Changes for which room is kept before what the watch does is shown.
_FEW = 4
_SHORTEST_BAR = 10


class Board:
    """Counts by state, the latest changes, and how far it has come; a renderable of Rich.

    What does not fit on a terminal is left out: first the latest changes, then what the watch does,
    then how it is doing.

    Args:
        tally: The counts.
        progress: What the watch has asked.
        recent: Whether to show the latest changes as well, as far as they fit.
        indent: Columns left free on the left.
        vitals: How the watch is doing; None = not shown.
    """

    def __init__(
        self,
        tally: Tally,
        progress: Progress,
        *,
        recent: bool = True,
        indent: int = 0,
        vitals: Vitals | None = None,
    ) -> None:
        self.tally = tally
        self.progress = progress
        self._indent = indent
        self._vitals = vitals
        self._recent: deque[RunUpdate[Any]] | None = deque(maxlen=_RECENT) if recent else None

    def take(self, update: RunUpdate[Any]) -> None:
        """Count a change, and show it."""
        self.tally.take(update)
        if self._recent is not None:
            self._recent.append(update)

    def summary(self) -> str:
        """Return it in one line, for where nothing can be redrawn."""
        took = duration(self.tally.elapsed)
        count = self.progress.requests
        return f"{self.tally}; {count:,} request{'' if count == 1 else 's'} in {took}"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render as it stands."""
        # Not to the last column: what a terminal echoes there (^C) would go to the next line, and
        # the display be redrawn one line too low.
        width = max(20, min(options.max_width - self._indent - 3, 100))
        progress = self._progress(width)
        # One line to spare, for the same reason.
        room = options.size.height - counts_height(self.tally) - len(progress) - 1
        blank = [Text(" ")] if room > 0 else []
        below = self._below(width, room - len(blank))
        # A blank line parts the changes from the counts.
        room -= len(blank) + len(below) + 1
        for update in list(self._recent or ())[-room:] if room > 0 else []:
            line = update_line(update, console.encoding)
            line.truncate(width, overflow="ellipsis")
            yield line
        if self._recent and room > 0:
            yield Text(" ")
        counts = counts_table(self.tally, console.encoding, width)
        # Each part is as wide as it is and not filled up.
        parts: list[ConsoleRenderable] = [counts, *blank, *progress, *below]
        for part in parts:
            yield Padding(part, (0, 0, 0, self._indent), expand=False)

    def _below(self, width: int, room: int) -> list[Text]:
        """Return how the watch is doing, as far as there is room for it and some changes."""
        if self._vitals is None:
            return []
        facts = self._vitals.facts(width)
        if len(facts) > room:
            return []
        for lines in (2, 1):
            doing = self._vitals.doing(width, lines=lines)
            if len(facts) + len(doing) <= room - (_FEW if self._recent else 0):
                return [*facts, *doing]
        return facts

    def _progress(self, width: int) -> list[ConsoleRenderable]:
        """Return how far it has come: a bar with figures beside it, or below where it is narrow."""
        tally = self.tally
        figures = [
            Text.assemble((f"{tally.ended:,}", "bold"), f" of {tally.total:,} ended"),
            Text(f"{tally.lost:,} given up" if tally.lost else ""),
            Text(f"{tally.rate:,.0f}/s"),
            Text(f"{self.progress.requests:,} requests"),
            Text(duration(tally.elapsed)),
        ]
        bar = ProgressBar(total=max(1, tally.total), completed=tally.over)
        (line,) = pack(figures, 1000)
        if width - line.cell_len - 2 < _SHORTEST_BAR:
            bar.width = width
            return [bar, *pack(figures, width)]
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=width - line.cell_len - 2)
        grid.add_column(no_wrap=True)
        grid.add_row(bar, line)
        return [grid]


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
