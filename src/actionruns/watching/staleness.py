"""When a run that is running counts as stale: most likely nobody works on it any more."""

from __future__ import annotations

from datetime import datetime

from actionruns.errors import WaitTimeout
from actionruns.states import Run, RunState

__all__ = ["staleness"]


def staleness(ref: str, run: Run | None, *, limit: float, now: datetime) -> WaitTimeout | None:
    """Return the error of a stale run; None when it is not stale.

    A service that does not notice the end of its workers leaves their runs running for ever
    (ForgePortal, facts E13). The run's own ``started_at`` tells since when; a run that has none, or
    that waits to be tried again, is not stale.

    Args:
        ref: The run's reference, for the error.
        run: The run as last seen.
        limit: Seconds after which a running run is stale.
        now: The time of day.
    """
    started = getattr(run, "started_at", None)
    if run is None or run.state is not RunState.RUNNING or not isinstance(started, datetime):
        return None
    seconds = (now - started).total_seconds()
    if seconds <= limit:
        return None
    problem = f"{ref} has been running for {seconds:.0f} s, longer than {limit:g} s"
    return WaitTimeout(f"{problem}; its worker may have died", ref=ref, run=run)
