"""How runs of version 0.1 are followed."""

from __future__ import annotations

from typing import Any, Final

from actionruns.acp.settling import SETTLE_SECONDS
from actionruns.acp.source import HOLD_SECONDS, AcpSource
from actionruns.acp.v01._generated.models import (
    Run,
    RunError,
    RunInterrupt,
    RunResult,
    UnknownOutput,
)
from actionruns.acp.v01._generated.operations import (
    GET_RUN,
    GET_RUN_OUTPUT,
    GET_RUN_STREAM,
    SEARCH_RUNS,
)
from actionruns.core.codec import structure, unstructure
from actionruns.core.model import UNSET, Unset, field, model
from actionruns.errors import ApiError, ConnectionFailed, DecodeFailed
from actionruns.transport import EventStream, Transport
from actionruns.watching import ActiveRow

__all__ = ["AcpV01Source", "WaitedRun"]

_MARGIN: Final = 15.0
"""Seconds after which an answer that was held back counts as lost."""


@model
class WaitedRun(Run):
    """A run together with its output.

    Attributes:
        output: The result of a run that is `success`, the question of one that is `interrupted`,
            the error of one that is `error` or `timeout`. None when the server gives none, and in
            updates of a watch.
    """

    output: RunResult | RunInterrupt | RunError | UnknownOutput | Unset | None = field(
        default=UNSET
    )


class AcpV01Source(AcpSource[Run]):
    """Looks at runs of version 0.1."""

    def __init__(self, transport: Transport, *, settle: float = SETTLE_SECONDS) -> None:
        super().__init__(transport, SEARCH_RUNS, settle=settle)

    async def look(self, run_id: str) -> Run:
        """Return a run as it stands now (``GET /runs/{run_id}``)."""
        return await self._transport.send(GET_RUN, {"run_id": run_id})

    async def hold(self, run_id: str) -> None:
        """Return when a run is no longer pending (``GET /runs/{run_id}/output``), or in a while."""
        await self._transport.send(
            GET_RUN_OUTPUT,
            {"run_id": run_id, "block_timeout": HOLD_SECONDS},
            timeout=HOLD_SECONDS + _MARGIN,
        )

    def events(self, run_id: str) -> EventStream[Any]:
        """Return the events of a run's stream (``GET /runs/{run_id}/stream``)."""
        return self._transport.stream(GET_RUN_STREAM, {"run_id": run_id})

    async def with_output(self, run: Run, run_id: str) -> WaitedRun:
        """Return a run together with its output (``GET /runs/{run_id}/output``)."""
        try:
            output = await self._transport.send(GET_RUN_OUTPUT, {"run_id": run_id})
        except (ApiError, ConnectionFailed, DecodeFailed):
            output = None  # the run has ended all the same
        return structure({**unstructure(run), "output": unstructure(output)}, WaitedRun)

    def from_row(self, row: ActiveRow) -> Run:
        """Decode a row of the list."""
        return self.decoded(row, Run)
