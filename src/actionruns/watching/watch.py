"""Watch: the changes of many runs as one asynchronous iterator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from functools import partial
from types import TracebackType
from typing import Generic, Self, TypeVar

from actionruns.errors import InvalidRequest
from actionruns.states import Run
from actionruns.watching.follower import Follower, Progress
from actionruns.watching.settings import WatchSettings
from actionruns.watching.source import RunSource
from actionruns.watching.update import RunUpdate

__all__ = ["Watch", "check_run_ids"]

R = TypeVar("R", bound=Run)

# Updates that may wait for the consumer before following pauses.
_QUEUE_SIZE = 1000


def check_run_ids(run_ids: object) -> list[str]:
    """Return run ids as a list without repetitions.

    Raises:
        InvalidRequest: They are not a collection of texts.
    """
    if isinstance(run_ids, str):
        raise InvalidRequest(
            f"run_ids must be a list of ids, but is the text {run_ids!r}; "
            f"write [{run_ids!r}], or wait({run_ids!r}) for a single run"
        )
    if not isinstance(run_ids, Iterable) or isinstance(run_ids, Mapping | bytes):
        raise InvalidRequest(f"run_ids must be a list of ids, but is of {type(run_ids).__name__}")
    ids: dict[str, None] = {}
    for run_id in run_ids:
        if not isinstance(run_id, str) or not run_id:
            held = repr(run_id) if isinstance(run_id, str | int | None) else _kind(run_id)
            raise InvalidRequest(f"run_ids must hold ids (texts), but holds {held}")
        ids[run_id] = None
    return list(ids)


def _kind(value: object) -> str:
    kind = f"a value of {type(value).__name__}"
    return f"{kind}; write run.id for run" if hasattr(value, "id") else kind


class Watch(Generic[R], AsyncIterator[RunUpdate[R]]):
    """The changes of runs, each told once, in the order seen, until every run has ended.

    The first update of a run tells its state at the start (``previous`` is None). Nothing is asked
    before the first update is awaited. A wait for an update that is cancelled (by a time limit of
    yours, say) loses none: the next one gets it. Leaving ``async with``, `aclose` or dropping the
    object ends the following.

    Args:
        following: Services and the runs to follow there.
        settings: How to follow.
        held: Held open while runs are followed, and closed at the end.

    Attributes:
        progress: How far it has come.
    """

    # Not an asynchronous generator: a wait that is cancelled would end it, and the next one would
    # take that for the end of all runs.
    _task: asyncio.Task[None] | None = None
    _closed = False

    def __init__(
        self,
        following: Sequence[tuple[RunSource[R], Iterable[str]]],
        settings: WatchSettings | None = None,
        *,
        held: AbstractAsyncContextManager[object] | None = None,
    ) -> None:
        self.progress = Progress()
        self._following = [(source, check_run_ids(run_ids)) for source, run_ids in following]
        self._settings = settings or WatchSettings()
        self._held = held or nullcontext()
        # Its last item is an error, or None: all is told. That one is left in it.
        self._queue: asyncio.Queue[RunUpdate[R] | BaseException | None] = asyncio.Queue(_QUEUE_SIZE)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> RunUpdate[R]:
        """Return the next change.

        Raises:
            StopAsyncIteration: Every run has had its last update, or the watch is closed.
            AuthenticationFailed: The credentials are refused.
            InvalidRequest: A run id cannot be sent.
            ConnectionFailed: The first look found no server; later ones are looked at again.
            ApiError: The first look was refused, for example for a lack of permission.
            ClientClosed: The client was closed meanwhile.
        """
        if self._closed:
            raise StopAsyncIteration
        if self._task is None:
            self._task = self._start()
        item = await self._queue.get()
        if isinstance(item, RunUpdate):
            return item
        self._queue.put_nowait(None)
        try:
            raise StopAsyncIteration if item is None else item
        finally:
            del item  # its traceback leads back to here

    def _start(self) -> asyncio.Task[None]:
        # The task must not refer to this object, which ends it when it is dropped.
        followers = [
            Follower(
                source,
                run_ids,
                settings=self._settings,
                queue=self._queue,
                progress=self.progress,
            )
            for source, run_ids in self._following
        ]
        task = asyncio.create_task(_follow_all(followers, self._queue, self._held))
        task.add_done_callback(partial(_say_if_cancelled, self._queue))
        return task

    async def aclose(self) -> None:
        """End the following; later updates are lost. Repeating it does nothing."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        if self._task is not None and not self._task.done():
            with suppress(RuntimeError):  # its loop is closed
                self._task.get_loop().call_soon_threadsafe(self._task.cancel)


async def _follow_all(
    followers: Sequence[Follower[R]],
    queue: asyncio.Queue[RunUpdate[R] | BaseException | None],
    held: AbstractAsyncContextManager[object],
) -> None:
    """Follow all sources at once, then put the end into the queue."""
    end: BaseException | None = None
    try:
        async with held, asyncio.TaskGroup() as group:
            for follower in followers:
                group.create_task(follower.run())
    except BaseExceptionGroup as errors:  # one follower's end is the end of all
        end = errors.exceptions[0]
    await queue.put(end)


def _say_if_cancelled(
    queue: asyncio.Queue[RunUpdate[R] | BaseException | None], task: asyncio.Task[None]
) -> None:
    """Tell those who wait for updates that there will be none."""
    if task.cancelled():
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
