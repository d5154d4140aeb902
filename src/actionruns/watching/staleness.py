"""When a run that is running counts as stale: most likely nobody works on it any more."""

from __future__ import annotations

from datetime import datetime

from actionruns.core.zone import aware
from actionruns.errors import WaitTimeout
from actionruns.states import Run, RunState

__all__ = ["staleness", "start_of"]


def start_of(run: Run) -> datetime | None:
    """Return when a run was started, as far as it says so."""
    started = getattr(run, "started_at", None)
    return aware(started) if isinstance(started, datetime) else None


def staleness(
    ref: str, state: RunState | None, started: datetime | None, *, limit: float, now: datetime
) -> WaitTimeout | None:
    """Return the error of a stale run; None when it is not stale.

    A service that does not notice the end of its workers leaves their runs running for ever
    (ForgePortal, facts E13). The run's own ``started_at`` tells since when; a run that has none, or
    that waits to be tried again, is not stale.

    Args:
        ref: The run's reference, for the error.
        state: Its state when last seen.
        started: When it was started.
        limit: Seconds after which a running run is stale.
        now: The time of day.
    """
    if state is not RunState.RUNNING or started is None:
        return None
    seconds = (now - started).total_seconds()
    if seconds <= limit:
        return None
    problem = f"{ref} has been running for {seconds:.0f} s, longer than {limit:g} s"
    return WaitTimeout(f"{problem}; its worker may have died", ref=ref)
