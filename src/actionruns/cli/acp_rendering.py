"""How the runs of agents look."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

from rich.console import ConsoleRenderable
from rich.text import Text

from actionruns.acp import v01, v02
from actionruns.acp.v01 import Run
from actionruns.acp.v02 import RunStateful, RunStateless
from actionruns.cli.consoles import clean, one_line
from actionruns.cli.rendering import Facts, RunLook, details, json_text, moment, span

__all__ = ["ACP_RUNS", "AnyRun", "thread_details", "thread_row"]

AnyRun: TypeAlias = Run | RunStateless | RunStateful
"""A run of one of the versions."""


def _times(run: AnyRun) -> tuple[datetime | None, datetime | None]:
    # No server tells when a run ended, but an ended one does not change any more.
    return run.created_at, run.updated_at if run.is_terminal else None


def _facts(run: AnyRun) -> Facts:
    started, ended = _times(run)
    end = f"{moment(ended)} after {span(run.created_at, ended)}" if ended else ""
    output: Any = getattr(run, "output", None)  # only runs that were got with it have one
    return (
        ("agent", one_line(run.agent_id)),
        ("thread", one_line(run.thread_id or "")),
        ("started", Text(moment(started))),
        ("ended", Text(end)),
        ("input", json_text(run.creation.input)),
        ("output", json_text(output)),
    )


def thread_row(thread: v01.Thread | v02.Thread) -> tuple[str, str, str, str]:
    """Return a thread as a row: what it is of or how it stands, and when it was created."""
    labels = json_text(thread.metadata).plain
    if isinstance(thread, v01.Thread):
        return thread.thread_id, thread.agent_id, "", labels
    return thread.thread_id, thread.status, moment(thread.created_at), labels


def thread_details(thread: v01.Thread | v02.Thread) -> ConsoleRenderable:
    """Return everything that people want to know of a thread."""
    facts: Facts = (("metadata", json_text(thread.metadata)),)
    if isinstance(thread, v01.Thread):
        return details(
            Text(clean(thread.thread_id), "bold"), (("agent", one_line(thread.agent_id)), *facts)
        )
    messages = Text("\n").join(map(json_text, thread.messages or []))
    title = Text.assemble((clean(thread.thread_id), "bold"), "  ", one_line(thread.status))
    return details(
        title,
        (
            ("created", Text(moment(thread.created_at))),
            ("changed", Text(moment(thread.updated_at))),
            *facts,
            ("values", json_text(thread.values)),
            ("messages", messages),
        ),
    )


ACP_RUNS: Final = RunLook[AnyRun](
    subject=("AGENT", lambda run: run.agent_id),
    times=_times,
    facts=_facts,
    run_id=lambda run: run.run_id,
)
"""Runs of agents, of any version."""
