"""What happens to template runs: their steps are run one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actionruns.emulator.clock import Clock, timestamp
from actionruns.emulator.forgeportal.catalog import Catalog, Template
from actionruns.emulator.forgeportal.errors import conflict
from actionruns.emulator.forgeportal.life import Order, RunLife
from actionruns.emulator.forgeportal.run_store import Run
from actionruns.emulator.forgeportal.template_store import TemplateRun, TemplateRunStore
from actionruns.emulator.lifecycle import unique_id
from actionruns.emulator.settings import EmulatorSettings
from actionruns.emulator.store import Store

__all__ = ["TemplateLife"]


class TemplateLife:
    """The rules of template runs, over their rows and those of their steps' runs.

    Only a worker that is through with a step moves a template run on. So one whose step is canceled
    stays running for ever, and one that is canceled while a worker has its step goes on when that
    step has succeeded: the service does so.

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
            # Unlike those of an action run, with their secrets.
            "user_inputs": dict(inputs),
            "step_outputs": {},
            "current_step": None,
            "created_at": timestamp(now),
            "finished_at": None,
        }
        run = TemplateRun(number=number, row=row)
        with self._store.transaction():
            self.runs.insert(run)
            self._begin(run, template, 0, now)
        return run

    def cancel(self, run: TemplateRun) -> None:
        """Cancel a template run, and its step while that is queued.

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
        """Return a template run with the steps that have begun, and its outputs so far."""
        row = run.row
        return {
            "runId": run.id,
            "templateId": row["template_id"],
            "requestedBy": row["requested_by"],
            "status": row["status"],
            "currentStep": row["current_step"],
            "steps": [
                {
                    "stepId": step.row["step_id"],
                    "actionId": step.row["action_id"],
                    "status": step.status,
                    "outputs": step.row["output"],
                    "startedAt": step.row["started_at"],
                    "finishedAt": step.row["finished_at"],
                }
                for step in self._life.runs.of_template_run(run.id)
            ],
            "outputs": self._outputs(run),
            "createdAt": row["created_at"],
            "finishedAt": row["finished_at"],
        }

    def _outputs(self, run: TemplateRun) -> dict[str, str]:
        """Return what the template gives; what isn't there yet is an empty text."""
        template = self._catalog.templates.get(run.row["template_id"])
        given = run.row["step_outputs"]
        return {
            name: str(given.get(step, {}).get("outputs", {}).get(member, ""))
            for name, (step, member) in (template.outputs if template else {}).items()
        }

    def _begin(self, run: TemplateRun, template: Template, number: int, now: float) -> None:
        """Queue the step with this number."""
        step = template.steps[number]
        try:
            action = self._catalog.action(step.action)
        except KeyError:
            # Another action of one's own has taken its place.
            self._end(run, "failed", now)
            return
        order = Order(
            action=action,
            user=run.row["requested_by"],
            input=run.row["user_inputs"],
            template=(template.id, run.id, step.id),
        )
        self._life.create(order, at=now)

    def _step_over(self, step: Run, now: float) -> None:
        run = self.runs.get(step.row["template_run_id"] or "")
        if run is None or step.status == "canceled":
            return
        template = self._catalog.templates.get(run.row["template_id"])
        names = [each.id for each in template.steps] if template else []
        if template is None or step.status != "success" or step.row["step_id"] not in names:
            # One's own template that wasn't added again after a restart is gone, too.
            self._end(run, "failed", now)
            return
        run.row["step_outputs"][step.row["step_id"]] = {"outputs": step.row["output"]}
        run.row["current_step"] = step.row["step_id"]
        following = names.index(step.row["step_id"]) + 1
        if following < len(template.steps):
            self.runs.save(run)
            self._begin(run, template, following, now)
        else:
            run.row["current_step"] = None
            self._end(run, "success", now)

    def _end(self, run: TemplateRun, status: str, now: float) -> None:
        run.row |= {"status": status, "finished_at": timestamp(now)}
        self.runs.save(run)
