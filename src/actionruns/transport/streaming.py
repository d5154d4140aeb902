"""Streaming: the part of a transport that opens event streams."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from functools import partial
from typing import Any, TypeVar

from actionruns.core.operation import Arguments, Operation
from actionruns.core.request import Request, build_request
from actionruns.core.sse import EventDecoder
from actionruns.transport.delivery import check_timeout
from actionruns.transport.settings import TransportSettings
from actionruns.transport.stream import MEDIA_TYPE, EventStream, StreamConnection

__all__ = ["IDLE_SECONDS", "Streaming"]

T = TypeVar("T")

IDLE_SECONDS = 60.0
"""Silence after which a connection counts as dead. Servers send a sign of life every 10 to 30 s."""

# A server may put them into an id, but no request can carry them.
_NOT_IN_HEADERS = re.compile(r"[\x00-\x1f\x7f]")


class Streaming(ABC):
    """Opens event streams, by delivering their requests as those of any other call."""

    settings: TransportSettings

    def stream(
        self,
        operation: Operation[T],
        arguments: Arguments,
        *,
        timeout: float | None = None,
        idle_timeout: float | None = IDLE_SECONDS,
        last_event_id: str = "",
    ) -> EventStream[T]:
        """Return the events that an operation streams; nothing is sent before they are asked for.

        Until the stream begins, this is a call as any other: with the same credentials, retries and
        errors. The stream itself has no time limit and is not taken up again by itself. It holds a
        connection, one of the ``max_connections``, until it ends or is closed.

        Args:
            operation: What to call; its result is what the data of an event is.
            arguments: Its arguments by their Python names; None and `UNSET` = absent.
            timeout: Seconds until the stream begins, all attempts included; None = the client's.
            idle_timeout: Seconds without a byte, heartbeats included, after which the connection
                counts as dead; None = never.
            last_event_id: Where to go on: `EventStream.last_event_id` of an earlier connection.

        Raises:
            InvalidRequest: An argument cannot be sent. Everything else that a call raises comes
                when the stream is entered or iterated over: ConnectionFailed also when the stream
                breaks, RequestTimeout also when it falls silent, DecodeFailed also for an event
                over ``max_response_size``.
        """
        for seconds in (timeout, idle_timeout):
            if seconds is not None:
                check_timeout(seconds)
        request = _request(operation, arguments, last_event_id)
        return EventStream(
            partial(self._open_stream, operation, request, timeout),
            EventDecoder(limit=self.settings.max_response_size, last_event_id=last_event_id),
            operation.result,
            idle_timeout=idle_timeout,
        )

    @abstractmethod
    async def _open_stream(
        self, operation: Operation[Any], request: Request, timeout: float | None
    ) -> StreamConnection:
        """Send until a stream begins, or it is known that there is none."""


def _request(operation: Operation[Any], arguments: Arguments, last_event_id: str) -> Request:
    request = build_request(operation, arguments)
    headers = {**request.headers, "Accept": MEDIA_TYPE, "Cache-Control": "no-store"}
    if last_event_id and not _NOT_IN_HEADERS.search(last_event_id):
        # In UTF-8, as the standard of event streams has it; no other header is.
        headers["Last-Event-ID"] = last_event_id
    return request._replace(headers=headers)
