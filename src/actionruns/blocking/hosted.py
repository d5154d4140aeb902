"""A task on the private loop that outlives the call that starts it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from actionruns.blocking import portal
from actionruns.blocking.outcome import Outcome, outcome_of
from actionruns.errors import ClientClosed

T = TypeVar("T")


class HostedTask(Generic[T]):
    """One task that holds an async iterator or context manager open, from its start to its end.

    `running` and `abandon` may be used in any thread; everything else is called on the loop.

    Args:
        owner: The client whose closing ends the task.
    """

    def __init__(self, owner: portal.Owner) -> None:
        self._owner = owner
        self._thread: portal.LoopThread | None = None
        self._task: asyncio.Task[Outcome[T]] | None = None

    @property
    def running(self) -> bool:
        """Whether the task is under way on the loop that this process has now."""
        return self._task is not None and not self._task.done() and self._is_here()

    def abandon(self) -> None:
        """Cancel the task without waiting for it; for ``__del__``, at whatever moment it comes."""
        if self._thread is not None and self._task is not None and self.running:
            self._thread.leave_note(self._task.cancel)

    def start(self, work: Callable[[], Awaitable[T]]) -> asyncio.Task[Outcome[T]]:
        """Start the task, or return the one that was started.

        Raises:
            ClientClosed: It was started on another loop: before a fork, or before a crash.
        """
        # `work` isn't kept: whoever holds this object is what it is bound to, and such a cycle
        # would leave a dropped client's connections open until the garbage collector comes.
        if self._task is None:
            self._thread = portal.inside()
            self._task = self._thread.spawn(self._owner, work)
        return self._started()

    async def result(self) -> T:
        """Wait for the end of the task and return what it came to; to be asked once.

        Cancelled while it waits, it cancels the task as well and lets it clean up first.
        """
        task = self._started()
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            await portal.cancel_and_wait([task])
            raise
        return outcome_of(task).get()

    async def cancel(self) -> None:
        """Cancel the task and wait for its clean-up.

        Raises:
            BaseException: What went wrong in the clean-up.
        """
        task = self._started()
        await portal.cancel_and_wait([task])
        if task.done():
            outcome = outcome_of(task)
            if outcome.error is not None and not isinstance(outcome.error, asyncio.CancelledError):
                outcome.get()

    def _started(self) -> asyncio.Task[Outcome[T]]:
        if self._task is None or not self._is_here():
            raise ClientClosed("the event loop that this was opened on is gone; open it again")
        return self._task

    def _is_here(self) -> bool:
        return self._thread is not None and self._thread is portal.current()
