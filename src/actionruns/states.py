"""RunState: one life cycle for the runs of every service."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Protocol

__all__ = ["Run", "RunState", "has_ended", "state_of"]


class RunState(enum.StrEnum):
    """Where a run stands, in the same words for every service.

    The service's own word stays in ``run.status``. A status that this version does not know is
    `UNKNOWN`: it is not terminal, unless the service says by a time of end that the run is over.
    """

    QUEUED = "queued"
    """Accepted, not started."""
    WAITING = "waiting"
    """Waits for a person: an approval or the answer to an interrupt."""
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    """Ended before its work was done: declined, rejected, cancelled."""
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"
    """A status that this version of the SDK has no name for."""

    @property
    def is_terminal(self) -> bool:
        """Whether a run in this state will not change again."""
        return self in _TERMINAL


_TERMINAL = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELED, RunState.TIMED_OUT})


class Run(Protocol):
    """What every service's run model has in common."""

    @property
    def status(self) -> str:
        """The service's own status word."""

    @property
    def state(self) -> RunState:
        """The normalised state."""

    @property
    def is_terminal(self) -> bool:
        """Whether the run has ended."""


def state_of(status: str, states: Mapping[str, RunState]) -> RunState:
    """Return the state that a service's status word stands for, `RunState.UNKNOWN` if none."""
    return states.get(status, RunState.UNKNOWN)


def has_ended(state: RunState, ended: object) -> bool:
    """Tell whether a run is over.

    Args:
        state: Its normalised state.
        ended: Its time of end as the service gave it; anything falsy means that it gave none.
    """
    return state.is_terminal or (state is RunState.UNKNOWN and bool(ended))
