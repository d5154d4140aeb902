"""Pacer: holds calls back so that no period has more of them than the service allows."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Final

from actionruns.core.forks import Shared
from actionruns.core.operation import Pace

__all__ = ["Pacer"]

MARGIN: Final = 1.0
"""Seconds added to a period: requests do not all take the same time to their service, and its
clock counts from their arrival."""


class Pacer(Shared):
    """Paces the calls of one operation, over all clients and threads that share it.

    Between any two moments a period apart at most ``requests`` calls leave. That keeps to a limit
    on fixed windows as well as to one on sliding windows, whenever the service's windows begin.

    Args:
        pace: What the service allows.
    """

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self.pace = pace
        self._length = pace.period + MARGIN
        self._due: list[float] = []
        self._held_until = float("-inf")

    def wait(self, now: float) -> float:
        """Return the seconds that a call would have to wait now.

        Args:
            now: A monotonic time in seconds.
        """
        with self._lock:
            return self._next(now) - now

    def reserve(self, now: float) -> float:
        """Take the next place.

        Args:
            now: A monotonic time in seconds.

        Returns:
            Seconds to wait before sending. A place that is not used is to be given back.
        """
        with self._lock:
            due = self._next(now)
            insort(self._due, due)
            return due - now

    def release(self, due: float) -> None:
        """Give back a place that was not used.

        Args:
            due: When it was to be used: the time of the reservation plus its wait.
        """
        with self._lock:
            # The sum may differ from ours in its last bit.
            index = bisect_left(self._due, due - 1e-6)
            if index < len(self._due) and abs(self._due[index] - due) <= 1e-6:
                del self._due[index]

    def hold(self, seconds: float, now: float) -> None:
        """Let nothing out for a while: the service refused a call for its rate."""
        with self._lock:
            self._held_until = max(self._held_until, now + seconds)

    def _next(self, now: float) -> float:
        del self._due[: bisect_left(self._due, now - self._length)]
        due = max(now, self._held_until)
        if len(self._due) >= self.pace.requests:
            due = max(due, self._due[-self.pace.requests] + self._length)
        return due
