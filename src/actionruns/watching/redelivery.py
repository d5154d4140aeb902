"""An update from a checkpoint, told again."""

from __future__ import annotations

from typing import TypeVar

from actionruns.errors import ActionRunsError, DecodeFailed, RunGone, WaitTimeout
from actionruns.states import Run
from actionruns.watching.checkpoint import InFlight
from actionruns.watching.source import ActiveRow, RunSource
from actionruns.watching.update import Outcome, RunUpdate, split_ref

__all__ = ["as_update"]

R = TypeVar("R", bound=Run)


def as_update(told: InFlight, source: RunSource[R]) -> RunUpdate[R]:
    """Return an update that was in flight, as it was, marked as told again.

    Args:
        told: What the checkpoint has kept of it.
        source: How the service's runs are decoded.
    """
    return RunUpdate(
        ref=told.ref,
        run=_run(told, source),
        state=told.state,
        previous=told.previous,
        seen_at=told.seen_at,
        changed_at=told.changed_at,
        outcome=told.outcome,
        error=_error(told),
        redelivered=True,
    )


def _run(told: InFlight, source: RunSource[R]) -> R | None:
    if told.run is None or told.status is None:
        return None
    try:
        return source.from_row(ActiveRow(split_ref(told.ref)[1], told.status, told.run))
    except DecodeFailed:  # by a version of this package that knew another model
        return None


def _error(told: InFlight) -> ActionRunsError | None:
    if told.error is None:
        return None
    if told.outcome is Outcome.GONE:
        return RunGone(told.error, ref=told.ref)
    if told.outcome in (Outcome.TIMED_OUT, Outcome.STALE):
        return WaitTimeout(told.error, ref=told.ref)
    return ActionRunsError(told.error)
