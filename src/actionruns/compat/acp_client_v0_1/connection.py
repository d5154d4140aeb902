"""Connection: the blocking client of this package, with the answers that results came in."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, NoReturn, TypeVar

from actionruns.acp.v01.client import AsyncAcpV01Client
from actionruns.acp.v01.holding import HoldingTransport
from actionruns.blocking import BlockingClient, PrivateLoop
from actionruns.compat.acp_client_v0_1.api_response import ApiResponse
from actionruns.compat.acp_client_v0_1.raising import as_generated, shown_headers
from actionruns.core.operation import Operation
from actionruns.core.response import Response
from actionruns.errors import ActionRunsError
from actionruns.transport import EventStream

__all__ = ["Connection"]

T = TypeVar("T")

_answers: ContextVar[list[Response]] = ContextVar("answers")


class _KeepingTransport(HoldingTransport):
    """Keeps the last answer to a call for the task that makes it."""

    # It stands below `send`, so that whoever observes the calls of the process sees these, too.
    async def _attempt(self, *args: Any) -> Response:
        response = await super()._attempt(*args)
        _answers.get([])[:] = [response]
        return response


class _AsyncConnection(AsyncAcpV01Client):
    """The async client, whose calls give the answer as well and raise as the generated client."""

    _transport_type = _KeepingTransport  # type: ignore[mutable-override]  # set once, by a class

    async def answer(
        self, operation: Operation[T], arguments: Mapping[str, Any], timeout: float | None
    ) -> ApiResponse[T]:
        """Send an operation and return its result with its answer."""
        answers: list[Response] = []
        _answers.set(answers)  # for this task alone, which makes this one call
        try:
            result = await self._transport.send(operation, arguments, timeout=timeout)
        except ActionRunsError as error:
            _raise(error, answers)
        return ApiResponse(
            status_code=answers[-1].status,
            headers=shown_headers(answers[-1]),
            data=result,
            raw_data=answers[-1].body,
        )

    async def open(
        self, operation: Operation[T], arguments: Mapping[str, Any], timeout: float | None
    ) -> tuple[EventStream[T], Response]:
        """Open the stream of an operation; its events are not waited for."""
        answers: list[Response] = []
        _answers.set(answers)
        try:
            stream = self._transport.stream(operation, arguments, timeout=timeout)
            await stream.__aenter__()
        except ActionRunsError as error:
            _raise(error, answers)
        return stream, answers[-1]


def _raise(error: ActionRunsError, answers: list[Response]) -> NoReturn:
    generated = as_generated(error, answers[-1] if answers else None)
    if generated is error:
        raise error
    raise generated from error


class Connection(BlockingClient[_AsyncConnection]):
    """Sends the calls of one `ApiClient` with the settings that it has now.

    Args:
        settings: Arguments of `AsyncAcpV01Client`.

    Raises:
        ConfigurationError: A setting is out of its range, or credentials contradict each other.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(_AsyncConnection(**settings))

    def answer(
        self, operation: Operation[T], arguments: Mapping[str, Any], timeout: float | None
    ) -> ApiResponse[T]:
        """Send an operation and return its result with its answer."""
        return self._loop.call(self._async.answer, operation, arguments, timeout)

    def open(
        self, operation: Operation[T], arguments: Mapping[str, Any], timeout: float | None
    ) -> tuple[EventStream[T], Response, PrivateLoop]:
        """Open the stream of an operation, and return also the loop that its events come on."""
        return (*self._loop.call(self._async.open, operation, arguments, timeout), self._loop)
