"""Collector: gathers what a report tells, small enough for a hundred thousand runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import attrs

from actionruns.cli.rendering import RunLook
from actionruns.states import RunState
from actionruns.watching import Outcome, Progress, RunUpdate, split_ref

__all__ = ["Collector", "Life", "Sample"]

_SAMPLE_SECONDS = 0.5
# Samples that are kept; when there are more, every other one is let go.
_MOST_SAMPLES = 1200


def _now() -> float:
    return datetime.now(UTC).timestamp()


@attrs.define(kw_only=True, eq=False)
class Life:
    """What was seen of one run. Times are seconds since 1970.

    Attributes:
        ref: The run.
        action: What it is a run of; empty = not told.
        begun: When it began by its service's clock, else when it was first seen.
        ended: When it ended by its service's clock, else when that was seen; None = it has not.
        seen: The states as they were seen, each with the time.
        outcome: Why it is followed no longer; None = it was, to the end of the watch.
        problem: What stood against following it.
    """

    ref: str
    action: str
    begun: float
    ended: float | None = None
    seen: list[tuple[float, RunState]] = attrs.Factory(list)
    outcome: Outcome | None = None
    problem: str = ""

    @property
    def service(self) -> str:
        """The service's name."""
        return split_ref(self.ref)[0]

    @property
    def state(self) -> RunState:
        """The state last seen; `RunState.UNKNOWN` when none was."""
        return self.seen[-1][1] if self.seen else RunState.UNKNOWN

    @property
    def took(self) -> float | None:
        """Seconds from begin to end; None when it has not ended."""
        return None if self.ended is None else max(0.0, self.ended - self.begun)


@attrs.frozen(kw_only=True)
class Sample:
    """The requests that a watch had made at one moment, since 1970 in seconds."""

    at: float
    pages: int = 0
    singles: int = 0
    holds: int = 0
    refusals: int = 0
    failures: int = 0


class Collector:
    """Gathers what a report tells, from the updates of a watch and from its progress.

    Args:
        looks: How the runs of each service look, by service.
        clock: The time of day in seconds.

    Attributes:
        lives: The runs, by reference.
        samples: The requests over time.
        begun: When the watch began.
        changes: Changes taken.
        earlier: Runs that had had their last update before it, of an earlier watch: how many.
    """

    def __init__(
        self, looks: Mapping[str, RunLook[Any]], *, clock: Callable[[], float] = _now
    ) -> None:
        self._looks = looks
        self._clock = clock
        self._actions: dict[str, str] = {}
        self.lives: dict[str, Life] = {}
        self.begun = clock()
        self.samples = [Sample(at=self.begun)]
        self.changes = 0
        self.earlier = 0

    def restore(self, ref: str, state: RunState | None, outcome: Outcome | None) -> None:
        """Note a run as an earlier watch has left it.

        Args:
            ref: The run.
            state: Its state when last told; None = it was never seen.
            outcome: Why it is followed no longer; None = it is.
        """
        if outcome is not None:
            self.earlier += 1
        elif state is not None:
            seen = [(self.begun, state)]
            self.lives[ref] = Life(ref=ref, action="", begun=self.begun, seen=seen)

    def take(self, update: RunUpdate[Any]) -> None:
        """Note a change."""
        self.changes += 1
        at = update.seen_at.timestamp()
        life = self.lives.get(update.ref)
        if life is None:
            life = self.lives[update.ref] = Life(ref=update.ref, action="", begun=at)
        if update.run is not None:
            self._note_run(life, update)
        if update.run is not None or update.previous is not None:
            if not life.seen and update.previous is not None:
                life.seen.append((min(at, self.begun), update.previous))
            if not life.seen or life.seen[-1][1] is not update.state:
                life.seen.append((at, update.state))
        if update.outcome is Outcome.TIMED_OUT and update.redelivered:
            return  # of an earlier watch; this one follows it on
        life.outcome = update.outcome
        life.problem = "" if update.error is None else str(update.error)

    def _note_run(self, life: Life, update: RunUpdate[Any]) -> None:
        look = self._looks[life.service]
        action = look.subject[1](update.run)
        life.action = self._actions.setdefault(action, action) or life.action
        begun, ended = look.times(update.run)
        if begun is not None:
            life.begun = begun.timestamp()
        if update.is_terminal:
            end = ended or update.changed_at or update.seen_at
            life.ended = end.timestamp()

    def sample(self, progress: Progress) -> None:
        """Note the requests so far."""
        self.samples.append(
            Sample(
                at=self._clock(),
                pages=progress.pages,
                singles=progress.singles,
                holds=progress.holds,
                refusals=progress.refusals,
                failures=progress.failures,
            )
        )
        if len(self.samples) > _MOST_SAMPLES:
            del self.samples[1:-1:2]

    @asynccontextmanager
    async def sampling(self, progress: Progress) -> AsyncIterator[None]:
        """Note the requests now and then while the body runs, and at its end."""

        async def keep_sampling() -> None:
            while True:
                # Longer once the samples have been thinned out, as the watch is a long one.
                lasted = self._clock() - self.begun
                await asyncio.sleep(max(_SAMPLE_SECONDS, lasted / _MOST_SAMPLES))
                self.sample(progress)

        task = asyncio.create_task(keep_sampling())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            self.sample(progress)
