"""Checkpoint: what a watch follows and has told, in a file that outlives the process.

The file is an SQLite database. Its rows are plain JSON, so that other programs can read them:

- table ``meta``: ``format`` holds the number of this format, ``in_flight`` the update that was
  handed out last, while nobody has said that it was dealt with;
- table ``runs``: for each reference the status and the state that were told last, and the
  ``outcome`` once the run is followed no longer.

An update counts as told when the next one is asked for. So a process that is killed at any moment
leaves at most one update of which nobody can know whether it was dealt with; it is told again, and
marked.
"""

from __future__ import annotations

import ctypes
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import orjson

from actionruns.core.codec import encode, unstructure
from actionruns.core.forks import Shared
from actionruns.errors import ConfigurationError
from actionruns.states import RunState
from actionruns.watching.update import Outcome, RunUpdate

__all__ = ["FORMAT", "Checkpoint", "InFlight", "Told"]

FORMAT = 1
"""The number of the format that this version writes; it reads no newer one."""

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (ref TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID;
"""


@attrs.frozen
class Told:
    """What was told of a run.

    Attributes:
        status: The service's word; None = nothing was told yet.
        state: The state; None = nothing was told yet.
        outcome: Why it is followed no longer; None = it is.
    """

    status: str | None = None
    state: RunState | None = None
    outcome: Outcome | None = None


_NOTHING = Told()


@attrs.frozen(kw_only=True)
class InFlight:
    """An update that was handed out, and may have been dealt with or not.

    Attributes:
        ref: The run.
        status: The service's word for its status.
        state: The state that was told.
        previous: The state before.
        seen_at: When it was seen.
        changed_at: When it changed, by the service's clock.
        outcome: Why it is followed no longer.
        error: The text of what stood against following it.
        run: The run as JSON.
    """

    ref: str
    status: str | None
    state: RunState
    previous: RunState | None
    seen_at: datetime
    changed_at: datetime | None
    outcome: Outcome | None
    error: str | None
    run: dict[str, Any] | None


class Checkpoint(Shared):
    """A checkpoint file, held by one watch at a time, in the process that has opened it.

    Args:
        path: The file; made when it is not there.

    Raises:
        ConfigurationError: ``path`` is not a path.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        given: object = path
        if not isinstance(given, str | os.PathLike) or not os.fspath(given):
            raise ConfigurationError(f"checkpoint must be the path of a file, but is {path!r}")
        super().__init__()
        self.path = Path(path)
        self._database: sqlite3.Connection | None = None
        self._handed_out: RunUpdate[Any] | None = None

    def after_fork(self) -> None:
        """Leave the file to the parent, whose it is: nothing can be noted by a forked child."""
        super().after_fork()
        if self._database is not None:
            # A connection that is closed here, if only by the garbage collector or at the child's
            # exit, deletes the log that the parent writes to: all that it notes from then on would
            # be lost with it. So this one is never let go of.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._database))
            self._database = self._handed_out = None

    def open(self) -> None:
        """Open the file, and keep others out of it.

        Raises:
            ConfigurationError: Another watch has it, it is no checkpoint, or of a newer version.
        """
        try:
            with self._mapped_errors():
                # A watch that is dropped is closed in whatever thread lets it go last: the garbage
                # collector's, or one that reads its snapshot. SQLite itself serialises.
                self._database = sqlite3.connect(
                    self.path, timeout=0.2, isolation_level=None, check_same_thread=False
                )
                self._take(self._database)
        except BaseException:
            self.close()
            raise

    def _take(self, database: sqlite3.Connection) -> None:
        # The lock goes with the process, however it ends. It is taken before anything is written:
        # the file may be another program's.
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        found = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        if found and "meta" not in found:
            raise ValueError("it has other tables")
        # Each commit is in the file when it returns, for any process that comes later; only a crash
        # of the machine may undo the last ones.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(_TABLES)
        self._check_format(database)

    def _check_format(self, database: sqlite3.Connection) -> None:
        number = self._meta("format")
        if number is None:
            database.execute("INSERT INTO meta VALUES ('format', ?)", (str(FORMAT),))
        elif not isinstance(number, int) or number > FORMAT:
            raise ConfigurationError(
                f"checkpoint {str(self.path)!r} has format {number!r}, and this version reads up "
                f"to {FORMAT}: use the version that wrote it, or another file"
            )

    def close(self) -> None:
        """Let the file go; what was handed out last stays in flight. Repeating it does nothing."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def follow(self, refs: Sequence[str]) -> list[str]:
        """Note that runs are followed; those that are in the file already stay as they are.

        Returns:
            Those that are to be followed: the others have had their last update.
        """
        with self._transaction() as database:
            rows = [(ref, "{}") for ref in refs]
            database.executemany("INSERT OR IGNORE INTO runs VALUES (?, ?)", rows)
            return [ref for ref in refs if self._told(database, ref).outcome is None]

    def _told(self, database: sqlite3.Connection, ref: str) -> Told:
        (row,) = database.execute("SELECT row FROM runs WHERE ref = ?", (ref,)).fetchone()
        return _NOTHING if row == "{}" else _read_told(orjson.loads(row))

    def forget(self, refs: Iterable[str]) -> None:
        """Note that runs are followed no longer, and were never."""
        with self._transaction() as database:
            database.executemany("DELETE FROM runs WHERE ref = ?", [(ref,) for ref in refs])

    def hand_out(self, update: RunUpdate[Any]) -> None:
        """Note that an update is handed out, and that the one before it was dealt with."""
        with self._transaction() as database:
            self._note_told(database)
            value = encode(_in_flight(update)).decode()
            database.execute("REPLACE INTO meta VALUES ('in_flight', ?)", (value,))
        self._handed_out = update

    def acknowledge(self) -> None:
        """Note that the update handed out last was dealt with."""
        if self._handed_out is None or self._database is None:
            return
        with self._transaction() as database:
            self._note_told(database)
            database.execute("DELETE FROM meta WHERE name = 'in_flight'")
        self._handed_out = None

    def _note_told(self, database: sqlite3.Connection) -> None:
        update = self._handed_out
        # A run that goes on when the watch's time is up is followed by the next watch.
        if update is not None and update.outcome is not Outcome.TIMED_OUT:
            row = encode(_told(update)).decode()
            # One that was dropped since it was handed out has no row any more, and gets none.
            database.execute("UPDATE runs SET row = ? WHERE ref = ?", (row, update.ref))

    def __iter__(self) -> Iterator[tuple[str, Told]]:
        """Give the runs of the file, by reference, with what was told of each."""
        with self._mapped_errors():
            for ref, text in self._open().execute("SELECT ref, row FROM runs"):
                yield ref, _read_told(orjson.loads(text))

    def in_flight(self) -> InFlight | None:
        """Return the update of which it is not known whether it was dealt with."""
        with self._mapped_errors():
            value = self._meta("in_flight")
            return None if value is None else _read_in_flight(value)

    def _meta(self, name: str) -> Any:
        found = self._open().execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if found is None else orjson.loads(found[0])

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            raise ConfigurationError(f"checkpoint {str(self.path)!r} is not open")
        return self._database

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        database = self._open()
        with self._mapped_errors():
            database.execute("BEGIN")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                # Of some failures, such as a full disk, SQLite has rolled back by itself.
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise

    @contextmanager
    def _mapped_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, orjson.JSONDecodeError, ValueError, KeyError, TypeError) as error:
            name = f"checkpoint {str(self.path)!r}"
            code = getattr(error, "sqlite_errorcode", None)
            if code == sqlite3.SQLITE_BUSY:
                problem = f"{name} is in use by another watch; end that one, or use another file"
            elif isinstance(error, sqlite3.OperationalError):
                problem = f"{name} cannot be used: {error}; check its folder and its rights"
            else:
                problem = f"{name} is no checkpoint of a watch ({error}); use another file"
            raise ConfigurationError(problem) from error


def _told(update: RunUpdate[Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"state": str(update.state)}
    if update.run is not None:
        row["status"] = update.run.status
    if update.outcome is not None:
        row["outcome"] = str(update.outcome)
    return row


def _read_told(row: object) -> Told:
    if not isinstance(row, dict):
        raise ValueError(f"a row is {row!r}")  # of what is in a file
    outcome = row.get("outcome")
    state = row.get("state")
    return Told(
        status=row.get("status"),
        state=None if state is None else RunState(state),
        outcome=None if outcome is None else Outcome(outcome),
    )


def _in_flight(update: RunUpdate[Any]) -> dict[str, Any]:
    return {
        "ref": update.ref,
        "status": None if update.run is None else update.run.status,
        "state": str(update.state),
        "previous": None if update.previous is None else str(update.previous),
        "seen_at": update.seen_at,
        "changed_at": update.changed_at,
        "outcome": None if update.outcome is None else str(update.outcome),
        "error": None if update.error is None else str(update.error),
        "run": None if update.run is None else unstructure(update.run),
    }


def _read_in_flight(value: dict[str, Any]) -> InFlight:
    previous, outcome, changed_at = value["previous"], value["outcome"], value["changed_at"]
    return InFlight(
        ref=value["ref"],
        status=value["status"],
        state=RunState(value["state"]),
        previous=None if previous is None else RunState(previous),
        seen_at=datetime.fromisoformat(value["seen_at"]),
        changed_at=None if changed_at is None else datetime.fromisoformat(changed_at),
        outcome=None if outcome is None else Outcome(outcome),
        error=value["error"],
        run=value["run"],
    )
