"""How runs of version 0.2 are followed."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from actionruns.acp.settling import SETTLE_SECONDS
from actionruns.acp.source import HOLD_SECONDS, AcpSource
from actionruns.acp.v02._generated.models import (
    RunError,
    RunInterrupt,
    RunResult,
    RunStateful,
    RunStateless,
    RunWaitResponseStateful,
    RunWaitResponseStateless,
    UnknownOutput,
)
from actionruns.acp.v02._generated.operations import (
    GET_STATELESS_RUN,
    GET_THREAD_RUN,
    SEARCH_STATELESS_RUNS,
    STREAM_STATELESS_RUN_OUTPUT,
    STREAM_THREAD_RUN_OUTPUT,
    WAIT_FOR_STATELESS_RUN_OUTPUT,
    WAIT_FOR_THREAD_RUN_OUTPUT,
)
from actionruns.core.codec import structure, unstructure
from actionruns.core.model import UNSET, Unset, field, model
from actionruns.errors import ApiError, ConnectionFailed, DecodeFailed, RequestTimeout
from actionruns.transport import EventStream, Transport
from actionruns.watching import ActiveRow

__all__ = ["AcpV02Source", "AnyRun", "WaitedStatefulRun", "WaitedStatelessRun", "run_path"]

AnyRun = RunStateless | RunStateful

_OUTPUT_SECONDS: Final = 10.0
"""Seconds that the output of a run which is over may take to come."""


@model
class WaitedStatelessRun(RunStateless):
    """A stateless run together with its output.

    Attributes:
        output: The result of a run that is `success`, the question of one that is `interrupted`,
            the error of one that is `error` or `timeout`. None when the server gives none.
    """

    output: RunResult | RunInterrupt | RunError | UnknownOutput | Unset | None = field(
        default=UNSET
    )


@model
class WaitedStatefulRun(RunStateful):
    """A run on a thread together with its output.

    Attributes:
        output: The result of a run that is `success`, the question of one that is `interrupted`,
            the error of one that is `error` or `timeout`. None when the server gives none.
    """

    output: RunResult | RunInterrupt | RunError | UnknownOutput | Unset | None = field(
        default=UNSET
    )


def run_path(run_id: str) -> dict[str, str]:
    """Return the arguments that name a run: ``<run id>``, or ``<thread id>/<run id>``."""
    thread_id, slash, of_thread = run_id.partition("/")
    return {"thread_id": thread_id, "run_id": of_thread} if slash else {"run_id": run_id}


class AcpV02Source(AcpSource[AnyRun]):
    """Looks at runs of version 0.2: stateless ones by id, those of threads by both ids."""

    def __init__(self, transport: Transport, *, settle: float = SETTLE_SECONDS) -> None:
        super().__init__(transport, SEARCH_STATELESS_RUNS, settle=settle)

    async def look(self, run_id: str) -> AnyRun:
        """Return a run as it stands now (``GET /runs/{run_id}``, or of its thread)."""
        path = run_path(run_id)
        if "thread_id" in path:
            return await self._transport.send(GET_THREAD_RUN, path)
        return await self._transport.send(GET_STATELESS_RUN, path)

    async def hold(self, run_id: str) -> None:
        """Return when a run is no longer pending (``GET /runs/{run_id}/wait``), or in a while."""
        # The server would wait without end; that we break it off doesn't touch the run.
        with suppress(RequestTimeout):
            await self._wait(run_id, HOLD_SECONDS)

    def events(self, run_id: str) -> EventStream[Any]:
        """Return the events of a run's stream (``GET /runs/{run_id}/stream``, or its thread's)."""
        path = run_path(run_id)
        if "thread_id" in path:
            return self._transport.stream(STREAM_THREAD_RUN_OUTPUT, path)
        return self._transport.stream(STREAM_STATELESS_RUN_OUTPUT, path)

    async def with_output(self, run: AnyRun, run_id: str) -> WaitedStatelessRun | WaitedStatefulRun:
        """Return a run together with its output (``GET /runs/{run_id}/wait``)."""
        data: dict[str, Any] = {**unstructure(run), "output": None}
        try:
            answer = await self._wait(run_id, _OUTPUT_SECONDS)
        except (ApiError, ConnectionFailed, DecodeFailed):
            pass  # the run is over all the same
        else:
            data["output"] = unstructure(answer.output or None)
        if isinstance(run, RunStateful):
            return structure(data, WaitedStatefulRun)
        return structure(data, WaitedStatelessRun)

    def from_row(self, row: ActiveRow) -> AnyRun:
        """Decode a row of the list, which has stateless runs alone."""
        return structure(dict(row.data), RunStateless)

    async def _wait(
        self, run_id: str, seconds: float
    ) -> RunWaitResponseStateless | RunWaitResponseStateful:
        path = run_path(run_id)
        if "thread_id" in path:
            return await self._transport.send(WAIT_FOR_THREAD_RUN_OUTPUT, path, timeout=seconds)
        return await self._transport.send(WAIT_FOR_STATELESS_RUN_OUTPUT, path, timeout=seconds)
