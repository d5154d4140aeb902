"""Watch: the changes of many runs as one asynchronous iterator."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Generic, NoReturn, Self, TypeVar

from actionruns.errors import InvalidRequest
from actionruns.states import Run
from actionruns.watching.checkpoint import Checkpoint
from actionruns.watching.conductor import Conductor
from actionruns.watching.fleet import Updates
from actionruns.watching.progress import Progress, Snapshot
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
        if not _is_unicode(run_id):
            raise InvalidRequest(f"run_ids holds {run_id!r}, which is not valid Unicode")
        ids[run_id] = None
    return list(ids)


def _is_unicode(text: str) -> bool:
    """Tell whether a text can be sent and kept: one with half of a surrogate pair cannot."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _kind(value: object) -> str:
    kind = f"a value of {type(value).__name__}"
    return f"{kind}; write run.id for run" if hasattr(value, "id") else kind


class Watch(Generic[R], AsyncIterator[RunUpdate[R]]):
    """The changes of runs, each told once, in the order seen, until every run has ended.

    The first update of a run tells its state at the start (``previous`` is None). Nothing is asked
    before the first update is awaited. A wait for an update that is cancelled (by a time limit of
    yours, say) loses none: the next one gets it. Leaving ``async with``, `aclose` or dropping the
    object ends the following.

    With a checkpoint, what is followed and what was told is kept in a file: another watch with the
    same file goes on where this one has ended, however that was. An update counts as told when the
    next one is asked for, or when ``async with`` is left without an exception.

    Args:
        following: Services and the runs to follow there.
        settings: How to follow.
        held: Held open while runs are followed, and closed at the end.
        checkpoint: The file for what is followed and was told; None = none.
        open_source: Gives the source of a service that is followed later, or is in the checkpoint.

    Attributes:
        progress: How far it has come.
    """

    # Not an asynchronous generator: a wait that is cancelled would end it, and the next one would
    # take that for the end of all runs.
    _task: asyncio.Task[None] | None = None
    _closed = False
    _checkpoint: Checkpoint | None = None

    def __init__(
        self,
        following: Sequence[tuple[RunSource[R], Iterable[str]]],
        settings: WatchSettings | None = None,
        *,
        held: AbstractAsyncContextManager[object] | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        open_source: Callable[[str], RunSource[R]] | None = None,
    ) -> None:
        self.progress = Progress()
        self._held = held or nullcontext()
        self._checkpoint = None if checkpoint is None else Checkpoint(checkpoint)
        # Its last item is an error, or None: all is told. That one is left in it.
        self._updates: Updates[R] = asyncio.Queue(_QUEUE_SIZE)
        # What was taken from it and could not be noted in the checkpoint: it comes first again.
        self._unnoted: deque[RunUpdate[R] | BaseException | None] = deque()
        self._conductor = Conductor(
            [(source, check_run_ids(run_ids)) for source, run_ids in following],
            settings=settings or WatchSettings(),
            updates=self._updates,
            progress=self.progress,
            checkpoint=self._checkpoint,
            open_source=open_source,
        )

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> RunUpdate[R]:
        """Return the next change.

        Raises:
            StopAsyncIteration: Every run has had its last update, or the watch is closed.
            AuthenticationFailed: The credentials are refused.
            ConnectionFailed: The first look found no server; later ones are looked at again.
            ApiError: The first look was refused, for example for a lack of permission.
            ConfigurationError: The checkpoint cannot be used.
            ClientClosed: The client was closed meanwhile.
        """
        if self._closed:
            raise StopAsyncIteration
        if self._task is None:
            self._task = self._start()
        if not self._unnoted:
            if self._updates.empty():
                self.acknowledge()  # otherwise with the next one, in one go
            self._unnoted.append(await self._updates.get())
        item = self._unnoted[0]
        if isinstance(item, RunUpdate):
            if self._checkpoint is not None:
                self._checkpoint.hand_out(item)
            self._unnoted.popleft()
            return item
        self._unnoted.popleft()
        self._updates.put_nowait(None)
        try:
            self._close_checkpoint()
            raise StopAsyncIteration if item is None else item
        finally:
            del item  # its traceback leads back to here

    def add(self, run_ids: Iterable[str]) -> None:
        """Follow more runs; those that are followed already stay as they are.

        They are looked at within the shortest interval. A watch that has told all is over: give it
        ``keep_open`` (see `WatchSettings`) if others may be added then.

        Args:
            run_ids: Their ids, or references (``port:r_1``), which a watch over several services
                needs.

        Raises:
            InvalidRequest: They are no collection of ids, or of a service that is not known; or the
                watch is over.
        """
        self._conductor.add([self._conductor.ref_of(name) for name in check_run_ids(run_ids)])

    def drop(self, run_ids: Iterable[str]) -> None:
        """Follow runs no longer; they get no further update, but for what is on its way already.

        Args:
            run_ids: As for `add`; those that are not followed are passed over.

        Raises:
            InvalidRequest: They are no collection of ids, or of a service that is not known.
        """
        self._conductor.drop([self._conductor.ref_of(name) for name in check_run_ids(run_ids)])

    def poke(self, run_ids: Iterable[str]) -> None:
        """Look at runs at once: somebody, a webhook say, told that they have changed.

        That is believed as little as a list: the run is asked for, and its own answer told. While
        every change comes like that, the regular looks become seldom.

        Args:
            run_ids: As for `add`; those that are not followed are passed over.

        Raises:
            InvalidRequest: They are no collection of ids, or of a service that is not known.
        """
        self._conductor.poke([self._conductor.ref_of(name) for name in check_run_ids(run_ids)])

    def acknowledge(self) -> None:
        """Say that the update handed out last was dealt with, without asking for the next one.

        That matters to a checkpoint alone: it is not told again then. Leaving ``async with``
        without an exception does the same.
        """
        if self._checkpoint is not None:
            self._checkpoint.acknowledge()

    def explain(self) -> str:
        """Return in words what the watch does and why, a line for each service."""
        return "\n".join(f.explain() for f in self._conductor.followers.values())

    def snapshot(self) -> Snapshot:
        """Return how the watch stands now; from any thread."""
        progress, followers = self.progress, self._conductor.followers.copy()
        allowed = {name: f.fleet.source.allowance() for name, f in followers.items()}
        return Snapshot(
            followed=progress.followed,
            ended=progress.ended,
            lost=progress.lost,
            changes=progress.changes,
            waiting=self._updates.qsize() - (self._task is not None and self._task.done()),
            rounds=progress.rounds,
            requests=progress.requests,
            pages=progress.pages,
            singles=progress.singles,
            holds=progress.holds,
            failures=progress.failures,
            refusals=progress.refusals,
            in_flight=progress.in_flight,
            pushes=progress.pushes,
            lag_p50=progress.lag(0.5),
            lag_p99=progress.lag(0.99),
            intervals={name: follower.interval for name, follower in followers.items()},
            allowances={name: rate for name, rate in allowed.items() if rate is not None},
            ended_as=progress.ended_as.copy(),
            lost_as=progress.lost_as.copy(),
        )

    def _start(self) -> asyncio.Task[None]:
        # The task must not refer to this object, which ends it when it is dropped.
        task = asyncio.create_task(self._conductor.run(self._held))
        task.add_done_callback(partial(_say_if_cancelled, self._updates))
        return task

    async def aclose(self) -> None:
        """End the following; later updates are lost. Repeating it does nothing."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._checkpoint is not None:
            self._checkpoint.close()

    def _close_checkpoint(self) -> None:
        if self._checkpoint is not None:
            try:
                self._checkpoint.acknowledge()
            finally:
                self._checkpoint.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._close_checkpoint()
        finally:
            await self.aclose()

    if not TYPE_CHECKING:  # A type checker knows by its absence that plain `for` cannot be used.

        def __iter__(self) -> NoReturn:
            raise TypeError(
                "write 'async for update in ...', in an 'async def'; for plain 'for' there is "
                "watch() of the blocking clients, such as PortClient"
            )

    def __del__(self) -> None:
        if self._task is not None and not self._task.done():
            with suppress(RuntimeError):  # its loop is closed
                self._task.get_loop().call_soon_threadsafe(self._task.cancel)
        if self._checkpoint is not None:
            self._checkpoint.close()


def _say_if_cancelled(updates: Updates[R], task: asyncio.Task[None]) -> None:
    """Tell those who wait for updates that there will be none."""
    if task.cancelled():
        while not updates.empty():
            updates.get_nowait()
        updates.put_nowait(None)
