"""Time limits for many calls with one timer.

`asyncio.timeout` arms and cancels a timer for every call. Calls nearly always end in time, so the
cancelled timers pile up in the loop's heap: in a typed call that was the largest cost after the
request itself. Here the calls of a session share one timer, set to the earliest of their ends.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from types import TracebackType
from typing import Any, Final

__all__ = ["Deadlines", "TimeLimit"]

_NEVER: Final = float("inf")


class TimeLimit:
    """Cancels the block it surrounds when its time is up, and turns that into `TimeoutError`.

    The same contract as `asyncio.timeout`: a cancellation from outside stays a cancellation. It
    runs from when it is made; ``with`` ends it, or `end`, which is faster.

    Attributes:
        expired: Whether the time was up.
    """

    __slots__ = ("_cancelling", "_deadlines", "_task", "due", "expired")

    def __init__(self, deadlines: Deadlines, task: asyncio.Task[Any], due: float) -> None:
        self._deadlines = deadlines
        self._task = task
        self._cancelling = task.cancelling()
        self.due = due
        self.expired = False

    def __enter__(self) -> TimeLimit:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.end(error):
            raise TimeoutError from error

    def end(self, error: BaseException | None = None) -> bool:
        """End the block.

        Args:
            error: What the block ended with.

        Returns:
            Whether that is our cancellation: the error is to be replaced by a `TimeoutError`.
        """
        self._deadlines.limits.pop(self, None)
        if not self.expired:
            return False
        # As asyncio.timeout: a cancellation from outside stays one.
        is_ours = self._task.uncancel() <= self._cancelling
        return is_ours and type(error) is asyncio.CancelledError

    def expire(self) -> None:
        """Cancel the block."""
        self.expired = True
        self._task.cancel()


class Deadlines:
    """The time limits of one session's calls.

    Attributes:
        loop: The session's event loop.
        limits: Those that are running. The timer stays when one goes, and finds out when it rings.
        timer_due: When it rings next.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.limits: dict[TimeLimit, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.timer_due = _NEVER

    def limit(self, seconds: float | None) -> TimeLimit:
        """Return a time limit that runs from now on; None = no limit."""
        # To find the running loop, Python 3.11 asks the system for the process each time.
        task = asyncio.current_task(self.loop)
        if task is None:
            raise RuntimeError("a time limit needs a task to cancel")
        due = _NEVER if seconds is None else monotonic() + seconds
        limit = TimeLimit(self, task, due)
        self.limits[limit] = None
        if due < self.timer_due:
            self.set_timer(due)
        return limit

    def set_timer(self, due: float) -> None:
        """Have the timer ring at a monotonic time, and not at the one set before."""
        if self._timer is not None:
            self._timer.cancel()
        self.timer_due = due
        self._timer = self.loop.call_later(due - monotonic(), self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.timer_due = _NEVER
        now = monotonic()
        for limit in [limit for limit in self.limits if limit.due <= now]:
            self.limits.pop(limit, None)
            limit.expire()
        next_due = min((limit.due for limit in self.limits), default=_NEVER)
        if next_due < _NEVER:
            self.set_timer(next_due)
