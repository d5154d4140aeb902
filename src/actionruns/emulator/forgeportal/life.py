"""What happens to runs: they are queued, tried, tried again, canceled, and they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from actionruns.emulator.clock import Clock, timestamp
from actionruns.emulator.endings import Endings
from actionruns.emulator.forgeportal.attempts import Attempt, attempt, retry_delay
from actionruns.emulator.forgeportal.catalog import Action, Catalog
from actionruns.emulator.forgeportal.errors import conflict
from actionruns.emulator.forgeportal.log_store import Level, LogStore
from actionruns.emulator.forgeportal.run_store import Run, RunStore
from actionruns.emulator.lifecycle import unique_id
from actionruns.emulator.settings import EmulatorSettings
from actionruns.emulator.store import Store

__all__ = ["Order", "RunLife"]

_WORKER = "worker-1"


@attrs.frozen(kw_only=True)
class Order:
    """What a run is created from.

    Attributes:
        action: What is run.
        user: E-mail address of who asked for it.
        input: The inputs.
        entity_id: For which entity; None: for none.
        key: The idempotency key; None: there is none.
        template: Ids of template, template run and step; None for a run of its own.
    """

    action: Action
    user: str
    input: Mapping[str, Any]
    entity_id: str | None = None
    key: str | None = None
    template: tuple[str, str, str] | tuple[None, None, None] = (None, None, None)


class RunLife:
    """The rules of runs, over their rows.

    Args:
        store: The database.
        settings: Shares and ranges that runs are drawn from.
        clock: Tells the time.
        catalog: The actions.

    Attributes:
        planned: Called with the moment at which a run will have to be moved.
        over: Called with each run that has ended, and the moment.
    """

    def __init__(
        self, store: Store, settings: EmulatorSettings, clock: Clock, catalog: Catalog
    ) -> None:
        self.runs = RunStore(store)
        self.logs = LogStore(store)
        self.endings = Endings()
        self.planned: Callable[[float], None] | None = None
        self.over: Callable[[Run, float], None] | None = None
        self._store = store
        self._settings = settings
        self._clock = clock
        self._catalog = catalog

    # --------------------------------------------------------------------------------- creating

    def create(self, order: Order, *, at: float | None = None) -> Run:
        """Create a run; it is queued.

        Raises:
            sqlite3.IntegrityError: Its idempotency key is taken.
        """
        run = self.new_run(order, at=at)
        self.adopt([run])
        return run

    def adopt(self, runs: list[Run]) -> None:
        """Store new runs and plan what becomes of them."""
        self.runs.insert(runs)
        for run in runs:
            self._tell(run)

    def new_run(self, order: Order, *, at: float | None = None) -> Run:
        """Make a run that isn't stored yet."""
        now = self._clock.now() if at is None else at
        number = self.runs.new_number()
        action = order.action
        retries = action.max_retries
        template_id, template_run_id, step_id = order.template
        row = {
            "id": unique_id("forgeportal run", self._settings.seed, number),
            "action_id": action.id,
            "template_id": template_id,
            "template_run_id": template_run_id,
            "step_id": step_id,
            "entity_id": order.entity_id,
            "requested_by": order.user,
            "status": "queued",
            "input": dict(order.input),
            "output": {},
            "locked_by": None,
            "locked_at": None,
            "retry_count": 0,
            "max_retries": self._settings.forgeportal_max_retries if retries is None else retries,
            "idempotency_key": order.key,
            "next_attempt_at": None,
            "started_at": None,
            "finished_at": None,
            "created_at": timestamp(now),
        }
        run = Run(number=number, row=row)
        self._plan(run, now, self._attempt(run).claim)
        return run

    def _attempt(self, run: Run) -> Attempt:
        action = self._catalog.actions.get(run.row["action_id"])
        return attempt(
            self._settings,
            run.number,
            run.row["retry_count"],
            run.row["max_retries"],
            action.failure_rate if action else None,
        )

    def _plan(self, run: Run, now: float, emulated: float) -> None:
        due = now + self._clock.real(emulated)
        run.due_at = due if self._settings.auto_progress else None

    # ---------------------------------------------------------------------------------- moving

    def start(self, run: Run, now: float) -> None:
        """Let a worker take a run."""
        # When it was to be tried again stays there, as it does at the end.
        run.row |= {"status": "running", "locked_by": _WORKER, "locked_at": timestamp(now)}
        if run.row["started_at"] is None:
            # The first start; a repeated attempt doesn't change it.
            run.row["started_at"] = timestamp(now)
        self._plan(run, now, self._attempt(run).duration)
        with self._store.transaction():
            self.logs.add(run.id, "info", f"Attempt {run.row['retry_count'] + 1} started", now)
            self._save(run)

    def fail(self, run: Run, error: str, now: float) -> None:
        """Let an attempt fail: the run is queued again, or has failed if there were enough."""
        if run.row["retry_count"] >= run.row["max_retries"]:
            self.finish(run, "failed", now, output={"error": error})
            return
        delay = retry_delay(self._settings, run.row["retry_count"])
        again = now + self._clock.real(delay)
        run.row |= {
            "status": "queued",
            "locked_by": None,
            "locked_at": None,
            "retry_count": run.row["retry_count"] + 1,
            "next_attempt_at": timestamp(again),
        }
        self._plan(run, again, self._attempt(run).claim)
        with self._store.transaction():
            self.logs.add(run.id, "warn", f"{error}; next attempt at {timestamp(again)}", now)
            self._save(run)

    def finish(
        self, run: Run, status: str, now: float, *, output: Mapping[str, Any] | None = None
    ) -> None:
        """End a run."""
        run.row |= {"status": status, "locked_by": None, "finished_at": timestamp(now)}
        if output is not None:
            run.row["output"] = dict(output)
        run.due_at = None
        level: Level = "error" if status == "failed" else "info"
        with self._store.transaction():
            if status != "canceled":
                # Logs are what a worker writes, and none was there.
                self.logs.add(run.id, level, f"Finished with {status}", now)
            self._save(run)
            if self.over is not None:
                self.over(run, now)

    def cancel(self, run: Run) -> None:
        """Cancel a run that is queued, for the first time or again.

        Raises:
            ForgePortalError: 409, it isn't queued.
        """
        if run.status != "queued":
            msg = f"Run {run.id} cannot be canceled (status: {run.status})"
            raise conflict(msg)
        self.finish(run, "canceled", self._clock.now())

    def success(self, run: Run) -> Mapping[str, Any]:
        """Return what a run gives when it succeeds."""
        action = self._catalog.actions.get(run.row["action_id"])
        return action.output if action else {}

    # ------------------------------------------------------------------------ moving by itself

    def next_due(self) -> float | None:
        """Return when the next run has to be moved."""
        return self.runs.next_due()

    def apply_due(self, now: float, limit: int) -> int:
        """Move the runs that are due; return how many."""
        with self._store.transaction():
            due = self.runs.due(now, limit)
            for moment, run in due:
                self._move(run, moment)
        return len(due)

    def _move(self, run: Run, due: float) -> None:
        if run.status == "queued":
            self.start(run, due)
        elif self._attempt(run).succeeds:
            self.finish(run, "success", due, output=self.success(run))
        else:
            self.fail(run, "The emulated action failed", due)

    def _save(self, run: Run) -> None:
        self.runs.save(run)
        self._tell(run)

    def _tell(self, run: Run) -> None:
        if run.due_at is not None and self.planned is not None:
            self.planned(run.due_at)
        if run.ended:
            self.endings.tell(run.id)
