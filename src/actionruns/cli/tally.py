"""Tally: how many followed runs are in which state."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from actionruns.states import RunState
from actionruns.watching import Outcome, RunUpdate, split_ref

__all__ = ["Tally"]

# Seconds over which the rate is taken.
_RATE_WINDOW = 3.0


class Tally:
    """Counts the states of followed runs from their updates.

    Args:
        total: Runs followed.
        clock: A monotonic time in seconds.

    Attributes:
        total: Runs followed.
        counts: Runs by the state last seen, those followed no longer included.
        by_service: The same for each service of which a run was seen.
        ended: Runs that have ended.
        lost: Runs given up: gone, not to be followed, or the watch's time was up.
    """

    def __init__(self, total: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.total = total
        self.counts = dict.fromkeys(RunState, 0)
        self.by_service: dict[str, dict[RunState, int]] = {}
        self.ended = 0
        self.lost = 0
        self._clock = clock
        self._begun = clock()
        self._stopped: float | None = None
        self._ends: deque[float] = deque()

    def take(self, update: RunUpdate[Any]) -> None:
        """Count a change."""
        if update.previous is not None:
            self._count(update.ref, update.previous, -1)
        # The last update of a run that has not ended may come without the run.
        if update.run is not None or update.previous is not None:
            self._count(update.ref, update.state, 1)
        if update.outcome is Outcome.ENDED:
            self._ends.append(self._clock())
        self._note(update.outcome)

    def restore(self, ref: str, state: RunState | None, outcome: Outcome | None) -> None:
        """Count a run as an earlier watch has left it; an end then is none of now.

        Args:
            ref: The run.
            state: Its state when last told; None = it was never seen.
            outcome: Why it is followed no longer; None = it is.
        """
        if state is not None:
            self._count(ref, state, 1)
        self._note(outcome)

    def _note(self, outcome: Outcome | None) -> None:
        self.ended += outcome is Outcome.ENDED
        self.lost += outcome not in (None, Outcome.ENDED)

    def _count(self, ref: str, state: RunState, number: int) -> None:
        self.counts[state] += number
        service = split_ref(ref)[0]
        if service not in self.by_service:
            self.by_service[service] = dict.fromkeys(RunState, 0)
        self.by_service[service][state] += number

    @property
    def over(self) -> int:
        """Runs that are followed no longer."""
        return self.ended + self.lost

    @property
    def unseen(self) -> int:
        """Runs that no update has told of yet."""
        return self.total - sum(self.counts.values())

    @property
    def elapsed(self) -> float:
        """Seconds since the following began, up to `stop`."""
        return (self._stopped or self._clock()) - self._begun

    def start(self) -> None:
        """Let the time begin now instead of when this was made."""
        self._begun = self._clock()

    def stop(self) -> None:
        """Let the time stand, for what is shown later."""
        self._stopped = self._clock()

    @property
    def rate(self) -> float:
        """Ends per second, over the last seconds."""
        now = self._stopped or self._clock()
        while self._ends and self._ends[0] < now - _RATE_WINDOW:
            self._ends.popleft()
        return len(self._ends) / min(_RATE_WINDOW, max(1.0, self.elapsed))

    def __str__(self) -> str:
        """Return the counts in one line, for where nothing can be redrawn."""
        parts = [f"{state} {count:,}" for state, count in self.counts.items() if count]
        if self.unseen:
            parts.append(f"not seen yet {self.unseen:,}")
        if self.lost:
            parts.append(f"given up {self.lost:,}")
        return ", ".join(parts)
