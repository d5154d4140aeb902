"""Progress and Snapshot: how far a watch has come, and what it has cost."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping

import attrs

from actionruns.states import RunState
from actionruns.watching.update import Outcome

__all__ = ["Progress", "Snapshot"]

# Ends of which the lag is kept.
_LAGS = 1000


@attrs.define
class Progress:
    """How far a watch has come; read it at any time.

    Attributes:
        followed: Runs still followed.
        ended: Runs that have ended.
        lost: Runs given up: gone, failed to follow, timed out, stale.
        changes: Updates made, first sights and last updates included.
        rounds: Looks at all runs.
        pages: List pages read.
        singles: Single runs asked for.
        holds: Answers that a server was asked to hold back, and streams listened to.
        failures: Requests that failed.
        refusals: Answers with status 429, those that were tried again included.
        in_flight: Requests under way now.
        pushes: Runs looked at because somebody told of a change.
        ended_as: The runs that have ended, by the state in which they did.
        lost_as: The runs given up, by the reason.
    """

    followed: int = 0
    ended: int = 0
    lost: int = 0
    changes: int = 0
    rounds: int = 0
    pages: int = 0
    singles: int = 0
    holds: int = 0
    failures: int = 0
    refusals: int = 0
    in_flight: int = 0
    pushes: int = 0
    ended_as: Counter[RunState] = attrs.field(factory=Counter)
    lost_as: Counter[Outcome] = attrs.field(factory=Counter)
    _lags: deque[float] = attrs.field(factory=lambda: deque(maxlen=_LAGS), repr=False)

    @property
    def requests(self) -> int:
        """Requests made for the watch, retries not counted."""
        return self.pages + self.singles + self.holds

    def note_end(self, state: RunState) -> None:
        """Note that a run has ended."""
        self.ended += 1
        self.ended_as[state] += 1

    def note_loss(self, outcome: Outcome) -> None:
        """Note that a run was given up."""
        self.lost += 1
        self.lost_as[outcome] += 1

    def note_lag(self, seconds: float) -> None:
        """Note how long after its end a run was seen to have ended."""
        # A service's clock may be ahead of ours.
        self._lags.append(max(0.0, seconds))

    def lag(self, share: float) -> float | None:
        """Return the lag that a share of the last thousand ends stayed below.

        Args:
            share: From 0 to 1: 0.5 = the median, 0.99 = the 99th percentile.

        Returns:
            Seconds from a run's end, by its service's clock, to our seeing it; None while no end
            has told its time.
        """
        lags = sorted(self._lags)
        return lags[min(len(lags) - 1, int(share * len(lags)))] if lags else None


@attrs.frozen(kw_only=True)
class Snapshot:
    """How a watch stands at one moment.

    Attributes:
        followed: Runs still followed.
        ended: Runs that have ended.
        lost: Runs given up: gone, failed to follow, timed out, stale.
        changes: Updates made.
        waiting: Updates made that nobody has taken yet.
        rounds: Looks at all runs.
        requests: Requests made, retries not counted: ``pages``, ``singles`` and ``holds``.
        pages: List pages read.
        singles: Single runs asked for.
        holds: Answers that a server was asked to hold back, and streams listened to.
        failures: Requests that failed.
        refusals: Answers with status 429, those that were tried again included.
        in_flight: Requests under way.
        pushes: Runs looked at because somebody told of a change.
        lag_p50: Median of the seconds from a run's end, by the service's clock, to its being seen,
            of runs that were seen before they ended; None while no end has told its time.
        lag_p99: The 99th percentile of the same.
        intervals: Seconds from one look to the next, by service.
        allowances: Requests a second that the rate budget allows, by service; without those where
            it is not known.
        ended_as: The runs that have ended, by the state in which they did.
        lost_as: The runs given up, by the reason.
    """

    followed: int
    ended: int
    lost: int
    changes: int
    waiting: int
    rounds: int
    requests: int
    pages: int
    singles: int
    holds: int
    failures: int
    refusals: int
    in_flight: int
    pushes: int
    lag_p50: float | None
    lag_p99: float | None
    intervals: Mapping[str, float]
    allowances: Mapping[str, float]
    ended_as: Mapping[RunState, int]
    lost_as: Mapping[Outcome, int]
