"""Time of day, and how long an emulated duration really takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Clock", "timestamp"]


def timestamp(seconds: float) -> str:
    """Render epoch seconds as the services do: UTC with milliseconds and ``Z``."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class Clock:
    """The wall clock, and the factor by which runs live faster.

    Durations are shortened instead of timestamps being faked: ``endedAt`` is then a moment that a
    watcher can compare with its own clock, at every speed.

    Args:
        speed: Emulated seconds in a real one.
        now: Where the time comes from, as epoch seconds; a test may put its own.
    """

    def __init__(self, speed: float = 1.0, now: Callable[[], float] = time.time) -> None:
        self.speed = speed
        self.now = now

    def real(self, emulated: float) -> float:
        """Convert emulated seconds into real ones."""
        return emulated / self.speed
