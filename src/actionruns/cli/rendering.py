"""Runs of any service as tables and panels for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Generic, TypeVar

import attrs
import orjson
from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from actionruns.cli.consoles import clean, one_line
from actionruns.cli.states import status_text
from actionruns.core.codec import unstructure
from actionruns.states import Run

__all__ = [
    "Facts",
    "RunLook",
    "details",
    "duration",
    "json_text",
    "log_line",
    "moment",
    "plain_table",
    "run_details",
    "run_table",
    "span",
]


R = TypeVar("R", bound=Run)

Facts = Sequence[tuple[str, Text]]
"""Labels and what they stand for; what is empty is not shown."""


@attrs.frozen(kw_only=True)
class RunLook(Generic[R]):
    """What people are shown of one service's runs.

    Attributes:
        subject: What a run is of, and the heading of that column of a table.
        times: When a run was started and when it ended, as far as it tells.
        facts: What a run's details say, besides id and status.
        label: A short text of the run's own beside its status; empty = none.
        run_id: The run's id; it has not the same name at all services.
    """

    subject: tuple[str, Callable[[R], str]]
    times: Callable[[R], tuple[datetime | None, datetime | None]]
    facts: Callable[[R], Facts]
    label: Callable[[R], str] = lambda _: ""
    run_id: Callable[[R], str] = attrgetter("id")


def run_table(
    runs: Iterable[R], console: Console, look: RunLook[R], *, header: bool = True
) -> Table:
    """Return runs as a table; where a terminal is too narrow, their subject is cut first."""
    heading, subject_of = look.subject
    table = Table(box=None, show_header=header, header_style="bold", pad_edge=False)
    table.padding = (0, 2, 0, 0)
    for name in ("ID", "STATUS"):
        table.add_column(name, no_wrap=True)
    table.add_column(heading, overflow="ellipsis")
    table.add_column("STARTED", no_wrap=True)
    table.add_column("TOOK", no_wrap=True, justify="right")
    for run in runs:
        subject = one_line(subject_of(run))
        subject.no_wrap = True
        started, ended = look.times(run)
        table.add_row(
            one_line(look.run_id(run)),
            status_text(run, console.encoding),
            subject,
            moment(started),
            "" if started is None else span(started, ended or datetime.now(UTC)),
        )
    return table


def run_details(run: R, console: Console, look: RunLook[R]) -> ConsoleRenderable:
    """Return everything that people want to know of a run."""
    title = Text.assemble(
        (clean(look.run_id(run)), "bold"),
        "  ",
        status_text(run, console.encoding),
        "  ",
        one_line(look.label(run)),
    )
    return details(title, look.facts(run))


def details(title: Text, facts: Facts) -> ConsoleRenderable:
    """Return a title with facts below it."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bright_black", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in facts:
        if value:
            grid.add_row(label, value)
    return Group(title, Padding(grid, (0, 0, 0, 2), expand=False))


def plain_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a service's texts as a table."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in headings:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*map(one_line, row))
    return table


def log_line(at: datetime | None, message: str, *, level: str = "") -> Text:
    """Return a log entry; it may have several lines."""
    line = Text.assemble((moment(at), "bright_black"), "  ")
    if level:
        line.append_text(one_line(level)).append("  ")
    return line.append(clean(message))


def moment(value: datetime | None) -> str:
    """Return a time as the clock on this machine's wall shows it."""
    return "" if value is None else value.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def duration(seconds: float) -> str:
    """Return a duration in at most two units.

    >>> [duration(s) for s in (0.42, 7.25, 95, 3720, 180000)]
    ['420 ms', '7.2 s', '1 m 35 s', '1 h 02 m', '2 d 02 h']
    """
    if seconds < 1:
        return f"{max(0.0, seconds) * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} m {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} m" if hours < 48 else f"{hours // 24} d {hours % 24:02d} h"


def span(begin: datetime, end: datetime) -> str:
    """Return how long it is from one time to another."""
    return duration((end - begin).total_seconds())


def json_text(value: Any) -> Text:
    """Return a service's value: a text as it is, everything else as JSON, nothing as nothing."""
    if not value:
        return Text()
    if isinstance(value, str):
        return Text(clean(value))
    return Text(clean(orjson.dumps(unstructure(value)).decode()))
