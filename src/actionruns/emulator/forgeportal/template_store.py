"""Template runs in SQLite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import orjson

from actionruns.emulator.store import Store

__all__ = ["TemplateRun", "TemplateRunStore"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS forgeportal_template_runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    row BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS forgeportal_template_runs_status
    ON forgeportal_template_runs (status, number);
"""


@attrs.define(kw_only=True)
class TemplateRun:
    """One template run as it is worked on.

    Attributes:
        number: Place in the order of creation.
        row: The template run, as the service's database has it.
    """

    number: int
    row: dict[str, Any]

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.row["id"])

    @property
    def status(self) -> str:
        """Its status."""
        return str(self.row["status"])


class TemplateRunStore:
    """The rows of template runs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_SCHEMA)
        row = store.one("SELECT max(number) FROM forgeportal_template_runs")
        self._last: int = (row and row[0]) or 0

    def new_number(self) -> int:
        """Return the number of the next template run."""
        self._last += 1
        return self._last

    def insert(self, run: TemplateRun) -> None:
        """Store a new template run."""
        self._store.execute(
            "INSERT INTO forgeportal_template_runs VALUES (?, ?, ?, ?)",
            (run.number, run.id, run.status, orjson.dumps(run.row)),
        )

    def save(self, run: TemplateRun) -> None:
        """Store what has changed in a template run."""
        self._store.execute(
            "UPDATE forgeportal_template_runs SET status = ?, row = ? WHERE number = ?",
            (run.status, orjson.dumps(run.row), run.number),
        )

    def get(self, run_id: str) -> TemplateRun | None:
        """Return a template run, or None."""
        row = self._store.one(
            "SELECT number, row FROM forgeportal_template_runs WHERE id = ?", (run_id,)
        )
        return TemplateRun(number=row[0], row=orjson.loads(row[1])) if row else None

    def page(self, equal: Mapping[str, str], limit: int, offset: int) -> list[dict[str, Any]]:
        """Return rows, newest first.

        Args:
            equal: Column -> value that it has.
            limit: How many rows at most.
            offset: How many to leave out before.
        """
        where = _where(equal)
        sql = f"SELECT row FROM forgeportal_template_runs {where} ORDER BY number DESC LIMIT ? OFFSET ?"  # noqa: E501, S608 # names of columns; the values are parameters
        rows = self._store.all(sql, (*equal.values(), limit, offset))
        return [orjson.loads(row) for (row,) in rows]

    def count(self, equal: Mapping[str, str]) -> int:
        """Count rows.

        Args:
            equal: Column -> value that it has.
        """
        sql = f"SELECT count(*) FROM forgeportal_template_runs {_where(equal)}"  # noqa: S608 # names of columns; the values are parameters
        row = self._store.one(sql, tuple(equal.values()))
        return int(row[0]) if row else 0


def _where(equal: Mapping[str, str]) -> str:
    return "WHERE " + " AND ".join(f"{column} = ?" for column in equal) if equal else ""
