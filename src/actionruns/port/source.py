"""How Port's runs are followed: by sweeping the list of active runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from actionruns.core.codec import structure, unstructure
from actionruns.core.model import Model
from actionruns.port._generated.models import ActionRun
from actionruns.port._generated.operations import GET_ACTION_RUN, GET_ACTION_RUNS
from actionruns.transport import Transport
from actionruns.watching import ActivePage, ActiveRow, TransportSource

__all__ = ["PortSource"]

_PAGE_SIZE: Final = 1000
"""The largest page that Port serves (facts D12)."""

# What a sweep has no use for; without it a page is a fraction of its size.
_HEAVY_FIELDS: Final = ("payload", "properties", "rawProperties", "response", "message")

# The same operation, its rows left as they are: only those that changed are worth decoding.
_LIST_ROWS: Final = GET_ACTION_RUNS.returning(dict[str, Any])


_SOURCES: Final = ("UI", "API", "AUTOMATION")
"""What may have started a run; a filter of the list."""

_MOST_ACTIONS: Final = 200
"""Actions by which a list without a cursor is divided at most."""


class PortSource(TransportSource[ActionRun]):
    """Looks at Port's runs.

    Port's list has no filter by status and none by ids, but ``active=true``: ten thousand active
    runs are ten requests.

    Some of Port's deployments give no cursor (facts D12). A full page is then all that there is to
    get, and says nothing of older runs. What comes after it is found by filters: one list for each
    action that was seen, and where that is too long as well, one for each source of runs.
    """

    service = "port"

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self._has_cursor = False
        self._actions: dict[str, None] = {}

    async def get(self, run_id: str) -> ActionRun:
        """Return a run (``GET /v1/actions/runs/{run_id}``)."""
        run = await self._transport.send(GET_ACTION_RUN, {"run_id": run_id, "version": "v2"})
        self._note_action(unstructure(run.action) if isinstance(run.action, Model) else run.action)
        return run

    async def active_page(self, cursor: str | None) -> ActivePage:
        """Return a page of active runs (``GET /v1/actions/runs?active=true``)."""
        return await self._page(cursor)

    async def page_of_part(self, part: str, cursor: str | None) -> ActivePage:
        """Return a page of the active runs of an action, or of one that a source has started."""
        action, _, source = part.partition(_BY_SOURCE)
        filters: dict[str, Any] = {"action": action}
        return await self._page(cursor, **filters, **({"source": [source]} if source else {}))

    async def _page(self, cursor: str | None, **filters: Any) -> ActivePage:
        page = await self._transport.send(
            _LIST_ROWS,
            {
                "active": True,
                "limit": _PAGE_SIZE,
                "exclude": _HEAVY_FIELDS,
                "version": "v2",
                "next": cursor,
                **filters,
            },
        )
        cursor = structure(page.get("next"), str | None)  # type: ignore[arg-type]  # a type form
        self._has_cursor |= cursor is not None
        rows = structure(page.get("runs"), list[dict[str, Any]])
        cut = len(rows) >= _PAGE_SIZE and not self._has_cursor
        if cut:
            for row in rows:
                self._note_action(row.get("action"))
        return ActivePage(_Rows(rows), cursor, cut)

    def from_row(self, row: ActiveRow) -> ActionRun:
        """Decode a row of the list."""
        return structure(dict(row.data), ActionRun)

    def parts(self, part: str | None) -> Sequence[str]:
        """Return the filters that divide a list that was cut: by action, then by source."""
        if part is None:
            return list(self._actions)
        return () if _BY_SOURCE in part else [f"{part}{_BY_SOURCE}{name}" for name in _SOURCES]

    def changed_at(self, run: ActionRun) -> datetime | None:
        """Return when a run ended, or was changed last."""
        return run.ended_at or run.updated_at or None

    def _note_action(self, action: object) -> None:
        # Version 2 has an object here, version 1 a text (facts D10).
        name = action.get("identifier") if isinstance(action, dict) else action
        if isinstance(name, str) and name and len(self._actions) < _MOST_ACTIONS:
            self._actions[name] = None


_BY_SOURCE: Final = "\n"
"""Between the action and the source in the name of a part; no identifier has it."""


@attrs.frozen
class _Rows(Iterable[ActiveRow]):
    """The rows of a page, made as they are looked at.

    A row that tells no run's status is left out, so that the run is asked for itself.
    """

    rows: Sequence[dict[str, Any]]

    def __iter__(self) -> Iterator[ActiveRow]:
        for row in self.rows:
            run_id, status = row.get("id"), row.get("status")
            if isinstance(run_id, str) and isinstance(status, str):
                yield ActiveRow(run_id, status, row)
