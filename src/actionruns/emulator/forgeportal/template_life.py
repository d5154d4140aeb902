"""What happens to template runs: their steps are run one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actionruns.emulator.clock import Clock, timestamp
from actionruns.emulator.forgeportal.catalog import Catalog, Template
from actionruns.emulator.forgeportal.errors import conflict
from actionruns.emulator.forgeportal.life import Order, RunLife
from actionruns.emulator.forgeportal.redaction import redacted
from actionruns.emulator.forgeportal.run_store import Run
from actionruns.emulator.forgeportal.template_store import TemplateRun, TemplateRunStore
from actionruns.emulator.lifecycle import unique_id
from actionruns.emulator.settings import EmulatorSettings
from actionruns.emulator.store import Store

__all__ = ["TemplateLife"]


class TemplateLife:
    """The rules of template runs, over their rows and those of their steps' runs.

    Args:
        store: The database.
        settings: What ids are drawn from.
        clock: Tells the time.
        catalog: The templates.
        life: The action runs; their ends move template runs on.
    """

    def __init__(
        self,
        store: Store,
        settings: EmulatorSettings,
        clock: Clock,
        catalog: Catalog,
        life: RunLife,
    ) -> None:
        self.runs = TemplateRunStore(store)
        self._store = store
        self._settings = settings
        self._clock = clock
        self._catalog = catalog
        self._life = life
        life.over = self._step_over

    def create(self, template: Template, inputs: Mapping[str, Any], user: str) -> TemplateRun:
        """Create a template run and the run of its first step."""
        now = self._clock.now()
        number = self.runs.new_number()
        row = {
            "id": unique_id("forgeportal template run", self._settings.seed, number),
            "template_id": template.id,
            "requested_by": user,
            "status": "running",
            "inputs": redacted(inputs),
            "current_step": None,
            # As they were when it began: the catalog may be another one after a restart.
            "steps": [[step.id, self._catalog.action(step.action).id] for step in template.steps],
            "outputs": {},
            "started_at": timestamp(now),
            "finished_at": None,
            "created_at": timestamp(now),
        }
        run = TemplateRun(number=number, row=row)
        with self._store.transaction():
            self.runs.insert(run)
            self._begin(run, 0, now)
        return run

    def cancel(self, run: TemplateRun) -> None:
        """Cancel a template run, and its step while that is queued.

        What a worker has begun goes on, and nothing follows it (*inferred*).

        Raises:
            ForgePortalError: 409, it isn't running.
        """
        if run.status != "running":
            msg = f"Template run {run.id} cannot be canceled (status: {run.status})"
            raise conflict(msg)
        with self._store.transaction():
            self._end(run, "canceled", self._clock.now())
            for step in self._life.runs.of_template_run(run.id):
                if step.status == "queued":
                    self._life.cancel(step)

    def shown(self, run: TemplateRun) -> dict[str, Any]:
        """Return a template run with its steps; those that haven't begun are "pending"."""
        row = run.row
        begun = {step.row["step_id"]: step.row for step in self._life.runs.of_template_run(run.id)}
        return {
            "runId": run.id,
            "templateId": row["template_id"],
            "requestedBy": row["requested_by"],
            "status": row["status"],
            "inputs": row["inputs"],
            "currentStep": row["current_step"],
            "steps": [
                {
                    "stepId": step_id,
                    "actionId": action_id,
                    **_progress(begun.get(step_id)),
                }
                for step_id, action_id in row["steps"]
            ],
            "outputs": row["outputs"],
            "startedAt": row["started_at"],
            "finishedAt": row["finished_at"],
            "createdAt": row["created_at"],
        }

    def _begin(self, run: TemplateRun, number: int, now: float) -> None:
        """Begin the step with this number; after the last one, the template run has succeeded."""
        if number == len(run.row["steps"]):
            self._end(run, "success", now)
            return
        step_id, action_id = run.row["steps"][number]
        action = self._catalog.actions.get(action_id)
        if action is None:
            # It was one of the user's own, and wasn't added again after a restart.
            self._end(run, "failed", now)
            return
        run.row["current_step"] = step_id
        self.runs.save(run)
        order = Order(
            action=action,
            user=run.row["requested_by"],
            input=run.row["inputs"],
            template=(run.row["template_id"], run.id, step_id),
        )
        self._life.create(order, at=now)

    def _step_over(self, step: Run, now: float) -> None:
        run = self.runs.get(step.row["template_run_id"] or "")
        if run is None or run.status != "running":
            return
        if step.status != "success":
            # Of a step that was canceled, too (inferred): what follows can't be done.
            self._end(run, "failed", now)
            return
        run.row["outputs"][step.row["step_id"]] = step.row["output"]
        names = [step_id for step_id, _ in run.row["steps"]]
        self._begin(run, names.index(step.row["step_id"]) + 1, now)

    def _end(self, run: TemplateRun, status: str, now: float) -> None:
        run.row |= {"status": status, "current_step": None, "finished_at": timestamp(now)}
        self.runs.save(run)


def _progress(row: Mapping[str, Any] | None) -> dict[str, Any]:
    if row is None:
        return {"status": "pending", "outputs": None, "startedAt": None, "finishedAt": None}
    return {
        "status": row["status"],
        "outputs": row["output"],
        "startedAt": row["started_at"],
        "finishedAt": row["finished_at"],
    }
