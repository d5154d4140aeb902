"""How ForgePortal's runs are followed: by sweeping the lists of queued and of running runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from actionruns.core.codec import structure
from actionruns.forgeportal._generated.models import ActionRun, TemplateRun
from actionruns.forgeportal._generated.operations import (
    GET_ACTION_RUN,
    GET_TEMPLATE_RUN,
    LIST_ACTION_RUNS,
    LIST_TEMPLATE_RUNS,
)
from actionruns.watching import ActivePage, ActiveRow, TransportSource

__all__ = ["ForgePortalSource", "TemplateRunSource"]

_PAGE_SIZE: Final = 200
"""The largest page that ForgePortal serves (facts E8)."""

_ACTIVE: Final = ("queued", "running")
"""The statuses of runs that have not ended, in the order in which their lists are read.

Most runs go from the first to the second: one that does so between the two requests is on the
second list. One that goes back meanwhile (facts E4) is on neither, and asked for.
"""

# The same operations, their rows left as they are: only those that changed are worth decoding.
_LIST_ROWS: Final = LIST_ACTION_RUNS.returning(dict[str, Any])
_LIST_TEMPLATE_ROWS: Final = LIST_TEMPLATE_RUNS.returning(list[dict[str, Any]], "data.runs")


class ForgePortalSource(TransportSource[ActionRun]):
    """Looks at ForgePortal's runs.

    The list filters by one status and has no cursor, so a sweep reads one list after the other,
    by offset. Runs that start or end meanwhile move the pages: a run may come twice, which does no
    harm, or not at all, and then its own answer tells where it stands.
    """

    service = "forgeportal"

    async def get(self, run_id: str) -> ActionRun:
        """Return a run (``GET /api/v1/action-runs/{runId}``)."""
        return await self._transport.send(GET_ACTION_RUN, {"run_id": run_id})

    async def active_page(self, cursor: str | None) -> ActivePage:
        """Return a page of active runs (``GET /api/v1/action-runs?status=...``).

        Args:
            cursor: Status and offset, as ``running:200``; None = the first page.
        """
        status, offset = _read_cursor(cursor)
        page = await self._transport.send(
            _LIST_ROWS, {"status": status, "limit": _PAGE_SIZE, "offset": offset}
        )
        rows = structure(page.get("data"), list[dict[str, Any]])
        following = _next_cursor(status, offset, len(rows))
        return ActivePage(list(filter(None, map(_row, rows))), following)

    def from_row(self, row: ActiveRow) -> ActionRun:
        """Decode a row of the list."""
        return structure(dict(row.data), ActionRun)

    def changed_at(self, run: ActionRun) -> datetime | None:
        """Return when a run ended; before that, when it was started or made."""
        return run.finished_at or run.started_at or run.created_at or None


class TemplateRunSource(TransportSource[TemplateRun]):
    """Looks at the runs of ForgePortal's templates, which are `running` until they end."""

    service = "forgeportal"

    async def get(self, run_id: str) -> TemplateRun:
        """Return a template run (``GET /api/v1/templates/runs/{runId}``)."""
        return await self._transport.send(GET_TEMPLATE_RUN, {"run_id": run_id})

    async def active_page(self, cursor: str | None) -> ActivePage:
        """Return a page of running ones (``GET /api/v1/templates/runs?status=running``).

        Args:
            cursor: The offset; None = the first page.
        """
        offset = int(cursor or 0)
        rows = await self._transport.send(
            _LIST_TEMPLATE_ROWS, {"status": "running", "limit": _PAGE_SIZE, "offset": offset}
        )
        following = str(offset + len(rows)) if len(rows) >= _PAGE_SIZE else None
        return ActivePage(list(filter(None, map(_row, rows))), following)

    def from_row(self, row: ActiveRow) -> TemplateRun:
        """Decode a row of the list."""
        return structure(dict(row.data), TemplateRun)

    def changed_at(self, run: TemplateRun) -> datetime | None:
        """Return when a run ended; before that, when it was started."""
        return run.finished_at or run.created_at or None


def _read_cursor(cursor: str | None) -> tuple[str, int]:
    if cursor is None:
        return _ACTIVE[0], 0
    status, _, offset = cursor.partition(":")
    return status, int(offset)


def _next_cursor(status: str, offset: int, count: int) -> str | None:
    if count >= _PAGE_SIZE:
        return f"{status}:{offset + count}"
    following = _ACTIVE[_ACTIVE.index(status) + 1 :]
    return f"{following[0]}:0" if following else None


def _row(row: dict[str, Any]) -> ActiveRow | None:
    """Return a row; None when it tells no run's status, so that the run is asked for itself."""
    run_id, status = row.get("id"), row.get("status")
    if not isinstance(run_id, str) or not isinstance(status, str):
        return None
    return ActiveRow(run_id, status, row)
