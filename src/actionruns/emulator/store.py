"""The SQLite database that holds the state of all emulated services."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["Store"]

_META = "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;"


class Store:
    """One connection, used from the server's event loop alone.

    Every statement is short, so the loop runs it itself: a thread for each would cost more than
    the statement.

    Args:
        path: File of the database; None: in memory, gone when the emulator stops.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        # isolation_level None: the module opens no transaction behind our back.
        self.connection = sqlite3.connect(
            ":memory:" if path is None else path, isolation_level=None
        )
        if path is not None:
            # A commit appends to the log and doesn't wait for the disk: a crash of the machine may
            # lose the last moments, a crash of the process loses nothing.
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.execute("PRAGMA cache_size = -65536")
        self.connection.executescript(_META)

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        self.connection.close()

    def create(self, schema: str) -> None:
        """Create the tables of one service where they don't exist."""
        self.connection.executescript(schema)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all or none of the changes inside; may stand inside another transaction."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def execute(
        self, sql: str, parameters: tuple[Any, ...] | dict[str, Any] = ()
    ) -> sqlite3.Cursor:
        """Run one statement."""
        return self.connection.execute(sql, parameters)

    def one(self, sql: str, parameters: tuple[Any, ...] | dict[str, Any] = ()) -> Any | None:
        """Return the first row as a tuple, or None."""
        return self.connection.execute(sql, parameters).fetchone()

    def all(self, sql: str, parameters: tuple[Any, ...] | dict[str, Any] = ()) -> list[Any]:
        """Return all rows as tuples."""
        return self.connection.execute(sql, parameters).fetchall()

    def setting(self, name: str, default: str) -> str:
        """Return what was stored under the name; store and return the default the first time."""
        self.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (name, default))
        row = self.one("SELECT value FROM meta WHERE name = ?", (name,))
        return str(row[0]) if row else default

    def set(self, name: str, value: str) -> None:
        """Store a value under the name."""
        self.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
