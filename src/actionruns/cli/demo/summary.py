"""What the demo's numbers say."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from actionruns.cli.demo.record import Record, percentile
from actionruns.cli.rendering import duration
from actionruns.cli.states import STYLES, state_text

__all__ = ["summary"]


def summary(record: Record, encoding: str) -> Table:
    """Return the outcomes, the requests and the delays."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=3)
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column()
    grid.add_row("", "outcomes", _outcomes(record, encoding))
    if record.watched_from is not None:
        grid.add_row("", "requests", _requests(record))
    if record.delays:
        grid.add_row("", "seen after", _delays(record))
    return grid


def _outcomes(record: Record, encoding: str) -> Text:
    tally = record.tally
    text = Text()
    for state, count in tally.counts.items():
        if count and state.is_terminal:
            text.append_text(state_text(state, encoding))
            text.append(f" {count:,}  ", STYLES[state])
    going_on = record.executed - tally.ended - tally.lost
    if tally.lost:
        text.append(f"{tally.lost:,} given up  ", "red")
    if going_on:
        text.append(f"{going_on:,} going on  ")
    if record.executed < record.wanted:
        text.append(f"{record.wanted - record.executed:,} not executed")
    text.rstrip()
    return text


def _requests(record: Record) -> Text:
    progress, polls = record.progress, record.polls()
    sent = max(1, progress.requests)
    return Text.assemble(
        (f"{progress.requests:,}", "bold"),
        f" sent: {progress.pages:,} pages of active runs, {progress.singles:,} single runs\n",
        (f"{polls:,}", "bold"),
        f" by asking for each run every {record.interval:g} s: ",
        (f"{polls / sent:.1f} times as many", "green"),
    )


def _delays(record: Record) -> Text:
    return Text.assemble(
        "p50 ",
        (duration(percentile(record.delays, 0.50)), "bold"),
        "   p99 ",
        (duration(percentile(record.delays, 0.99)), "bold"),
        "   from the end, by the service's clock",
    )
