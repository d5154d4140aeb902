"""Log entries of runs in SQLite."""

from __future__ import annotations

from typing import Any, Literal

from actionruns.emulator.clock import timestamp
from actionruns.emulator.store import Store

__all__ = ["Level", "LogStore"]

Level = Literal["debug", "info", "warn", "error"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS forgeportal_logs (
    number INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    ts TEXT NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS forgeportal_logs_run ON forgeportal_logs (run_id, number);
"""


class LogStore:
    """The log entries of all runs, in the order in which they came."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)

    def add(self, run_id: str, level: Level, message: str, now: float) -> None:
        """Append an entry."""
        self._store.execute(
            "INSERT INTO forgeportal_logs (run_id, ts, level, message) VALUES (?, ?, ?, ?)",
            (run_id, timestamp(now), level, message),
        )

    def all(self, run_id: str) -> list[dict[str, Any]]:
        """Return all entries of a run, oldest first."""
        rows = self._store.all(
            "SELECT ts, level, message FROM forgeportal_logs WHERE run_id = ? ORDER BY number",
            (run_id,),
        )
        return [{"ts": ts, "level": level, "message": message} for ts, level, message in rows]
