"""What happens to runs: they work, tell, ask, are answered, canceled, and end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from actionruns.emulator.acp.catalog import Agent, Catalog
from actionruns.emulator.acp.run_store import Run, RunStore
from actionruns.emulator.acp.threads import Threads
from actionruns.emulator.clock import Clock
from actionruns.emulator.endings import Endings
from actionruns.emulator.lifecycle import between, draw, unique_id
from actionruns.emulator.settings import EmulatorSettings
from actionruns.emulator.store import Store

__all__ = ["Order", "RunLife"]

_FAILED = 1
_TIMED_OUT = 2
_CANCELLED = {"type": "cancelled"}


@attrs.frozen(kw_only=True)
class Order:
    """What a run is created from.

    Attributes:
        agent: Who runs.
        creation: What was sent.
        thread_id: On which thread; None: on one of its own.
        queued: Whether it has to wait for another run of the thread.
    """

    agent: Agent
    creation: dict[str, Any]
    thread_id: str | None = None
    queued: bool = False


class RunLife:
    """The rules of runs, over their rows.

    Args:
        store: The database.
        settings: What runs are drawn from.
        clock: Tells the time.
        catalog: The agents.
        version: Of the protocol.

    Attributes:
        changes: Woken at every change of a run.
        planned: Called with the moment at which a run will have to be moved.
        moved: Called with each run whose status was set.
    """

    def __init__(
        self,
        store: Store,
        settings: EmulatorSettings,
        clock: Clock,
        catalog: Catalog,
        version: str,
    ) -> None:
        self.runs = RunStore(store, version)
        self.threads = Threads(store, clock, self.runs, settings.seed)
        self.changes = Endings()
        self.planned: Callable[[float], None] | None = None
        self.moved: Callable[[Run], None] | None = None
        self._store = store
        self._settings = settings
        self._clock = clock
        self._catalog = catalog
        self._version = version

    # --------------------------------------------------------------------------------- creating

    def create(self, order: Order) -> Run:
        """Create a run; it is pending."""
        run = self.new_run(order)
        self.adopt([run])
        return run

    def adopt(self, runs: Iterable[Run]) -> None:
        """Store new runs, and the threads of their own that they need."""
        runs = list(runs)
        with self._store.transaction():
            self.runs.insert(runs)
            for run in runs:
                if not run.on_thread:
                    self.threads.create(thread_id=run.thread_id, agent_id=run.agent_id)
        for run in runs:
            self._tell(run, moved=True)

    def new_run(self, order: Order, *, at: float | None = None) -> Run:
        """Make a run that isn't stored yet."""
        now = self._clock.now() if at is None else at
        number = self.runs.new_number()
        seed = self._settings.seed
        run = Run(
            number=number,
            id=unique_id("acp run", self._version, seed, number),
            agent_id=order.agent.id,
            thread_id=order.thread_id or unique_id("acp own thread", self._version, seed, number),
            on_thread=order.thread_id is not None,
            creation=order.creation,
            status="pending",
            created_at=now,
            updated_at=now,
            queued=order.queued,
        )
        if not order.queued:
            self._plan(run, now, _delay(order.creation))
        return run

    def _plan(self, run: Run, now: float, delay: float = 0.0) -> None:
        agent = self._catalog.agents.get(run.agent_id)
        limits = (agent.duration if agent else None) or self._settings.duration
        share = draw("acp duration", self._version, self._settings.seed, run.number)
        parts = len(agent.words) + 1 if agent else 1
        due = now + self._clock.real(delay + between(limits, share) / parts)
        run.due_at = due if self._settings.auto_progress else None

    # ---------------------------------------------------------------------------------- moving

    def emit(self, run: Run, kind: str, value: Any) -> None:
        """Add an update for the streams of a run; ``kind`` is "values" or "custom"."""
        run.updates.append({"kind": kind, "status": run.status, "value": value})
        self._save(run)

    def interrupt(self, run: Run, question: Any, now: float) -> None:
        """Let a run ask."""
        self._stop(run, "interrupted", now, {"kind": "interrupt", "value": question})

    @staticmethod
    def asks(run: Run) -> bool:
        """Tell whether a run is interrupted by a question, and not because it was cancelled."""
        return run.output is None or run.output["value"] != _CANCELLED

    def resume(self, run: Run, answer: Any) -> None:
        """Answer the question of a run: it goes on."""
        now = self._clock.now()
        if self.asks(run):
            run.answers.append(answer)
        run.status = "pending"
        run.output = None
        run.updated_at = now
        run.join_from = len(run.updates)
        self._plan(run, now)
        self._save(run, moved=True)

    def succeed(self, run: Run, result: Any, now: float) -> None:
        """End a run with its result."""
        with self._store.transaction():
            self.threads.succeeded(run, result, now)
            self._stop(run, "success", now, {"kind": "result", "value": result})

    def fail(self, run: Run, description: str, now: float, status: str = "error") -> None:
        """End a run with an error, or with another status that isn't success."""
        code = _TIMED_OUT if status == "timeout" else _FAILED
        value = {"errcode": code, "description": description}
        self._stop(run, status, now, {"kind": "error", "value": value})

    def _stop(self, run: Run, status: str, now: float, output: dict[str, Any]) -> None:
        run.status = status
        run.output = output
        run.updated_at = now
        run.due_at = None
        run.queued = False
        # The result is an update, too; in its way so are the question and the error.
        kind = "values" if output["kind"] == "result" else output["kind"]
        run.updates.append({"kind": kind, "status": status, "value": output["value"]})
        with self._store.transaction():
            self._save(run, moved=True)
            # "delete" is the protocol's default.
            kept = run.on_thread or run.creation.get("on_completion", "delete") == "keep"
            if status != "interrupted" and not kept:
                self.threads.rows.delete(run.thread_id)
            self._next(run.thread_id, now)

    def set_status(self, run: Run, status: str) -> None:
        """Set the status and nothing else."""
        run.status = status
        run.updated_at = self._clock.now()
        self._save(run, moved=True)

    def cancel(self, run: Run) -> None:
        """Stop a run that is pending; the protocol has no status for it but ``interrupted``."""
        if run.pending:
            self.interrupt(run, _CANCELLED, self._clock.now())

    def delete(self, run: Run, *, undo: bool = False) -> None:
        """Remove a run.

        Args:
            run: Which one.
            undo: Also remove what it added to the history of its thread.
        """
        with self._store.transaction():
            self.runs.delete(run)
            if undo:
                self.threads.rows.undo(run.thread_id, run.id)
            if not run.on_thread:
                self.threads.rows.delete(run.thread_id)
            self._next(run.thread_id, self._clock.now())
        self.changes.tell(run.id)

    def delete_thread(self, thread_id: str) -> None:
        """Remove a thread with its history and its runs."""
        with self._store.transaction():
            for run in self.runs.of_thread(thread_id):
                if run.on_thread:
                    self.runs.delete(run)
            self.threads.rows.delete(thread_id)

    def _next(self, thread_id: str, now: float) -> None:
        """Start the run that waits for its turn on a thread, if nothing is in its way."""
        pending = self.runs.of_thread(thread_id, "pending")
        if pending and all(run.queued for run in pending):
            run = pending[0]
            run.queued = False
            self._plan(run, now, _delay(run.creation))
            self._save(run)

    # ------------------------------------------------------------------------ moving by itself

    def next_due(self) -> float | None:
        """Return when the next run has to be moved."""
        return self.runs.next_due()

    def apply_due(self, now: float, limit: int) -> int:
        """Move the runs that are due; return how many."""
        moved = 0
        with self._store.transaction():
            # A run that was moved may be due again, for its next word.
            while moved < limit and (due := self.runs.due(now, limit - moved)):
                for run in due:
                    self.move(run, run.due_at or now)
                moved += len(due)
        return moved

    def move(self, run: Run, now: float) -> None:
        """Let an agent do its next step: say a word, ask, or end."""
        agent = self._catalog.agents.get(run.agent_id)
        if agent is None:
            self.fail(run, "The agent is gone", now)
        elif run.said < len(agent.words):
            run.said += 1
            run.updated_at = now
            self._plan(run, now)
            self.emit(run, "values", agent.said(run.said))
            self.emit(run, "custom", agent.news(run.said))
        elif len(run.answers) < len(agent.questions):
            self.interrupt(run, dict(agent.questions[len(run.answers)].payload), now)
        elif draw("acp failure", self._version, self._settings.seed, run.number) < (
            agent.failure_rate
        ):
            self.fail(run, "The agent failed", now)
        else:
            self.succeed(run, agent.result(run.creation.get("input"), run.answers), now)

    def _save(self, run: Run, *, moved: bool = False) -> None:
        self.runs.save(run)
        self._tell(run, moved=moved)

    def _tell(self, run: Run, *, moved: bool) -> None:
        if run.due_at is not None and self.planned is not None:
            self.planned(run.due_at)
        if moved and self.moved is not None:
            self.moved(run)
        self.changes.tell(run.id)


def _delay(creation: Mapping[str, Any]) -> float:
    return max(0.0, float(creation.get("after_seconds", 0)))
