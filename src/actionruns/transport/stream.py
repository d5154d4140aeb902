"""EventStream: the events of one connection, typed, as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar

import aiohttp

from actionruns.core.events import StreamEvent, typed_event
from actionruns.core.sse import EventDecoder, ServerSentEvent
from actionruns.errors import ConnectionFailed, DecodeFailed, RequestTimeout
from actionruns.transport.body import read_body
from actionruns.transport.delivery import Delivery
from actionruns.transport.failures import connection_error
from actionruns.transport.pool import LoopSession

__all__ = ["MEDIA_TYPE", "EventStream", "StreamConnection", "receive_stream"]

T = TypeVar("T")

MEDIA_TYPE = "text/event-stream"


async def receive_stream(delivery: Delivery, answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """Receive the answer of a call for a stream: when it is one, keep it open in the delivery.

    Args:
        delivery: The call.
        answer: The answer, of which the headers have come.
        limit: Largest size of an answer that is no stream, in bytes.

    Returns:
        The body of an answer that is no stream.

    Raises:
        DecodeFailed: It is an answer of success with something else.
    """
    is_success = 200 <= answer.status < 300
    if is_success and answer.content_type == MEDIA_TYPE:
        delivery.kept = answer
        return b""
    body = await read_body(answer, limit)
    if is_success and body:
        kind = answer.headers.get("content-type", "something else")
        problem = f"{delivery.operation.name}: the answer should be an event stream but is {kind}"
        raise DecodeFailed(problem, body=body, status=answer.status)
    return body


class StreamConnection:
    """The open connection of a stream: read it, and close it however it ends.

    Args:
        session: What the slot belongs to.
        delivery: The call that opened it, with the answer whose body is the stream, if there is
            a stream.
        hint: What to do about refused credentials, for errors.
    """

    def __init__(self, session: LoopSession, delivery: Delivery, hint: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._answer = delivery.kept
        self._session = session
        self._delivery = delivery
        self._hint = hint
        self._client_closed = False
        if self._answer is not None:
            session.call_when_closed(self._close_with_client)

    async def read(self, idle: float | None) -> bytes:
        """Return the next bytes, none at the end.

        Args:
            idle: Seconds without a byte after which the connection counts as dead; None = never.

        Raises:
            ConnectionFailed: The connection broke.
            RequestTimeout: Nothing came for so long.
            ClientClosed: The client was closed meanwhile.
        """
        if self._answer is None:
            return b""
        limit = self._session.deadlines.limit(idle)
        try:
            with limit:
                chunk = await self._answer.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            if self._is_client_closed():
                raise self._delivery.closed_meanwhile() from None
            if limit.expired and isinstance(error, TimeoutError):
                raise self._silent(idle or 0.0) from error
            raise connection_error(
                error,
                self._delivery.call(self._hint),
                attempts=self._delivery.attempts,
                idempotent=self._delivery.operation.idempotent,
            ) from error
        if not chunk and self._is_client_closed():
            # A body without a length ends with its connection, whoever ends that.
            raise self._delivery.closed_meanwhile()
        return chunk

    def close(self) -> None:
        """Close the connection and give its slot back. Closing again does nothing."""
        answer, self._answer = self._answer, None
        if answer is not None:
            self._session.forget_when_closed(self._close_with_client)
            answer.close()
            self._session.slots.release()

    def drop(self) -> None:
        """Close the connection from any thread, if its loop is there to do it."""
        if self._answer is None or self._loop.is_closed():
            return
        if asyncio._get_running_loop() is self._loop:
            self.close()
        else:
            with suppress(RuntimeError):  # closed in the meantime, and the connection with it
                self._loop.call_soon_threadsafe(self.close)

    def _close_with_client(self, _: object) -> None:
        self._client_closed = True
        self.close()

    def _is_client_closed(self) -> bool:
        return self._client_closed or self._session.closed

    def _silent(self, idle: float) -> RequestTimeout:
        call = self._delivery.call(self._hint)
        return RequestTimeout(
            f"{call.operation}: {call.method} {call.url} sent nothing for {idle:g} s. "
            "Raise idle_timeout if the service is silent for longer.",
            method=call.method,
            url=call.url,
            attempts=self._delivery.attempts,
            maybe_sent=True,
        )


class EventStream(AsyncIterator[StreamEvent[T]]):
    """The events of one connection, in their order, as they come.

    Iterate over it once, best inside ``async with``, which closes the connection in any case. It is
    opened by entering, or with the first event asked for. It closes itself when the stream ends,
    when it fails, when the task that waits for an event is cancelled, and when it is dropped.

    A stream that ends says nothing about the run: connections end for many reasons, and servers
    leave the last change out. Ask for the run afterwards. To look after the run while nothing but
    heartbeats comes, wait for a task of ``anext(stream)`` with a time limit that does not cancel it
    (`asyncio.wait`), ask for the run, and wait again.

    Args:
        connect: Opens the connection.
        decoder: Gets the bytes.
        type_: What the data of the events is by the specification.
        idle_timeout: Seconds without a byte, heartbeats included, after which the connection
            counts as dead; None = never.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[StreamConnection]],
        decoder: EventDecoder,
        type_: type[T],
        *,
        idle_timeout: float | None,
    ) -> None:
        self._connect = connect
        self._decoder = decoder
        self._type = type_
        self._idle_timeout = idle_timeout
        self._connection: StreamConnection | None = None
        self._ended = False

    @property
    def last_event_id(self) -> str:
        """The last id of the stream; give it to the call that takes the stream up again."""
        return self._decoder.last_event_id

    @property
    def retry(self) -> float | None:
        """Seconds that the service wishes to pass before the next connection, or None."""
        return self._decoder.retry

    async def aclose(self) -> None:
        """Close the connection at once. Closing again does nothing."""
        self._end()

    async def __aenter__(self) -> Self:
        await self._opened()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StreamEvent[T]:
        if self._ended:
            raise StopAsyncIteration
        try:
            event = await self._next_event()
        except ConnectionFailed:
            if self._ended:  # by aclose, while this waited
                raise StopAsyncIteration from None
            self._end()
            raise
        except BaseException:
            self._end()
            raise
        if event is None:
            self._end()
            raise StopAsyncIteration
        return typed_event(event, self._type)

    async def _next_event(self) -> ServerSentEvent | None:
        connection = await self._opened()
        while (event := self._decoder.next_event()) is None:
            chunk = await connection.read(self._idle_timeout)
            if not chunk:
                return None
            self._decoder.feed(chunk)
        return event

    async def _opened(self) -> StreamConnection:
        if self._connection is None:
            connection = await self._connect()
            if self._ended:  # by aclose, while this waited
                connection.close()
            self._connection = connection
        return self._connection

    def _end(self) -> None:
        self._ended = True
        if self._connection is not None:
            self._connection.close()

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.drop()
