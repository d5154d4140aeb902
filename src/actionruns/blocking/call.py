"""One blocking call: a thread waits while one task runs on the private loop.

It costs less than half of a call through anyio's portal (``benchmarks/blocking_bridge.py``): one
task and one lock, no futures and no cancel scope. `asyncio.run_coroutine_threadsafe` costs little
more than this, but can't wait for a cancelled task's clean-up: its future is done at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Generic, TypeVar

from actionruns.blocking.outcome import Outcome, outcome_of
from actionruns.blocking.portal import CLEANUP_GRACE, LoopThread, Owner
from actionruns.errors import ClientClosed

T = TypeVar("T")

# Seconds. A result wakes the waiting thread at once; the slice only bounds how late two things are
# noticed: a dead loop thread, and a Ctrl-C that can't interrupt the wait (always so on Windows,
# elsewhere when the signal comes in the instant before the wait).
WAIT_SLICE: Final = 0.2


class Call(Generic[T]):
    """An async function under way to the private loop and back."""

    __slots__ = ("_args", "_done", "_func", "_kwargs", "_outcome", "_owner", "_task", "_thread")

    _outcome: Outcome[T]

    def __init__(
        self,
        thread: LoopThread,
        owner: Owner | None,
        func: Callable[..., Awaitable[T]],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        self._thread = thread
        self._owner = owner
        self._func = func
        self._args = args
        self._kwargs = kwargs or {}
        self._task: asyncio.Task[Outcome[T]] | None = None
        self._done = threading.Lock()  # Held until the task has ended.
        self._done.acquire()

    def result(self) -> T:
        """Run the function and wait for its result.

        Whatever interrupts the wait (Ctrl-C above all) cancels the task and, before it goes on,
        waits `CLEANUP_GRACE` seconds at most for the task's clean-up.

        Raises:
            ClientClosed: The task was cancelled by another thread's close, or the loop has ended.
        """
        try:
            self._submit(self._start)
            self._wait()
        except BaseException:
            self._abort()
            raise
        return self._outcome.get()

    def _submit(self, callback: Callable[[], None]) -> None:
        try:
            # Runs the callback in a copy of this thread's context, which the task copies again.
            self._thread.loop.call_soon_threadsafe(callback)
        except RuntimeError as error:  # The loop is closed.
            raise ClientClosed("the private event loop has ended") from error

    def _wait(self) -> None:
        while not self._done.acquire(timeout=WAIT_SLICE):
            # Asked again after the thread is dead: it may have settled the call last of all.
            if not self._thread.is_alive() and not self._done.acquire(blocking=False):
                raise ClientClosed("the private event loop has ended")

    def _abort(self) -> None:
        with contextlib.suppress(ClientClosed):
            self._submit(self._cancel)
            self._done.acquire(timeout=CLEANUP_GRACE)

    def _start(self) -> None:
        self._task = self._thread.spawn(self._owner, self._func, *self._args, **self._kwargs)
        self._task.add_done_callback(self._settle)

    def _settle(self, task: asyncio.Task[Outcome[T]]) -> None:
        self._outcome = outcome_of(task)
        self._done.release()

    def _cancel(self) -> None:
        if self._task is None:  # Interrupted before it was submitted.
            self._done.release()
        else:
            self._task.cancel()
