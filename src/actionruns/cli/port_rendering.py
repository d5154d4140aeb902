"""How Port's runs look."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from rich.text import Text

from actionruns.cli.consoles import clean, one_line
from actionruns.cli.rendering import Facts, RunLook, json_text, moment, span
from actionruns.port._generated.models import ActionRun, RunSubject

__all__ = ["PORT_RUNS"]


def _times(run: ActionRun) -> tuple[datetime | None, datetime | None]:
    return run.created_at or None, run.ended_at or None


def _facts(run: ActionRun) -> Facts:
    started = moment(run.created_at or None)
    if run.created_by:
        started += f" by {clean(run.created_by)}"
    ended = moment(run.ended_at or None)
    if run.ended_at and run.created_at:
        ended += f" after {span(run.created_at, run.ended_at)}"
    links = [run.link] if isinstance(run.link, str) else run.link or []
    return (
        ("action", one_line(_name(run.action))),
        ("blueprint", one_line(_name(run.blueprint))),
        ("entity", one_line(_name(run.entity))),
        ("started", Text(started)),
        ("ended", Text(ended)),
        ("source", json_text(run.source)),
        ("approval", json_text(run.approval)),
        ("inputs", json_text(run.properties)),
        ("summary", Text(clean(run.summary or ""))),
        ("message", json_text(run.message)),
        ("links", Text("\n".join(clean(link) for link in links), "underline")),
    )


def _name(subject: object) -> str:
    if isinstance(subject, RunSubject):
        return subject.identifier
    return subject if isinstance(subject, str) else ""


PORT_RUNS: Final = RunLook[ActionRun](
    subject=("ACTION", lambda run: _name(run.action)),
    times=_times,
    facts=_facts,
    label=lambda run: run.status_label or "",
)
"""Port's runs."""
