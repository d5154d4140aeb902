"""Threads and their histories of states in SQLite."""

from __future__ import annotations

from typing import Any

import attrs
import orjson

from actionruns.emulator.store import Store

__all__ = ["Checkpoint", "Thread", "ThreadStore"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS acp_threads (
    version TEXT NOT NULL,
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    row BLOB NOT NULL,
    PRIMARY KEY (version, number),
    UNIQUE (version, id)
) STRICT;
CREATE TABLE IF NOT EXISTS acp_checkpoints (
    version TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    run_id TEXT,
    row BLOB NOT NULL,
    PRIMARY KEY (version, thread_id, number)
) STRICT;
"""


@attrs.define(kw_only=True)
class Thread:
    """Runs that hand on a state.

    Attributes:
        number: Place in the order of creation.
        id: Its id.
        agent_id: The agent of its runs; None: any.
        metadata: Its labels.
        created_at: Epoch seconds.
        updated_at: Epoch seconds of the last change of labels or state.
    """

    number: int
    id: str
    agent_id: str | None
    metadata: dict[str, Any]
    created_at: float
    updated_at: float


@attrs.frozen(kw_only=True)
class Checkpoint:
    """An entry of a thread's history.

    Attributes:
        number: Place in the history, from 1 on.
        id: Its id.
        run_id: The run that left this state; None: no run did.
        values: The state.
        messages: The messages; None: there never were any.
        parent: Id of the entry that it goes on from; None: of none.
    """

    number: int
    id: str
    run_id: str | None
    values: Any
    messages: list[Any] | None
    parent: str | None


class ThreadStore:
    """The rows of the threads of one version of the protocol."""

    def __init__(self, store: Store, version: str) -> None:
        self.store = store
        self.version = version
        store.create(_SCHEMA)
        row = store.one("SELECT max(number) FROM acp_threads WHERE version = ?", (version,))
        self._last: int = (row and row[0]) or 0

    def new_number(self) -> int:
        """Return the number of the next thread."""
        self._last += 1
        return self._last

    def insert(self, thread: Thread) -> None:
        """Store a new thread.

        Raises:
            sqlite3.IntegrityError: There is one of this id.
        """
        self.store.execute(
            "INSERT INTO acp_threads VALUES (?,?,?,?)",
            (self.version, thread.number, thread.id, _document(thread)),
        )

    def save(self, thread: Thread) -> None:
        """Store what has changed in a thread."""
        self.store.execute(
            "UPDATE acp_threads SET row = ? WHERE version = ? AND number = ?",
            (_document(thread), self.version, thread.number),
        )

    def delete(self, thread_id: str) -> None:
        """Remove a thread and its history."""
        key = (self.version, thread_id)
        self.store.execute("DELETE FROM acp_threads WHERE version = ? AND id = ?", key)
        self.store.execute("DELETE FROM acp_checkpoints WHERE version = ? AND thread_id = ?", key)

    def get(self, thread_id: str) -> Thread | None:
        """Return a thread, or None."""
        row = self.store.one(
            "SELECT number, row FROM acp_threads WHERE version = ? AND id = ?",
            (self.version, thread_id.lower()),
        )
        return _thread(row) if row else None

    def all(self) -> list[Thread]:
        """Return all threads, oldest first."""
        rows = self.store.all(
            "SELECT number, row FROM acp_threads WHERE version = ? ORDER BY number",
            (self.version,),
        )
        return [_thread(row) for row in rows]

    # --------------------------------------------------------------------------------- history

    def add(self, thread_id: str, checkpoint: Checkpoint) -> None:
        """Store a new entry of a history."""
        row = {
            "values": checkpoint.values,
            "messages": checkpoint.messages,
            "parent": checkpoint.parent,
        }
        self.store.execute(
            "INSERT INTO acp_checkpoints VALUES (?,?,?,?,?,?)",
            (
                self.version,
                thread_id,
                checkpoint.number,
                checkpoint.id,
                checkpoint.run_id,
                orjson.dumps(row),
            ),
        )

    def history(self, thread_id: str) -> list[Checkpoint]:
        """Return the entries of a history, latest first."""
        rows = self.store.all(
            "SELECT number, id, run_id, row FROM acp_checkpoints "
            "WHERE version = ? AND thread_id = ? ORDER BY number DESC",
            (self.version, thread_id),
        )
        return [_checkpoint(row) for row in rows]

    def latest(self, thread_id: str) -> Checkpoint | None:
        """Return the latest entry of a history, or None."""
        row = self.store.one(
            "SELECT number, id, run_id, row FROM acp_checkpoints "
            "WHERE version = ? AND thread_id = ? ORDER BY number DESC LIMIT 1",
            (self.version, thread_id),
        )
        return _checkpoint(row) if row else None

    def undo(self, thread_id: str, run_id: str) -> None:
        """Remove the entries that a run added."""
        self.store.execute(
            "DELETE FROM acp_checkpoints WHERE version = ? AND thread_id = ? AND run_id = ?",
            (self.version, thread_id, run_id),
        )


def _document(thread: Thread) -> bytes:
    row = attrs.asdict(thread, recurse=False)
    del row["number"]
    return orjson.dumps(row)


def _thread(row: tuple[int, bytes]) -> Thread:
    number, document = row
    return Thread(number=number, **orjson.loads(document))


def _checkpoint(row: tuple[int, str, str | None, bytes]) -> Checkpoint:
    number, checkpoint_id, run_id, document = row
    return Checkpoint(number=number, id=checkpoint_id, run_id=run_id, **orjson.loads(document))
