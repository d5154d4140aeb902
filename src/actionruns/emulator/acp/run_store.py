"""Runs in SQLite: each row holds the run as JSON and the columns that requests filter by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import orjson

from actionruns.emulator.store import Store

__all__ = ["Run", "RunStore", "equal_to", "meets"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS acp_runs (
    version TEXT NOT NULL,
    number INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    agent_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    on_thread INTEGER NOT NULL,
    status TEXT NOT NULL,
    due_at REAL,
    row BLOB NOT NULL,
    PRIMARY KEY (version, number)
) STRICT;
CREATE INDEX IF NOT EXISTS acp_runs_status ON acp_runs (version, status, number);
CREATE INDEX IF NOT EXISTS acp_runs_thread ON acp_runs (version, thread_id, number);
CREATE INDEX IF NOT EXISTS acp_runs_due ON acp_runs (version, due_at, number)
    WHERE due_at IS NOT NULL;
"""
_SELECT = "SELECT number, due_at, row FROM acp_runs WHERE version = ? "


@attrs.define(kw_only=True)
class Run:
    """One run as it is worked on.

    Attributes:
        number: Place in the order of creation.
        id: Its id.
        agent_id: The agent that runs.
        thread_id: The thread; a stateless run has one of its own.
        on_thread: Whether it was started on a thread, and not as a stateless run.
        creation: What it was created with, as it was sent.
        status: Its status.
        created_at: Epoch seconds.
        updated_at: Epoch seconds of the last change of status or output.
        said: How many of the agent's words are said.
        answers: Answers to the agent's questions.
        updates: What streams tell: each has ``kind``, ``status`` and ``value``.
        join_from: How many of the updates are from before the last resumption.
        output: The last output: ``kind`` (result, interrupt, error) and ``value``; None: none.
        queued: Whether it waits for another run of the thread.
        due_at: Epoch seconds at which the emulator moves it; None: it doesn't.
    """

    number: int
    id: str
    agent_id: str
    thread_id: str
    on_thread: bool
    creation: dict[str, Any]
    status: str
    created_at: float
    updated_at: float
    said: int = 0
    answers: list[Any] = attrs.field(factory=list)
    updates: list[dict[str, Any]] = attrs.field(factory=list)
    join_from: int = 0
    output: dict[str, Any] | None = None
    queued: bool = False
    due_at: float | None = None

    @property
    def pending(self) -> bool:
        """Whether it is pending."""
        return self.status == "pending"


class RunStore:
    """The rows of the runs of one version of the protocol."""

    def __init__(self, store: Store, version: str) -> None:
        self.store = store
        self.version = version
        store.create(_SCHEMA)
        row = store.one("SELECT max(number) FROM acp_runs WHERE version = ?", (version,))
        self._last: int = (row and row[0]) or 0

    def new_number(self) -> int:
        """Return the number of the next run."""
        self._last += 1
        return self._last

    def insert(self, runs: Iterable[Run]) -> None:
        """Store new runs, all or none."""
        with self.store.transaction():
            self.store.connection.executemany(
                "INSERT INTO acp_runs VALUES (?,?,?,?,?,?,?,?,?)",
                (
                    (
                        self.version,
                        run.number,
                        run.id,
                        run.agent_id,
                        run.thread_id,
                        run.on_thread,
                        run.status,
                        run.due_at,
                        _document(run),
                    )
                    for run in runs
                ),
            )

    def save(self, run: Run) -> None:
        """Store what has changed in a run."""
        self.store.execute(
            "UPDATE acp_runs SET status = ?, due_at = ?, row = ? WHERE version = ? AND number = ?",
            (run.status, run.due_at, _document(run), self.version, run.number),
        )

    def delete(self, run: Run) -> None:
        """Remove a run."""
        self.store.execute(
            "DELETE FROM acp_runs WHERE version = ? AND number = ?", (self.version, run.number)
        )

    def get(self, run_id: str) -> Run | None:
        """Return a run, or None."""
        row = self.store.one(_SELECT + "AND id = ?", (self.version, run_id.lower()))
        return _run(row) if row else None

    def of_thread(self, thread_id: str, status: str | None = None) -> list[Run]:
        """Return the runs of a thread, oldest first.

        Args:
            thread_id: Which thread.
            status: Only those with this status; None: all.
        """
        rows = self.store.all(
            _SELECT + "AND thread_id = ? AND (? IS NULL OR status = ?) ORDER BY number",
            (self.version, thread_id, status, status),
        )
        return [_run(row) for row in rows]

    def page(
        self,
        equal: Mapping[str, Any],
        limit: int,
        offset: int,
        metadata: Mapping[str, Any] | None = None,
    ) -> list[Run]:
        """Return runs, oldest first.

        Args:
            equal: Column -> value that it has.
            limit: How many at most.
            offset: How many to leave out before.
            metadata: Labels that they have; None or empty: any.
        """
        where = "".join(f"AND {column} = ? " for column in equal)
        sql = f"{_SELECT}{where}ORDER BY number"
        parameters = (self.version, *equal.values())
        if not metadata:
            rows = self.store.all(f"{sql} LIMIT ? OFFSET ?", (*parameters, limit, offset))
            return [_run(row) for row in rows]
        runs = map(_run, self.store.all(sql, parameters))
        found = [run for run in runs if meets(run.creation.get("metadata"), metadata)]
        return found[offset : offset + limit]

    def due(self, now: float, limit: int) -> list[Run]:
        """Return the runs that the emulator has to move by now, longest due first."""
        rows = self.store.all(
            _SELECT + "AND due_at <= ? ORDER BY due_at, number LIMIT ?", (self.version, now, limit)
        )
        return [_run(row) for row in rows]

    def next_due(self) -> float | None:
        """Return when the next run has to be moved, or None."""
        row = self.store.one(
            "SELECT min(due_at) FROM acp_runs WHERE version = ? AND due_at IS NOT NULL",
            (self.version,),
        )
        return row[0] if row else None


def equal_to(search: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that the body of a search filters by, with their values."""
    return {name: search[name].lower() for name in ("agent_id", "status") if name in search}


def meets(labels: Any, wanted: Mapping[str, Any]) -> bool:
    """Tell whether labels (or a state) have all the wanted keys with their values."""
    return isinstance(labels, dict) and all(
        key in labels and labels[key] == value for key, value in wanted.items()
    )


def _document(run: Run) -> bytes:
    row = attrs.asdict(run, recurse=False)
    del row["number"], row["due_at"]
    return orjson.dumps(row)


def _run(row: tuple[int, float | None, bytes]) -> Run:
    number, due_at, document = row
    return Run(number=number, due_at=due_at, **orjson.loads(document))
