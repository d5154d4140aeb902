"""What happens to threads: states are added, changed, copied, and tell what the runs did."""

from __future__ import annotations

from typing import Any

from actionruns.emulator.acp.run_store import Run, RunStore
from actionruns.emulator.acp.thread_store import Checkpoint, Thread, ThreadStore
from actionruns.emulator.clock import Clock
from actionruns.emulator.lifecycle import unique_id
from actionruns.emulator.store import Store

__all__ = ["Threads"]


class Threads:
    """The rules of threads, over their rows.

    Args:
        store: The database.
        clock: Tells the time.
        runs: The runs.
        seed: Ids depend on it.

    Attributes:
        rows: The rows.
    """

    def __init__(self, store: Store, clock: Clock, runs: RunStore, seed: int) -> None:
        self.rows = ThreadStore(store, runs.version)
        self._store = store
        self._clock = clock
        self._runs = runs
        self._seed = seed

    def create(
        self,
        *,
        thread_id: str | None = None,
        agent_id: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Thread:
        """Create a thread without runs.

        Raises:
            sqlite3.IntegrityError: There is one of this id.
        """
        number = self.rows.new_number()
        now = self._clock.now()
        thread = Thread(
            number=number,
            id=(thread_id or self._new_id("thread", number)).lower(),
            agent_id=agent_id,
            metadata=metadata or {},
            created_at=now,
            updated_at=now,
        )
        self.rows.insert(thread)
        return thread

    def status(self, thread: Thread) -> str:
        """Return the status of a thread: what its runs leave it in."""
        runs = self._runs.of_thread(thread.id)
        if any(run.pending for run in runs):
            return "busy"
        last = runs[-1].status if runs else "success"
        return {"interrupted": "interrupted", "error": "error", "timeout": "error"}.get(
            last, "idle"
        )

    def succeeded(self, run: Run, result: Any, now: float) -> None:
        """Add the state in which a run leaves its thread, if there still is one."""
        thread = self.rows.get(run.thread_id)
        if thread is None:
            return
        thread.updated_at = now
        self.rows.save(thread)
        latest = self.rows.latest(run.thread_id)
        before = latest.values if latest else None
        turns = before.get("turns", 0) if isinstance(before, dict) else 0
        values = {"turns": turns + 1 if isinstance(turns, int) else 1, "last": result}
        self._add(run.thread_id, values, latest.messages if latest else None, run.id)

    def patch(self, thread: Thread, changes: dict[str, Any]) -> None:
        """Change labels and state.

        Raises:
            LookupError: ``checkpoint`` names no entry of the history.
        """
        base = self.rows.latest(thread.id)
        checkpoint = changes.get("checkpoint")
        if checkpoint is not None and ("values" in changes or "messages" in changes):
            wanted = checkpoint["checkpoint_id"]
            base = next((it for it in self.rows.history(thread.id) if it.id == wanted), None)
            if base is None:
                raise LookupError(wanted)
        thread.metadata = {**thread.metadata, **changes.get("metadata", {})}
        thread.updated_at = self._clock.now()
        with self._store.transaction():
            self.rows.save(thread)
            if "values" in changes or "messages" in changes:
                values = changes.get("values", base.values if base else {})
                messages = changes.get("messages", base.messages if base else None)
                self._add(thread.id, values, messages, None, base.id if base else None)

    def copy(self, thread: Thread) -> Thread:
        """Create a thread with the state and the history of another one."""
        with self._store.transaction():
            new = self.create(agent_id=thread.agent_id, metadata=dict(thread.metadata))
            parent = None
            ids: dict[str, str] = {}
            for entry in reversed(self.rows.history(thread.id)):
                parent = ids.get(entry.parent) if entry.parent else None
                ids[entry.id] = self._add(new.id, entry.values, entry.messages, None, parent)
        return new

    def _add(
        self,
        thread_id: str,
        values: Any,
        messages: list[Any] | None,
        run_id: str | None,
        parent: str | None = None,
    ) -> str:
        latest = self.rows.latest(thread_id)
        number = latest.number + 1 if latest else 1
        checkpoint = Checkpoint(
            number=number,
            id=self._new_id("checkpoint", thread_id, number, run_id, self._clock.now()),
            run_id=run_id,
            values=values,
            messages=messages,
            parent=parent or (latest.id if latest else None),
        )
        self.rows.add(thread_id, checkpoint)
        return checkpoint.id

    def _new_id(self, kind: str, *parts: object) -> str:
        return unique_id("acp", kind, self._runs.version, self._seed, *parts)
