"""Runs in SQLite: each row holds the rendered run and the columns that requests filter by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from actionruns.emulator.port.rendering import parse, render
from actionruns.emulator.store import Store

__all__ = ["Filters", "Run", "RunStore"]

# A page is one walk down an index from the newest run; partial indexes keep the many runs without
# the column out of the few with it.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS port_runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    action TEXT NOT NULL,
    blueprint TEXT,
    entity TEXT,
    user_id TEXT NOT NULL,
    source TEXT NOT NULL,
    external_run_id TEXT,
    active INTEGER NOT NULL,
    sealed INTEGER NOT NULL,
    due_at REAL,
    document BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS port_runs_active ON port_runs (number) WHERE active = 1;
CREATE INDEX IF NOT EXISTS port_runs_due ON port_runs (due_at, number) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS port_runs_action ON port_runs (action, number);
CREATE INDEX IF NOT EXISTS port_runs_user ON port_runs (user_id, number);
CREATE INDEX IF NOT EXISTS port_runs_entity ON port_runs (entity, number)
    WHERE entity IS NOT NULL;
CREATE INDEX IF NOT EXISTS port_runs_external ON port_runs (external_run_id, number)
    WHERE external_run_id IS NOT NULL;
"""

_COLUMNS = (
    "number, id, action, blueprint, entity, user_id, source, external_run_id, active, sealed, "
    "due_at, document"
)
_SELECT = "SELECT number, document, sealed, due_at FROM port_runs "


@attrs.define(kw_only=True)
class Run:
    """One run as it is worked on.

    Attributes:
        number: Place in the order of creation.
        document: The run in the v2 shape.
        sealed: Whether a log has terminated it, so that nothing may change it any more.
        due_at: Epoch seconds at which the emulator moves it; None: it doesn't.
    """

    number: int
    document: dict[str, Any]
    sealed: bool = False
    due_at: float | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.document["id"])

    @property
    def status(self) -> str:
        """Its status."""
        return str(self.document["status"])

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return "endedAt" in self.document

    def row(self) -> tuple[Any, ...]:
        """Return the columns of its row."""
        document = self.document
        return (
            self.number,
            document["id"],
            document["action"]["identifier"],
            document["blueprint"]["identifier"] if "blueprint" in document else None,
            document["entity"]["identifier"] if "entity" in document else None,
            document["createdBy"],
            document["source"],
            document.get("externalRunId"),
            not self.ended,
            self.sealed,
            self.due_at,
            render(document),
        )


@attrs.frozen(kw_only=True)
class Filters:
    """What a list of runs is narrowed to; all conditions hold together.

    Attributes:
        equal: Column -> value that it has.
        user_ids: Ids of which the initiating user has one; None: any user.
        sources: Sources of which the run has one; empty: any source.
        active: Only runs that haven't ended.
    """

    equal: dict[str, str] = attrs.field(factory=dict)
    user_ids: list[str] | None = None
    sources: list[str] = attrs.field(factory=list)
    active: bool = False

    def where(self, before: int) -> tuple[str, list[Any]]:
        """Return the condition in SQL, and its parameters, for the runs below a number."""
        terms: list[str] = []
        values: list[Any] = []
        if self.active:
            terms.append("active = 1")
        for column, value in self.equal.items():
            terms.append(f"{column} = ?")
            values.append(value)
        for column, allowed in (("user_id", self.user_ids), ("source", self.sources or None)):
            if allowed is None:
                continue
            if len(allowed) == 1:
                # Not IN: that would cost the order of the index, and with it a sort.
                terms.append(f"{column} = ?")
            else:
                terms.append(f"{column} IN ({', '.join('?' * len(allowed))})")
            values.extend(allowed)
        return " AND ".join([*terms, "number < ?"]), [*values, before]


class RunStore:
    """The rows of runs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.create(_SCHEMA)
        row = store.one("SELECT max(number) FROM port_runs")
        self._last: int = (row and row[0]) or 0

    @property
    def next_number(self) -> int:
        """The number that the next run will have."""
        return self._last + 1

    def new_number(self) -> int:
        """Return the number of the next run."""
        self._last += 1
        return self._last

    def insert(self, runs: Iterable[Run]) -> None:
        """Store new runs, all or none."""
        with self.store.transaction():
            self.store.connection.executemany(
                f"INSERT INTO port_runs ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608 # names of columns, nothing from outside
                (run.row() for run in runs),
            )

    def save(self, run: Run) -> None:
        """Store what has changed in a run."""
        row = run.row()
        self.store.execute(
            "UPDATE port_runs SET external_run_id = ?, active = ?, sealed = ?, due_at = ?,"
            " document = ? WHERE number = ?",
            (*row[7:], run.number),
        )

    def delete(self, run: Run) -> None:
        """Remove a run."""
        self.store.execute("DELETE FROM port_runs WHERE number = ?", (run.number,))

    def get(self, run_id: str) -> Run | None:
        """Return a run, or None."""
        row = self.store.one(_SELECT + "WHERE id = ?", (run_id,))
        return _run(row) if row else None

    def document(self, run_id: str) -> bytes | None:
        """Return a run as it was rendered, or None."""
        row = self.store.one("SELECT document FROM port_runs WHERE id = ?", (run_id,))
        return bytes(row[0]) if row else None

    def page(self, filters: Filters, before: int, limit: int) -> list[tuple[int, bytes]]:
        """Return number and rendered run of at most ``limit`` runs, newest first.

        Args:
            filters: Which runs.
            before: Only runs created before the one with this number.
            limit: How many rows to read.
        """
        sql, values = self.page_query(filters, before, limit)
        return self.store.all(sql, tuple(values))

    @staticmethod
    def page_query(filters: Filters, before: int, limit: int) -> tuple[str, list[Any]]:
        """Return the statement of `page` and its parameters."""
        where, values = filters.where(before)
        sql = f"SELECT number, document FROM port_runs WHERE {where} ORDER BY number DESC LIMIT ?"  # noqa: S608 # names of columns; the values are parameters
        return sql, [*values, limit]

    def of_entity(self, blueprint: str, entity: str) -> list[Run]:
        """Return the runs on one entity."""
        rows = self.store.all(_SELECT + "WHERE entity = ? AND blueprint = ?", (entity, blueprint))
        return [_run(row) for row in rows]

    def due(self, now: float, limit: int) -> list[tuple[float, Run]]:
        """Return the runs that the emulator has to move by now and when, longest due first."""
        rows = self.store.all(
            _SELECT + "WHERE due_at <= ? ORDER BY due_at, number LIMIT ?", (now, limit)
        )
        return [(row[3], _run(row)) for row in rows]

    def next_due(self) -> float | None:
        """Return when the next run has to be moved, or None."""
        row = self.store.one("SELECT min(due_at) FROM port_runs WHERE due_at IS NOT NULL")
        return row[0] if row else None


def _run(row: tuple[int, bytes, int, float | None]) -> Run:
    number, document, sealed, due_at = row
    return Run(number=number, document=parse(document), sealed=bool(sealed), due_at=due_at)
