"""Rate limit: one fixed window, over all clients of a service or for one of its users."""

from __future__ import annotations

import math
from typing import Literal

import attrs

__all__ = ["RateWindow", "Verdict"]


@attrs.frozen
class Verdict:
    """Whether a request is admitted, and where the limit stands.

    Attributes:
        admitted: Whether it is.
        headers: Headers that tell where the limit stands.
        wait: Whole seconds until the period ends, at least 1; 0 without a limit.
    """

    admitted: bool
    headers: dict[str, str]
    wait: int = 0


class RateWindow:
    """Count requests in periods that start with the first request of each.

    Args:
        limit: Requests admitted in a period; None: all, and no headers.
        period: Seconds of a period.
        reset: Whether ``x-ratelimit-reset`` tells the seconds until the period ends or the epoch
            second at which it does: the API's documentation has said both.
    """

    def __init__(
        self, limit: int | None, period: float, reset: Literal["seconds", "epoch"] = "seconds"
    ) -> None:
        self._limit = limit
        self._period = period
        self._reset = reset
        self._ends = 0.0
        self._used = 0

    def admit(self, now: float) -> Verdict:
        """Count a request made at ``now`` (epoch seconds)."""
        if self._limit is None:
            return Verdict(admitted=True, headers={})
        if now >= self._ends:
            self._ends = now + self._period
            self._used = 0
        admitted = self._used < self._limit
        self._used += admitted
        # Rounded up: who waits so long is past the end of the period.
        left = max(1, math.ceil(self._ends - now))
        headers = {
            "x-ratelimit-limit": str(self._limit),
            "x-ratelimit-period": f"{self._period:g}",
            "x-ratelimit-remaining": str(self._limit - self._used),
            "x-ratelimit-reset": str(left if self._reset == "seconds" else math.ceil(self._ends)),
        }
        if not admitted:
            headers["Retry-After"] = str(left)
        return Verdict(admitted=admitted, headers=headers, wait=left)
