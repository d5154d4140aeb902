"""RunUpdate and RunOutcome: what a watch tells."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Generic, TypeVar

import attrs

from actionruns.errors import ActionRunsError
from actionruns.states import Run, RunState

__all__ = ["Outcome", "RunOutcome", "RunUpdate", "split_ref"]

R = TypeVar("R", bound=Run)


class Outcome(enum.StrEnum):
    """Why a run is followed no longer."""

    ENDED = "ended"
    """It has ended; `RunUpdate.state` says how."""
    GONE = "gone"
    """The service did not know it for longer than the grace time."""
    FAILED_TO_FOLLOW = "failed to follow"
    """Asking for it kept failing; the run itself may be well."""
    TIMED_OUT = "timed out"
    """The watch's own time was up; the run goes on."""
    STALE = "stale"
    """It has been running for longer than the watch's stale limit; nobody may be working on it."""


@attrs.frozen(kw_only=True)
class RunUpdate(Generic[R]):
    """A change of one followed run.

    Attributes:
        ref: The run, for example ``port:r_QOz6WoOB1Q2lmhZZ``.
        run: The run as seen. Rows of a list have no heavy fields (payload, properties); a run that
            has ended is complete. None in the last update of a run that has not ended, when it was
            never seen, or when so many are followed that they are not kept.
        state: Its state now.
        previous: Its state before; None at the first sight.
        seen_at: When we saw it, UTC.
        changed_at: When it changed, by the service's clock; None when the service doesn't say.
        outcome: Why this is the run's last update; None while it is followed on.
        error: What stood against following it, for `Outcome.GONE`, `FAILED_TO_FOLLOW`,
            `TIMED_OUT` and `STALE`.
        redelivered: Whether this update may have been told before: it was under way when the watch
            that wrote the checkpoint ended.
    """

    ref: str
    run: R | None
    state: RunState
    previous: RunState | None
    seen_at: datetime
    changed_at: datetime | None = None
    outcome: Outcome | None = None
    error: ActionRunsError | None = None
    redelivered: bool = False

    @property
    def run_id(self) -> str:
        """The run's id at its service."""
        return split_ref(self.ref)[1]

    @property
    def is_terminal(self) -> bool:
        """Whether the run has ended."""
        return self.outcome is Outcome.ENDED


@attrs.frozen(kw_only=True)
class RunOutcome(Generic[R]):
    """How the following of one run ended.

    Attributes:
        ref: The run.
        outcome: Why it is followed no longer.
        state: Its state when last seen.
        run: The run when last seen. None when it was never seen, or has not ended and so many were
            followed that they are not kept.
        error: What stood against following it; None when it ended.
    """

    ref: str
    outcome: Outcome
    state: RunState
    run: R | None
    error: ActionRunsError | None = None

    @property
    def run_id(self) -> str:
        """The run's id at its service."""
        return split_ref(self.ref)[1]

    @property
    def succeeded(self) -> bool:
        """Whether the run ended, and well."""
        return self.outcome is Outcome.ENDED and self.state is RunState.SUCCEEDED


def split_ref(ref: str) -> tuple[str, str]:
    """Split a reference such as ``port:r_1`` into service and run id."""
    service, _, run_id = ref.partition(":")
    return service, run_id
