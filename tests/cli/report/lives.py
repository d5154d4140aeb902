"""Runs as a report knows them, made up for tests."""

from __future__ import annotations

from actionruns.cli.report import Life
from actionruns.states import RunState
from actionruns.watching import Outcome

__all__ = ["BEGIN", "going_on", "life"]

BEGIN = 1_764_079_200.0
"""When the watches of the tests begin, in seconds since 1970."""


def life(
    ref: str = "port:r_1",
    *,
    action: str = "deploy",
    begun: float = 0.0,
    took: float = 10.0,
    state: RunState = RunState.SUCCEEDED,
) -> Life:
    """Return a run that was seen running when it began, and to end when it did."""
    ended = BEGIN + begun + took
    return Life(
        ref=ref,
        action=action,
        begun=BEGIN + begun,
        ended=ended,
        seen=[(BEGIN + begun, RunState.RUNNING), (ended + 0.5, state)],
        outcome=Outcome.ENDED,
    )


def going_on(ref: str = "port:r_1", *, action: str = "deploy", begun: float = 0.0) -> Life:
    """Return a run that had not ended when the watch did."""
    at = BEGIN + begun
    return Life(ref=ref, action=action, begun=at, seen=[(at, RunState.RUNNING)])
