"""How ForgePortal's runs and templates look."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from rich.console import ConsoleRenderable
from rich.text import Text

from actionruns.cli.consoles import clean, one_line
from actionruns.cli.rendering import Facts, RunLook, details, json_text, moment, span
from actionruns.forgeportal import ActionRun, StartedRun, Template, TemplateRun, TemplateRunStep

__all__ = ["ACTION_RUNS", "STARTED_RUNS", "TEMPLATE_RUNS", "template_details"]


def _run_times(run: ActionRun) -> tuple[datetime | None, datetime | None]:
    return run.created_at or None, run.finished_at or None


def _template_run_times(run: TemplateRun) -> tuple[datetime | None, datetime | None]:
    return run.created_at or None, run.finished_at or None


def _life(created: datetime | None, ended: datetime | None, who: str) -> Facts:
    """Return when a run was started and by whom, and when it ended."""
    end = moment(ended)
    if created and ended:
        end += f" after {span(created, ended)}"
    by = f" by {clean(who)}" if who else ""
    return ("started", Text(moment(created) + by)), ("ended", Text(end))


def _run_facts(run: ActionRun) -> Facts:
    return (
        ("action", one_line(run.action_id or "")),
        ("template run", one_line(run.template_run_id or "")),
        ("step", one_line(run.step_id or "")),
        ("entity", one_line(run.entity_id or "")),
        *_life(*_run_times(run), run.requested_by or ""),
        ("attempts", Text(_attempts(run))),
        ("input", json_text(run.input)),
        ("output", json_text(run.output)),
        ("error", json_text(run.error)),
        ("links", json_text(run.links)),
    )


def _attempts(run: ActionRun) -> str:
    """Return what went before, of a run that was tried again."""
    if not run.retry_count:
        return ""
    of = f" of {run.max_retries}" if run.max_retries else ""
    following = ""
    if run.next_attempt_at and not run.is_terminal:
        following = f", next not before {moment(run.next_attempt_at)}"
    return f"tried again: {run.retry_count}{of}{following}"


def _started_facts(run: StartedRun) -> Facts:
    known = "the key belongs to this run; none was started" if run.cached else ""
    return ("cached", Text(known)), ("output", json_text(run.output))


def _template_run_facts(run: TemplateRun) -> Facts:
    steps = [_step(step) for step in run.steps or []]
    return (
        ("template", one_line(run.template_id or "")),
        ("step", one_line(run.current_step or "")),
        *_life(*_template_run_times(run), run.requested_by or ""),
        ("steps", Text("\n").join(steps)),
        ("outputs", json_text(run.outputs)),
    )


def _step(step: TemplateRunStep) -> Text:
    """Return a step as one line."""
    return Text("  ").join([one_line(step.step_id or ""), one_line(step.status)])


def template_details(template: Template) -> ConsoleRenderable:
    """Return everything that people want to know of a template."""
    title = Text.assemble((clean(template.id), "bold"), "  ", one_line(template.name or ""))
    return details(
        title,
        (
            ("title", one_line(template.title or "")),
            ("version", one_line(template.version or "")),
            ("description", Text(clean(template.description or ""))),
            ("tags", one_line(", ".join(template.tags or []))),
            ("parameters", _lines(template.parameters or [])),
            ("steps", _lines(template.steps or [])),
            ("outputs", json_text(template.outputs)),
        ),
    )


def _lines(values: list[dict[str, object]]) -> Text:
    return Text("\n").join(map(json_text, values))


ACTION_RUNS: Final = RunLook[ActionRun](
    subject=("ACTION", lambda run: run.action_id or ""), times=_run_times, facts=_run_facts
)
"""ForgePortal's action runs."""

STARTED_RUNS: Final = RunLook[StartedRun](
    subject=("", lambda _: ""), times=lambda _: (None, None), facts=_started_facts
)
"""The short answer to starting or canceling a run; it is no row of a table."""

TEMPLATE_RUNS: Final = RunLook[TemplateRun](
    subject=("TEMPLATE", lambda run: run.template_id or ""),
    times=_template_run_times,
    facts=_template_run_facts,
)
"""ForgePortal's template runs."""
