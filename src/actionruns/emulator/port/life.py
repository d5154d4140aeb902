"""What happens to runs: they are executed, approved, reported on, and they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from actionruns.emulator.clock import Clock, timestamp
from actionruns.emulator.endings import Endings
from actionruns.emulator.lifecycle import Decision, Outcome, Plan, identifier, plan
from actionruns.emulator.port.approval_store import ApprovalStore
from actionruns.emulator.port.catalog import Action, Catalog
from actionruns.emulator.port.errors import PortError, exhausted, invalid, not_found
from actionruns.emulator.port.execution import Execution, invocation, waiting_run
from actionruns.emulator.port.log_store import LogStore
from actionruns.emulator.port.run_store import Run, RunStore
from actionruns.emulator.settings import EmulatorSettings
from actionruns.emulator.store import Store

__all__ = ["EMULATOR_USER", "RunLife"]

EMULATOR_USER = "emulator"
"""The user id in ``updatedBy`` and ``createdBy`` of what the emulator did by itself."""


class RunLife:
    """The rules of runs, over their rows.

    Args:
        store: The database.
        settings: Shares and ranges that runs are drawn from.
        clock: Tells the time.
        catalog: The actions.

    Attributes:
        planned: Called with the moment at which a run will have to be moved.
    """

    def __init__(
        self,
        store: Store,
        settings: EmulatorSettings,
        clock: Clock,
        catalog: Catalog,
    ) -> None:
        self.runs = RunStore(store)
        self.logs = LogStore(store)
        self.approvals = ApprovalStore(store)
        self.endings = Endings()
        self.planned: Callable[[float], None] | None = None
        self._store = store
        self._settings = settings
        self._clock = clock
        self._catalog = catalog

    # ------------------------------------------------------------------------------- reading

    def get(self, run_id: str) -> Run:
        """Return a run.

        Raises:
            PortError: 404, there is none with this id.
        """
        run = self.runs.get(run_id)
        if run is None:
            raise not_found("Action run", run_id)
        return run

    async def ended(self, run_id: str) -> Run:
        """Wait until a run is over.

        Raises:
            PortError: 404, there is none with this id.
        """
        if not self.get(run_id).ended:
            await self.endings.wait(run_id)
        return self.get(run_id)

    # -------------------------------------------------------------------------------- executing

    def execute(self, execution: Execution, *, at: float | None = None) -> Run:
        """Create a run; it waits for approval, or is in progress at once."""
        run = self.new_run(execution, at=at)
        self.adopt([run])
        return run

    def adopt(self, runs: list[Run]) -> None:
        """Store new runs and plan what becomes of them."""
        self.runs.insert(runs)
        for run in runs:
            self._tell(run)

    def new_run(self, execution: Execution, *, at: float | None = None) -> Run:
        """Make a run that isn't stored yet."""
        now = self._clock.now() if at is None else at
        number = self.runs.new_number()
        run_id = identifier("r_", self._settings.seed, number)
        blueprint = self._catalog.blueprints.get(execution.action.blueprint or "")
        run = Run(number=number, document=waiting_run(run_id, execution, blueprint, now))
        if execution.action.approval:
            due = now + self._clock.real(self._draw(run).approval_delay)
            self._plan(run, due, wanted=self._settings.auto_approve)
        else:
            del run.document["approval"]
            self._start(run, now)
        return run

    def _start(self, run: Run, now: float) -> None:
        run.document["status"] = "IN_PROGRESS"
        run.document["payload"] = invocation(run.document, self._action(run))
        self._plan(run, now + self._clock.real(self._draw(run).duration))

    def _plan(self, run: Run, due: float, *, wanted: bool = True) -> None:
        run.due_at = due if wanted and self._settings.auto_progress else None

    def _action(self, run: Run) -> Action | None:
        """Return the action of a run; None: it isn't in the catalog any more."""
        return self._catalog.actions.get(run.document["action"]["identifier"])

    def _draw(self, run: Run) -> Plan:
        action = self._action(run)
        rate = action.failure_rate if action else None
        return plan(self._settings, run.number, failure_rate=rate)

    # ------------------------------------------------------------------------------- reporting

    def update(self, run_id: str, changes: Mapping[str, Any], user: str) -> Run:
        """Overwrite members of a run, and end it when they say so.

        A run that was ended by an update may be updated again; one that a log has terminated may
        not. Setting FAILURE withdraws a run that waits for approval.

        Raises:
            PortError: 404, no such run; 422, it may not be changed (any more), or not so.
        """
        run = self.get(run_id)
        if run.sealed or run.status == "DECLINED":
            raise exhausted(run_id)
        status = changes.get("status")
        if run.status == "WAITING_FOR_APPROVAL" and status == "SUCCESS":
            # Inferred: the documentation only tells how such a run is withdrawn.
            msg = f'Action run "{run_id}" is waiting for approval'
            raise invalid(msg)
        now = self._clock.now()
        run.document |= changes
        if status is not None and run.document.get("endedAt") is None:
            self._end(run, status, now)
        self._touch(run, now, user)
        return run

    def add_log(
        self, run_id: str, message: str, user: str, *, end: Outcome | None, label: str | None
    ) -> dict[str, Any]:
        """Add a log entry to a run, and terminate the run when it says so.

        Raises:
            PortError: 404, no such run; 422, a log has terminated it already, or the entry would
                terminate a run that is over.
        """
        run = self.get(run_id)
        if run.sealed or (end is not None and run.ended):
            raise exhausted(run_id)
        now = self._clock.now()
        with self._store.transaction():
            if label is not None:
                run.document["statusLabel"] = label
            if end is not None:
                run.sealed = True
                self._end(run, end, now)
            self._touch(run, now, user)
            return self.logs.add(run_id, message, user, now)

    def note(self, run: Run, message: str, user: str) -> None:
        """Record a change made on behalf of a run in its log."""
        now = self._clock.now()
        self._touch(run, now, user)
        self.logs.add(run.id, message, user, now)

    def mark_entity(self, blueprint: str, identifier: str, *, deleted: bool) -> None:
        """Show in the runs on an entity whether it exists."""
        for run in self.runs.of_entity(blueprint, identifier):
            run.document["entity"]["deleted"] = deleted
            self.runs.save(run)

    def _touch(self, run: Run, now: float, user: str) -> None:
        # Who reports on a run is its backend: the emulator no longer plays that part, or it could
        # end a run under the hands of who works on it.
        if run.status == "IN_PROGRESS":
            run.due_at = None
        run.document["updatedBy"] = user
        run.document["updatedAt"] = timestamp(now)
        self.runs.save(run)
        self._tell(run)

    def _end(self, run: Run, status: str, now: float) -> None:
        run.document["status"] = status
        run.document["endedAt"] = timestamp(now)
        run.due_at = None

    # ------------------------------------------------------------------------------- approving

    def decide(
        self, run_id: str, user: str, decision: Decision, description: str | None = None
    ) -> Run:
        """Approve or decline a run.

        Raises:
            PortError: 404, no such run; 403, the user may not approve it; 422, it doesn't wait for
                approval. Repeating one's own decision is no error.
        """
        run = self.get(run_id)
        state = _STATES[decision]
        if run.status != "WAITING_FOR_APPROVAL":
            if self.approvals.state(run_id, user) == state:
                return run
            msg = f'Action run "{run_id}" is not waiting for approval'
            raise PortError(422, "run_not_waiting_for_approval", msg)
        if user not in self.approvers(run):
            msg = "You are not permitted to approve this action"
            raise PortError(403, "missing_permissions", msg)
        self._decide(run, user, decision, description, self._clock.now())
        return run

    def approvers(self, run: Run) -> tuple[str, ...]:
        """Return the ids of those who may approve a run."""
        action = self._action(run)
        return action.approvers if action and action.approval else ()

    def _decide(
        self, run: Run, user: str, decision: Decision, description: str | None, now: float
    ) -> None:
        state = _STATES[decision]
        with self._store.transaction():
            self.approvals.put(run.id, user, state, description)
            waits = (
                decision == "APPROVE"
                and run.document["requiredApproval"]["type"] == "ALL"
                and any(
                    self.approvals.state(run.id, other) != state for other in self.approvers(run)
                )
            )
            if not waits:
                approval = {"userId": user, "state": state}
                if description is not None:
                    approval["description"] = description
                run.document["approval"] = approval
                if decision == "APPROVE":
                    self._start(run, now)
                else:
                    self._end(run, "DECLINED", now)
            run.document["updatedBy"] = user
            run.document["updatedAt"] = timestamp(now)
            self.runs.save(run)
        self._tell(run)

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
        drawn = self._draw(run)
        if run.status == "WAITING_FOR_APPROVAL":
            silent = [
                user for user in self.approvers(run) if self.approvals.state(run.id, user) is None
            ]
            for user in silent or self.approvers(run):
                if run.status == "WAITING_FOR_APPROVAL":
                    self._decide(run, user, drawn.decision, "Decided by the emulator", due)
            if run.status == "WAITING_FOR_APPROVAL":
                # Nobody may approve it: its action is no longer in the catalog.
                run.due_at = None
                self.runs.save(run)
            return
        self.finish(run, drawn.outcome, due)

    def finish(self, run: Run, status: str, now: float) -> None:
        """End a run as its backend would."""
        run.document["summary"] = f"The emulated backend finished with {status}"
        self._end(run, status, now)
        with self._store.transaction():
            self.logs.add(run.id, f"Finished with {status}", EMULATOR_USER, now)
            self._touch(run, now, EMULATOR_USER)

    def _tell(self, run: Run) -> None:
        if run.due_at is not None and self.planned is not None:
            self.planned(run.due_at)
        if run.ended:
            self.endings.tell(run.id)


_STATES = {"APPROVE": "APPROVED", "DECLINE": "DECLINED"}
