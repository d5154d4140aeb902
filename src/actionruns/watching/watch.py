"""Watch: the changes of many runs as one asynchronous iterator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

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


def check_run_ids(run_ids: Iterable[object]) -> list[str]:
    """Return run ids as a list without repetitions.

    Raises:
        InvalidRequest: They are not a collection of texts.
    """
    if isinstance(run_ids, str):
        raise InvalidRequest(
            f"run_ids must be a list of ids, but is the text {run_ids!r}; "
            f"write [{run_ids!r}], or wait({run_ids!r}) for a single run"
        )
    ids: dict[str, None] = {}
    for run_id in run_ids:
        if not isinstance(run_id, str) or not run_id:
            raise InvalidRequest(f"run_ids must hold ids (texts), but holds {run_id!r}")
        ids[run_id] = None
    return list(ids)


class Watch(Generic[R], AsyncIterator[RunUpdate[R]]):
    """The changes of runs, each told once, in the order seen, until every run has ended.

    The first update of a run tells its state at the start (``previous`` is None). Nothing is asked
    before the first update is awaited. Leaving the loop early, `aclose` or dropping the object
    ends the following.

    Args:
        following: Services and the runs to follow there.
        settings: How to follow.

    Attributes:
        progress: How far it has come.
    """

    def __init__(
        self,
        following: Sequence[tuple[RunSource[R], Iterable[str]]],
        settings: WatchSettings | None = None,
    ) -> None:
        self.progress = Progress()
        self._following = [(source, check_run_ids(run_ids)) for source, run_ids in following]
        self._settings = settings or WatchSettings()
        self._updates: AsyncGenerator[RunUpdate[R], None] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> RunUpdate[R]:
        """Return the next change.

        Raises:
            StopAsyncIteration: Every run has had its last update.
            AuthenticationFailed: The credentials are refused.
            InvalidRequest: A run id cannot be sent.
            ConnectionFailed: The first look found no server; later ones are looked at again.
            ApiError: The first look was refused, for example for a lack of permission.
            ClientClosed: The client was closed meanwhile.
        """
        if self._updates is None:
            # The generator must not refer to this object: it is collected, and so its event loop
            # ends the following, when the object is dropped.
            self._updates = _updates(self._following, self._settings, self.progress)
        return await anext(self._updates)

    async def aclose(self) -> None:
        """End the following; later updates are lost. Repeating it does nothing."""
        if self._updates is not None:
            await self._updates.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


async def _updates(
    following: Sequence[tuple[RunSource[R], Iterable[str]]],
    settings: WatchSettings,
    progress: Progress,
) -> AsyncGenerator[RunUpdate[R], None]:
    """Follow all sources at once and yield what they put into one queue."""
    queue: asyncio.Queue[Any] = asyncio.Queue(_QUEUE_SIZE)
    followers = [
        Follower(source, run_ids, settings=settings, queue=queue, progress=progress)
        for source, run_ids in following
    ]
    over = object()

    async def follow_all() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for follower in followers:
                    group.create_task(follower.run())
        except BaseExceptionGroup as errors:  # one follower's end is the end of all
            await queue.put(errors.exceptions[0])
        else:
            await queue.put(over)

    task = asyncio.create_task(follow_all())
    try:
        while (item := await queue.get()) is not over:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
