"""Bulletin: the line in the log that tells now and then how a long watch stands."""

from __future__ import annotations

import logging

from actionruns.core.log_fields import LogFields
from actionruns.watching.progress import Progress

__all__ = ["Bulletin"]

_log = logging.getLogger("actionruns.watching")

# Seconds. Short enough to tell a watch at work from one that hangs, and some 150 lines a day.
_INTERVAL = 600.0


class Bulletin:
    """Tells how a watch stands, for one of its services.

    A watch that is over before the first line is due writes none: waits for single runs would
    otherwise fill the log.

    Args:
        service: The service.
        progress: Counts what the watch does, for all of its services.
    """

    def __init__(self, service: str, progress: Progress) -> None:
        self._service = service
        self._progress = progress
        self._due: float | None = None

    def tell(self, now: float, *, followed: int, interval: float) -> None:
        """Write the line if it is due.

        Args:
            now: A monotonic time in seconds.
            followed: Runs of the service that are followed.
            interval: Seconds from one look to the next.
        """
        if self._due is None:
            self._due = now + _INTERVAL
        if now < self._due:
            return
        self._due = now + _INTERVAL
        progress = self._progress
        _log.info(
            "%s: %d followed, %.1f s from one look to the next; the whole watch: %d ended, "
            "%d given up, %d requests, %d of them failed",
            self._service,
            followed,
            interval,
            progress.ended,
            progress.lost,
            progress.requests,
            progress.failures,
            extra=LogFields(
                service=self._service,
                followed=followed,
                interval=interval,
                ended=progress.ended,
                lost=progress.lost,
                requests=progress.requests,
                failures=progress.failures,
            ),
        )
