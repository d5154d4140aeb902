"""How Port's runs are followed: by sweeping the list of active runs."""

from __future__ import annotations

from typing import Any, Final

from actionruns.core.codec import structure
from actionruns.port._generated.models import ActionRun
from actionruns.port._generated.operations import GET_ACTION_RUN, GET_ACTION_RUNS
from actionruns.transport import Transport
from actionruns.watching import ActivePage, ActiveRow

__all__ = ["PortSource"]

_PAGE_SIZE: Final = 1000
"""The largest page that Port serves (facts D12)."""

# What a sweep has no use for; without it a page is a fraction of its size.
_HEAVY_FIELDS: Final = ("payload", "properties", "rawProperties", "response", "message")

# The same operation, its rows left as they are: only those that changed are worth decoding.
_LIST_ROWS: Final = GET_ACTION_RUNS.returning(dict[str, Any])


class PortSource:
    """Looks at Port's runs.

    Port's list has no filter by status and none by ids, but ``active=true``: ten thousand active
    runs are ten requests.
    """

    service: Final = "port"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def get(self, run_id: str) -> ActionRun:
        """Return a run (``GET /v1/actions/runs/{run_id}``)."""
        return await self._transport.send(GET_ACTION_RUN, {"run_id": run_id, "version": "v2"})

    async def active_page(self, cursor: str | None) -> ActivePage:
        """Return a page of active runs (``GET /v1/actions/runs?active=true``)."""
        page = await self._transport.send(
            _LIST_ROWS,
            {
                "active": True,
                "limit": _PAGE_SIZE,
                "exclude": _HEAVY_FIELDS,
                "version": "v2",
                "next": cursor,
            },
        )
        cursor = structure(page.get("next"), str | None)  # type: ignore[arg-type]  # a type form
        rows = structure(page.get("runs"), list[dict[str, Any]])
        return ActivePage(list(filter(None, map(_row, rows))), cursor)

    def from_row(self, row: ActiveRow) -> ActionRun:
        """Decode a row of the list."""
        return structure(dict(row.data), ActionRun)


def _row(row: dict[str, Any]) -> ActiveRow | None:
    """Return a row; None when it tells no run's status, so that the run is asked for itself."""
    run_id, status = row.get("id"), row.get("status")
    if not isinstance(run_id, str) or not isinstance(status, str):
        return None
    return ActiveRow(run_id, status, row)
