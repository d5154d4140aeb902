"""Decisions of approvers in SQLite."""

from __future__ import annotations

from typing import Any

from actionruns.emulator.store import Store

__all__ = ["ApprovalStore"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS port_approvals (
    run_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    state TEXT NOT NULL,
    description TEXT,
    PRIMARY KEY (run_id, user_id)
) STRICT;
"""


class ApprovalStore:
    """The latest decision of each user about each run."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)

    def put(self, run_id: str, user: str, state: str, description: str | None) -> None:
        """Record a decision in the place of an earlier one."""
        self._store.execute(
            "INSERT OR REPLACE INTO port_approvals VALUES (?, ?, ?, ?)",
            (run_id, user, state, description),
        )

    def state(self, run_id: str, user: str) -> str | None:
        """Return what a user decided, or None."""
        row = self._store.one(
            "SELECT state FROM port_approvals WHERE run_id = ? AND user_id = ?", (run_id, user)
        )
        return row[0] if row else None

    def decided(self, run_id: str) -> list[dict[str, Any]]:
        """Return the decisions about a run as they are shown, in the order of the users' ids."""
        rows = self._store.all(
            "SELECT user_id, state, description FROM port_approvals WHERE run_id = ?"
            " ORDER BY user_id",
            (run_id,),
        )
        return [
            {"userId": user, "state": state}
            | ({} if description is None else {"description": description})
            for user, state, description in rows
        ]
