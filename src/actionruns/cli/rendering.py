"""Runs, approvers and logs as tables and panels for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from rich.console import Console, ConsoleRenderable, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from actionruns.cli.consoles import clean, one_line
from actionruns.cli.states import status_text
from actionruns.core.codec import unstructure
from actionruns.port._generated.models import ActionRun, ActionRunLog, Approver, RunSubject

__all__ = ["approver_table", "duration", "log_line", "moment", "run_details", "run_table"]


def run_table(runs: Iterable[ActionRun], console: Console, *, header: bool = True) -> Table:
    """Return runs as a table; where a terminal is too narrow, the action is cut first."""
    table = Table(box=None, show_header=header, header_style="bold", pad_edge=False)
    table.padding = (0, 2, 0, 0)
    for name in ("ID", "STATUS"):
        table.add_column(name, no_wrap=True)
    table.add_column("ACTION", overflow="ellipsis")
    table.add_column("STARTED", no_wrap=True)
    table.add_column("TOOK", no_wrap=True, justify="right")
    for run in runs:
        action = one_line(_name(run.action))
        action.no_wrap = True
        table.add_row(
            Text(run.id),
            status_text(run, console.encoding),
            action,
            moment(run.created_at or None),
            _took(run),
        )
    return table


def run_details(run: ActionRun, console: Console) -> ConsoleRenderable:
    """Return everything that people want to know of a run."""
    title = Text.assemble(
        (run.id, "bold"),
        "  ",
        status_text(run, console.encoding),
        "  ",
        one_line(run.status_label or ""),
    )
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bright_black", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in _facts(run):
        if value:
            grid.add_row(label, value)
    return Group(title, Padding(grid, (0, 0, 0, 2), expand=False))


def _facts(run: ActionRun) -> Sequence[tuple[str, Text]]:
    started = moment(run.created_at or None)
    if run.created_by:
        started += f" by {clean(run.created_by)}"
    ended = moment(run.ended_at or None)
    if run.ended_at and run.created_at:
        ended += f" after {duration((run.ended_at - run.created_at).total_seconds())}"
    links = [run.link] if isinstance(run.link, str) else run.link or []
    return (
        ("action", one_line(_name(run.action))),
        ("blueprint", one_line(_name(run.blueprint))),
        ("entity", one_line(_name(run.entity))),
        ("started", Text(started)),
        ("ended", Text(ended)),
        ("source", _json(run.source)),
        ("approval", _json(run.approval)),
        ("inputs", _json(run.properties)),
        ("summary", Text(clean(run.summary or ""))),
        ("message", _json(run.message)),
        ("links", Text("\n".join(clean(link) for link in links), "underline")),
    )


def approver_table(approvers: Iterable[Approver]) -> Table:
    """Return the approvers of a run as a table."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("APPROVER", "DECISION", "REASON"):
        table.add_column(name, overflow="fold")
    for approver in approvers:
        table.add_row(
            one_line(approver.user_id),
            one_line(approver.state),
            one_line(approver.description or ""),
        )
    return table


def log_line(entry: ActionRunLog) -> Text:
    """Return a log entry; it may have several lines."""
    return Text.assemble((moment(entry.created_at), "bright_black"), "  ", clean(entry.message))


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


def _took(run: ActionRun) -> str:
    if not run.created_at:
        return ""
    return duration(((run.ended_at or datetime.now(UTC)) - run.created_at).total_seconds())


def _name(subject: object) -> str:
    if isinstance(subject, RunSubject):
        return subject.identifier
    return subject if isinstance(subject, str) else ""


def _json(value: Any) -> Text:
    if not value:
        return Text()
    if isinstance(value, str):
        return Text(clean(value))
    return Text(clean(orjson.dumps(unstructure(value)).decode()))
