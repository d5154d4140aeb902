"""The seam for telemetry: have somebody told of all calls of the process.

Sending asks nobody whether it is watched. `observe_calls` puts itself around the three methods that
matter, for all transports, those that are there already too; without an observer they are as they
were, and a call costs what it did.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from actionruns.core.operation import Arguments, Operation
from actionruns.core.request import Request
from actionruns.core.response import Response
from actionruns.transport.delivery import Delivery
from actionruns.transport.pool import LoopSession
from actionruns.transport.send import Transport
from actionruns.transport.settings import TransportSettings
from actionruns.transport.stream import StreamConnection

__all__ = ["CallObserver", "observe_calls"]

T = TypeVar("T")


class CallObserver(Protocol):
    """Is told of calls. Its methods run in the task of the call and must neither fail nor wait."""

    def call(
        self, settings: TransportSettings, operation: Operation[Any]
    ) -> AbstractContextManager[object]:
        """Return what is entered before a call and left after it, with its error if it has one.

        For a stream, the call ends when the stream begins.
        """

    def begin_attempt(self, delivery: Delivery) -> None:
        """Take note that a call is about to be sent, or sent again; its headers may be changed."""

    def end_attempt(
        self, delivery: Delivery, outcome: Response | BaseException, seconds: float
    ) -> None:
        """Take note of what an attempt came to.

        Args:
            delivery: The call; its ``attempts`` count this one.
            outcome: The answer, whatever its status, or what came instead.
            seconds: From the request to that, waits before it not counted.
        """


_send = Transport.send
_open_stream = Transport._open_stream
_attempt = Transport._attempt


def observe_calls(observer: CallObserver | None) -> None:
    """Have an observer told of every call of this process, in the place of the one before it.

    Calls that are under way may go untold.

    Args:
        observer: The observer; None = nobody any more.
    """
    if observer is None:
        Transport.send = _send  # type: ignore[method-assign]  # as it was
        Transport._open_stream = _open_stream  # type: ignore[method-assign]
        Transport._attempt = _attempt  # type: ignore[method-assign]
        return

    async def send(
        self: Transport,
        operation: Operation[T],
        arguments: Arguments,
        *,
        timeout: float | None = None,
    ) -> T:
        with observer.call(self.settings, operation):
            return await _send(self, operation, arguments, timeout=timeout)

    async def open_stream(
        self: Transport, operation: Operation[Any], request: Request, timeout: float | None
    ) -> StreamConnection:
        with observer.call(self.settings, operation):
            return await _open_stream(self, operation, request, timeout)

    async def attempt(
        self: Transport, delivery: Delivery, session: LoopSession, credentials: Mapping[str, str]
    ) -> Response:
        observer.begin_attempt(delivery)
        attempts, spent = delivery.attempts, delivery.spent
        try:
            response = await _attempt(self, delivery, session, credentials)
        except BaseException as error:
            if delivery.attempts > attempts:  # else it ended while it waited to be sent
                observer.end_attempt(delivery, error, delivery.spent - spent)
            raise
        observer.end_attempt(delivery, response, delivery.spent - spent)
        return response

    Transport.send = send  # type: ignore[method-assign]  # what this module is for
    Transport._open_stream = open_stream  # type: ignore[method-assign]
    Transport._attempt = attempt  # type: ignore[method-assign]
