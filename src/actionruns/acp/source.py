"""AcpSource: how the runs of the Agent Connect Protocol are looked at, in any version."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from actionruns.acp.settling import SETTLE_SECONDS, Settling
from actionruns.core.codec import structure
from actionruns.core.operation import Operation
from actionruns.states import RunState
from actionruns.transport import EventStream, Transport
from actionruns.watching import ActivePage, ActiveRow, TransportSource

__all__ = ["HOLD_SECONDS", "AcpRun", "AcpSource"]

HOLD_SECONDS: Final = 30
"""Seconds for which a server may hold an answer back. Many proxies cut a request after 60."""

_PAGE_SIZE: Final = 200
"""Rows of a page. The protocol allows 1000, but each row has the input of its run in it."""

_ACTIVE: Final = ("pending", "interrupted")
"""The statuses of runs that have not ended, in the order in which their lists are read."""

R = TypeVar("R", bound="AcpRun")


class AcpRun(Protocol):
    """What the run models of all versions have in common."""

    @property
    def status(self) -> str:
        """The service's own status word."""

    @property
    def state(self) -> RunState:
        """The normalised state."""

    @property
    def is_terminal(self) -> bool:
        """Whether the run has ended."""

    @property
    def updated_at(self) -> datetime:
        """When the run changed last."""


class AcpSource(TransportSource[R]):
    """Looks at runs of the Agent Connect Protocol.

    Servers in the field set a failing run to `error`, then back to `pending`, and try it again, up
    to three times. So `error` counts only when the run has stayed so for a while, see `Settling`.

    A list shows the runs of one status, by offset. Some servers leave the runs of other agents out
    of it: absence says nothing, the run's own answer does.

    Attributes:
        settle: Seconds for which a run has to stay `error` until that counts as its end.
    """

    service = "acp"
    hold_seconds: float | None = float(HOLD_SECONDS)
    stream_seconds: float | None = float(HOLD_SECONDS)

    def __init__(
        self, transport: Transport, search: Operation[Any], *, settle: float = SETTLE_SECONDS
    ) -> None:
        super().__init__(transport)
        self.settle = settle
        self._rows: Operation[list[dict[str, Any]]] = search.returning(list[dict[str, Any]])

    @abstractmethod
    async def look(self, run_id: str) -> R:
        """Return a run as it stands now."""

    @abstractmethod
    async def hold(self, run_id: str) -> None:
        """Return when a run is no longer pending, or after `HOLD_SECONDS`."""

    @abstractmethod
    def events(self, run_id: str) -> EventStream[Any]:
        """Return the events of a run's stream."""

    async def listen(self, run_id: str) -> None:
        """Return at the first event of a run's stream, at its end, or after `stream_seconds`.

        What the event says is not used: the last one of a run says that it is still pending, and
        some streams go on for ever after their run has failed (facts F10).
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(self.stream_seconds), self.events(run_id) as events:
                await anext(events, None)

    @abstractmethod
    async def with_output(self, run: R, run_id: str) -> R:
        """Return a run together with its output, if the server gives one."""

    @abstractmethod
    def from_row(self, row: ActiveRow) -> R:
        """Decode a row of the list."""

    async def get(self, run_id: str) -> R:
        """Return a run; one that is `error` is looked at again before that is believed."""
        settling = Settling(self.settle)
        run = await self.look(run_id)
        while (wait := settling.wait(run)) is not None:
            await asyncio.sleep(wait)
            run = await self.look(run_id)
        return run

    async def active_page(self, cursor: str | None) -> ActivePage:
        """Return a page of the runs that have not ended.

        Args:
            cursor: Status and offset, as ``interrupted:200``; None = the first page.
        """
        status, _, skipped = (cursor or f"{_ACTIVE[0]}:0").partition(":")
        offset = int(skipped)
        rows = await self._transport.send(
            self._rows, {"status": status, "limit": _PAGE_SIZE, "offset": offset}
        )
        following: str | None = None
        if len(rows) >= _PAGE_SIZE:
            following = f"{status}:{offset + len(rows)}"
        elif status == _ACTIVE[0]:
            following = f"{_ACTIVE[1]}:0"
        return ActivePage(list(filter(None, map(_row, rows))), following)

    def changed_at(self, run: R) -> datetime | None:
        """Return when a run was changed last."""
        return run.updated_at

    def decoded(self, row: ActiveRow, type_: type[R]) -> R:
        """Decode a row as a model."""
        return structure(dict(row.data), type_)


def _row(row: dict[str, Any]) -> ActiveRow | None:
    """Return a row; None when it tells no run's status, so that the run is asked for itself."""
    run_id, status = row.get("run_id"), row.get("status")
    if not isinstance(run_id, str) or not isinstance(status, str):
        return None
    return ActiveRow(run_id, status, row)
