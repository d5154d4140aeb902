"""Runs in SQLite: each row holds the run as JSON and the columns that requests filter by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import orjson

from actionruns.emulator.store import Store

__all__ = ["Run", "RunStore"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS forgeportal_runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    template_id TEXT,
    template_run_id TEXT,
    entity_id TEXT,
    requested_by TEXT NOT NULL,
    idempotency_key TEXT UNIQUE,
    status TEXT NOT NULL,
    due_at REAL,
    row BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS forgeportal_runs_status ON forgeportal_runs (status, number);
CREATE INDEX IF NOT EXISTS forgeportal_runs_user ON forgeportal_runs (requested_by, number);
CREATE INDEX IF NOT EXISTS forgeportal_runs_due ON forgeportal_runs (due_at, number)
    WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS forgeportal_runs_entity ON forgeportal_runs (entity_id, number)
    WHERE entity_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS forgeportal_runs_template ON forgeportal_runs (template_id, number)
    WHERE template_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS forgeportal_runs_steps ON forgeportal_runs (template_run_id, number)
    WHERE template_run_id IS NOT NULL;
"""
_SELECT = "SELECT number, row, due_at FROM forgeportal_runs "
_ENDED = frozenset({"success", "failed", "canceled"})


@attrs.define(kw_only=True)
class Run:
    """One run as it is worked on.

    Attributes:
        number: Place in the order of creation.
        row: The run, as the service's database has it.
        due_at: Epoch seconds at which the emulator moves it; None: it doesn't.
    """

    number: int
    row: dict[str, Any]
    due_at: float | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.row["id"])

    @property
    def status(self) -> str:
        """Its status."""
        return str(self.row["status"])

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.row["status"] in _ENDED or self.row["finished_at"] is not None


class RunStore:
    """The rows of runs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.create(_SCHEMA)
        row = store.one("SELECT max(number) FROM forgeportal_runs")
        self._last: int = (row and row[0]) or 0

    def new_number(self) -> int:
        """Return the number of the next run."""
        self._last += 1
        return self._last

    def insert(self, runs: Iterable[Run]) -> None:
        """Store new runs, all or none.

        Raises:
            sqlite3.IntegrityError: The idempotency key of one is taken.
        """
        with self.store.transaction():
            self.store.connection.executemany(
                "INSERT INTO forgeportal_runs VALUES (?,?,?,?,?,?,?,?,?,?)",
                (
                    (
                        run.number,
                        run.id,
                        run.row["template_id"],
                        run.row["template_run_id"],
                        run.row["entity_id"],
                        run.row["requested_by"],
                        run.row["idempotency_key"],
                        run.status,
                        run.due_at,
                        orjson.dumps(run.row),
                    )
                    for run in runs
                ),
            )

    def save(self, run: Run) -> None:
        """Store what has changed in a run."""
        self.store.execute(
            "UPDATE forgeportal_runs SET status = ?, due_at = ?, row = ? WHERE number = ?",
            (run.status, run.due_at, orjson.dumps(run.row), run.number),
        )

    def delete(self, run: Run) -> None:
        """Remove a run."""
        self.store.execute("DELETE FROM forgeportal_runs WHERE number = ?", (run.number,))

    def get(self, run_id: str) -> Run | None:
        """Return a run, or None."""
        row = self.store.one(_SELECT + "WHERE id = ?", (run_id,))
        return _run(row) if row else None

    def with_key(self, key: str) -> Run | None:
        """Return the run that was created with an idempotency key, or None."""
        row = self.store.one(_SELECT + "WHERE idempotency_key = ?", (key,))
        return _run(row) if row else None

    def of_template_run(self, template_run_id: str) -> list[Run]:
        """Return the runs of a template run's steps, in the order in which they were created."""
        rows = self.store.all(
            _SELECT + "WHERE template_run_id = ? ORDER BY number", (template_run_id,)
        )
        return [_run(row) for row in rows]

    def page(self, equal: Mapping[str, str], limit: int, offset: int) -> list[dict[str, Any]]:
        """Return rows, newest first.

        Args:
            equal: Column -> value that it has.
            limit: How many rows at most.
            offset: How many to leave out before.
        """
        where = _where(equal)
        sql = f"SELECT row FROM forgeportal_runs {where} ORDER BY number DESC LIMIT ? OFFSET ?"  # noqa: S608 # names of columns; the values are parameters
        rows = self.store.all(sql, (*equal.values(), limit, offset))
        return [orjson.loads(row) for (row,) in rows]

    def count(self, equal: Mapping[str, str]) -> int:
        """Count rows.

        Args:
            equal: Column -> value that it has.
        """
        sql = f"SELECT count(*) FROM forgeportal_runs {_where(equal)}"  # noqa: S608 # names of columns; the values are parameters
        row = self.store.one(sql, tuple(equal.values()))
        return int(row[0]) if row else 0

    def due(self, now: float, limit: int) -> list[tuple[float, Run]]:
        """Return the runs that the emulator has to move by now and when, longest due first."""
        rows = self.store.all(
            _SELECT + "WHERE due_at <= ? ORDER BY due_at, number LIMIT ?", (now, limit)
        )
        return [(row[2], _run(row)) for row in rows]

    def next_due(self) -> float | None:
        """Return when the next run has to be moved, or None."""
        row = self.store.one("SELECT min(due_at) FROM forgeportal_runs WHERE due_at IS NOT NULL")
        return row[0] if row else None


def _where(equal: Mapping[str, str]) -> str:
    return "WHERE " + " AND ".join(f"{column} = ?" for column in equal) if equal else ""


def _run(row: tuple[int, bytes, float | None]) -> Run:
    number, document, due_at = row
    return Run(number=number, row=orjson.loads(document), due_at=due_at)
