"""RunStream: the events of a run over as many connections as it takes, and how it stands then."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

import orjson

from actionruns.acp.source import AcpRun, AcpSource
from actionruns.acp.waiting import settings_of_wait
from actionruns.core.codec import unstructure
from actionruns.core.events import StreamEvent
from actionruns.core.reconnect import Reconnection, ReconnectPolicy
from actionruns.errors import (
    ApiError,
    AuthenticationFailed,
    ConnectionFailed,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RunGone,
)
from actionruns.states import RunState
from actionruns.transport import EventStream
from actionruns.watching import wait_for

__all__ = ["RUN_EVENT", "RunStream"]

T = TypeVar("T")
R = TypeVar("R", bound=AcpRun)

RUN_EVENT: Final = "run"
"""Type of the last item of a `RunStream`, which the client makes itself."""

# Seconds. When a run has ended, its last events may still be on their way.
_LAST_EVENTS = 1.0

# Looks in a row that must not know the run before it counts as gone.
_PATIENCE = 3

# These are the caller's to mend; there is no use in trying again.
_FINAL = (AuthenticationFailed, PermissionDenied)


class RunStream(AsyncIterator[StreamEvent[T]], Generic[T]):
    """The events of a run as they come, until it has ended or waits with a question.

    The last item is not the server's: its ``event`` is ``run`` and its ``data`` the run as the
    server told it when the stream was over. That is where to see whether it succeeded, because a
    stream that ends says nothing, and some go on for ever after their run has failed.

    A connection that ends before the run does is taken up again, with ``Last-Event-ID``. Servers
    that don't know that header send what happens from then on, and may count ids anew: nothing is
    left out by its id. When new connections bring nothing, the run alone is waited for.

    Iterate over it once, best inside ``async with``. The connection is closed when the stream is
    over, on leaving, and at once when the task that waits for an event is cancelled.

    Args:
        source: How the run is looked at.
        run_id: The run.
        connect: Opens a connection, given a last event id.
        check_every: Seconds without an event after which the run itself is looked at, while the
            connection is read on.
        policy: How a lost connection is taken up again.

    Raises:
        InvalidRequest: ``check_every`` is no number above 0.
    """

    def __init__(
        self,
        source: AcpSource[Any],
        run_id: str,
        connect: Callable[[str], EventStream[Any]],
        *,
        check_every: float,
        policy: ReconnectPolicy | None = None,
    ) -> None:
        if isinstance(check_every, bool) or not check_every > 0:
            problem = f"check_interval must be seconds above 0, but is {check_every!r}"
            raise InvalidRequest(problem)
        self._source = source
        self._run_id = run_id
        self._connect = connect
        self._check_every = check_every
        self._reconnection = Reconnection(policy or ReconnectPolicy())
        self._run: Any = None
        self._is_open = False
        self._was_open = False
        self._unknown = 0
        self._retry: float | None = None
        self._events = self._follow()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StreamEvent[T]:
        return await anext(self._events)

    async def aclose(self) -> None:
        """Close the connection. Closing again does nothing."""
        await self._events.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _follow(self) -> AsyncGenerator[StreamEvent[T], None]:
        while self._run is None:
            async with aclosing(self._connection()) as events:
                async for event in events:
                    yield event
            if self._run is None:
                await self._look_or_pause()
        run = await self._source.with_output(self._run, self._run_id)
        text = orjson.dumps(unstructure(run)).decode()
        yield StreamEvent(event=RUN_EVENT, data=run, text=text)

    async def _connection(self) -> AsyncGenerator[StreamEvent[T], None]:
        """Give the events of one connection, however it ends."""
        stream = self._connect(self._reconnection.last_event_id)
        waiting: asyncio.Task[StreamEvent[Any] | None] | None = None
        try:
            await self._opened(stream)
            while self._is_open:
                if waiting is None:
                    waiting = asyncio.create_task(_next_of(stream))
                quiet = self._check_every if self._run is None else _LAST_EVENTS
                done, _ = await asyncio.wait({waiting}, timeout=quiet)
                if not done:
                    if self._run is not None:
                        return
                    self._run = await self._if_over()
                    continue
                received, waiting = waiting, None
                event = _received(received)
                if event is None:
                    return
                self._reconnection.progressed(stream.last_event_id)
                yield event
        finally:
            self._retry = stream.retry
            if waiting is not None:
                waiting.cancel()
            await stream.aclose()

    async def _opened(self, stream: EventStream[Any]) -> None:
        """Open a connection. What stands against the first one is the caller's to know."""
        self._is_open = False
        try:
            await stream.__aenter__()
        except _FINAL:
            raise
        except (ApiError, ConnectionFailed):
            if not self._was_open:
                raise
        else:
            self._is_open = self._was_open = True

    async def _look_or_pause(self) -> None:
        """After the end of a connection: find out whether the run is over, or make up for it."""
        self._run = await self._if_over()
        if self._run is not None:
            return
        pause = self._reconnection.wait_after_end(retry=self._retry, jitter=random.random())
        if pause is None:
            self._run = await self._waited()
        else:
            await asyncio.sleep(pause)

    async def _if_over(self) -> AcpRun | None:
        """Look at the run; None when it goes on, or when it cannot be told.

        Raises:
            RunGone: It was not known several times in a row. Once means nothing: servers with
                replicas say so of a run that is new.
        """
        try:
            run: AcpRun = await self._source.get(self._run_id)
        except _FINAL:
            raise
        except NotFound as error:
            self._unknown += 1
            if self._unknown >= _PATIENCE:
                ref = f"{self._source.service}:{self._run_id}"
                problem = f"{ref} is not known to the service any more: {error}"
                raise RunGone(problem, ref=ref) from error
            return None
        except (ApiError, ConnectionFailed):
            return None
        self._unknown = 0
        return run if run.is_terminal or run.state is RunState.WAITING else None

    async def _waited(self) -> AcpRun:
        settings = settings_of_wait(None, None)
        run: AcpRun = await wait_for(self._source, self._run_id, settings, until_waiting=True)
        return run


async def _next_of(stream: EventStream[T]) -> StreamEvent[T] | None:
    return await anext(stream, None)


def _received(task: asyncio.Task[StreamEvent[T] | None]) -> StreamEvent[T] | None:
    """Return the event that a task got; None at the end, and when the connection broke."""
    try:
        return task.result()
    except ConnectionFailed:
        return None
