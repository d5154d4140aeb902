"""Record: what the demo measured, and what it amounts to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import attrs

from actionruns.acp.v01 import Run as AcpRun
from actionruns.cli.tally import Tally
from actionruns.forgeportal import ActionRun as ForgePortalRun
from actionruns.port import ActionRun as PortRun
from actionruns.states import Run
from actionruns.watching import Progress, RunUpdate

__all__ = ["Record", "ended_at", "percentile"]


def ended_at(run: Run) -> datetime | None:
    """Return when a run ended, by its service's clock.

    The Agent Connect Protocol has no time of end, but a run that has ended changes no more.
    """
    if isinstance(run, PortRun):
        return run.ended_at or None
    if isinstance(run, ForgePortalRun):
        return run.finished_at or None
    return run.updated_at if isinstance(run, AcpRun) else None


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of all values does not exceed (nearest rank).

    >>> percentile([3.0, 1.0, 2.0, 4.0], 0.5)
    2.0
    """
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


@attrs.define(kw_only=True)
class Record:
    """What one run of the demo measured.

    Attributes:
        wanted: Runs that were to be executed.
        interval: Seconds between two looks.
        executed: Runs that were executed.
        execution_seconds: How long that took.
        watched_from: When the following began; None = it has not.
        tally: The states.
        progress: The requests.
        delays: Seconds from the end of a run, by the service's clock, to its being seen here.
        ends: When runs ended, by the service's clock.
        interrupted: Whether Ctrl-C came before the end.
    """

    wanted: int
    interval: float
    executed: int = 0
    execution_seconds: float = 0.0
    watched_from: datetime | None = None
    tally: Tally = attrs.field()
    progress: Progress = attrs.field(factory=Progress)
    delays: list[float] = attrs.field(factory=list)
    ends: list[datetime] = attrs.field(factory=list)
    interrupted: bool = False

    @tally.default
    def _nothing_seen(self) -> Tally:
        return Tally(self.wanted)

    def take(self, update: RunUpdate[Run]) -> None:
        """Note a change."""
        if update.is_terminal and update.run is not None and (end := ended_at(update.run)):
            self.ends.append(end)
            self.delays.append((update.seen_at - end).total_seconds())

    def polls(self, now: datetime | None = None) -> int:
        """Return the requests that asking for each run at the same interval would have sent.

        Each run is asked for at the start and then every `interval` seconds, up to the first
        answer after its end; one that has not ended, up to now.

        Args:
            now: The time of day; None = ask the clock.
        """
        if self.watched_from is None:
            return 0
        going_on = self.executed - len(self.ends)
        elapsed = ((now or datetime.now(UTC)) - self.watched_from).total_seconds()
        asked = going_on * (math.floor(elapsed / self.interval) + 1)
        for end in self.ends:
            lived = max(0.0, (end - self.watched_from).total_seconds())
            asked += math.ceil(lived / self.interval) + 1
        return asked
