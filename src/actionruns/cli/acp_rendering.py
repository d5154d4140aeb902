"""How the runs of agents look."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

from rich.text import Text

from actionruns.acp.v01 import Run
from actionruns.acp.v02 import RunStateful, RunStateless
from actionruns.cli.consoles import one_line
from actionruns.cli.rendering import Facts, RunLook, json_text, moment, span

__all__ = ["ACP_RUNS", "AnyRun"]

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


ACP_RUNS: Final = RunLook[AnyRun](
    subject=("AGENT", lambda run: run.agent_id),
    times=_times,
    facts=_facts,
    run_id=lambda run: run.run_id,
)
"""Runs of agents, of any version."""
