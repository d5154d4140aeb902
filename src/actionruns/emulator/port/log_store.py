"""Log entries of runs in SQLite."""

from __future__ import annotations

from typing import Any

from actionruns.emulator.clock import timestamp
from actionruns.emulator.lifecycle import identifier
from actionruns.emulator.store import Store

__all__ = ["LogStore"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS port_logs (
    number INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    message TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS port_logs_run ON port_logs (run_id, number);
"""


class LogStore:
    """The log entries of all runs, in the order in which they came."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)

    def add(self, run_id: str, message: str, user: str, now: float) -> dict[str, Any]:
        """Append an entry and return it as it is shown."""
        created_at = timestamp(now)
        number = self._store.execute(
            "INSERT INTO port_logs (run_id, message, created_by, created_at) VALUES (?, ?, ?, ?)",
            (run_id, message, user, created_at),
        ).lastrowid
        return _shown(number, run_id, message, user, created_at)

    def page(self, run_id: str, limit: int, offset: int) -> list[dict[str, Any]]:
        """Return entries of a run, oldest first."""
        rows = self._store.all(
            "SELECT number, run_id, message, created_by, created_at FROM port_logs"
            " WHERE run_id = ? ORDER BY number LIMIT ? OFFSET ?",
            (run_id, limit, offset),
        )
        return [_shown(*row) for row in rows]


def _shown(
    number: int | None, run_id: str, message: str, user: str, created_at: str
) -> dict[str, Any]:
    return {
        "id": identifier("rl_", number),
        "runId": run_id,
        "message": message,
        "createdBy": user,
        "createdAt": created_at,
    }
