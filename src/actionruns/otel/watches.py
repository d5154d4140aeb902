"""Watches: a span for each look, and instruments that read how the watches of the process stand."""

from __future__ import annotations

import asyncio
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import attrs
from opentelemetry.trace import Tracer

from actionruns.core.forks import Shared
from actionruns.core.plan import Plan
from actionruns.otel import names
from actionruns.otel.calls import note_error
from actionruns.states import RunState
from actionruns.watching import Outcome, Progress, Snapshot, Watch
from actionruns.watching.fleet import Fleet

__all__ = ["Reading", "WatchSpans", "Watches"]


@attrs.define(kw_only=True)
class Reading:
    """How the watches of the process stand, all together.

    Attributes:
        watches: Watches under way.
        followed: Runs that they follow.
        waiting: Updates that nobody has taken yet.
        in_flight: Requests of theirs that are under way.
        lag: Seconds from a run's end to its being seen, the largest of any watch, by the share of
            ends that stayed below.
        intervals: Seconds from one look to the next, the longest of any watch, by service.
        allowances: Requests a second that the rate budget allows, the fewest, by service.
        changes: Updates made, by watches that are over too; as all that follow.
        looks: Looks at all runs.
        ended: Runs that have ended, by state.
        lost: Runs given up, by reason.
    """

    watches: int = 0
    followed: int = 0
    waiting: int = 0
    in_flight: int = 0
    lag: dict[float, float] = attrs.Factory(dict)
    intervals: dict[str, float] = attrs.Factory(dict)
    allowances: dict[str, float] = attrs.Factory(dict)
    changes: int = 0
    looks: int = 0
    ended: Counter[RunState] = attrs.Factory(Counter)
    lost: Counter[Outcome] = attrs.Factory(Counter)

    def count(self, progress: Progress) -> None:
        """Add what a watch has done."""
        self.changes += progress.changes
        self.looks += progress.rounds
        self.ended.update(progress.ended_as)
        self.lost.update(progress.lost_as)

    def copy_of_counts(self) -> Reading:
        """Return a reading that goes on from what was counted."""
        return Reading(
            changes=self.changes,
            looks=self.looks,
            ended=self.ended.copy(),
            lost=self.lost.copy(),
        )

    def take(self, snapshot: Snapshot) -> None:
        """Add how a watch stands."""
        self.watches += 1
        self.followed += snapshot.followed
        self.waiting += snapshot.waiting
        self.in_flight += snapshot.in_flight
        for share, seconds in ((0.5, snapshot.lag_p50), (0.99, snapshot.lag_p99)):
            if seconds is not None:
                self.lag[share] = max(seconds, self.lag.get(share, 0.0))
        for service, seconds in snapshot.intervals.items():
            self.intervals[service] = max(seconds, self.intervals.get(service, 0.0))
        for service, rate in snapshot.allowances.items():
            self.allowances[service] = min(rate, self.allowances.get(service, rate))


@attrs.frozen(eq=False)
class _UnderWay:
    # The watch itself is not kept: it ends when its last user drops it.
    watch: weakref.ref[Watch[Any]]
    progress: Progress


class Watches(Shared):
    """Knows the watches of the process.

    What a watch has done is counted when it has ended, too, so that one that comes and goes between
    two exports is not lost. Watches live in the threads of their loops, exporters in another.
    """

    def __init__(self) -> None:
        super().__init__()
        self._under_way: set[_UnderWay] = set()
        self._over = Reading()

    def after_fork(self) -> None:
        """Begin anew in a forked child: the watches are the parent's."""
        super().after_fork()
        self._under_way, self._over = set(), Reading()

    def add(self, watch: Watch[Any], following: asyncio.Task[None]) -> None:
        """Count a watch from its begin to its end."""
        entry = _UnderWay(weakref.ref(watch), watch.progress)
        with self._lock:
            self._under_way.add(entry)
        following.add_done_callback(partial(self._end, entry))

    def read(self) -> Reading:
        """Return how the watches stand now."""
        standing: list[Watch[Any]] = []
        with self._lock:
            for entry in list(self._under_way):
                watch = entry.watch()
                if watch is None:  # dropped with its loop, which told nobody
                    self._count_over(entry)
                else:
                    standing.append(watch)
            reading = self._over.copy_of_counts()
        # Without the lock: a loop whose watch ends just now must not wait for all the others.
        for watch in standing:
            reading.count(watch.progress)
            reading.take(watch.snapshot())
        return reading

    def _end(self, entry: _UnderWay, _: object) -> None:
        with self._lock:
            if entry in self._under_way:
                self._count_over(entry)

    def _count_over(self, entry: _UnderWay) -> None:
        self._under_way.discard(entry)
        self._over.count(entry.progress)


class WatchSpans:
    """Observes watches, see `actionruns.watching.observing`.

    Args:
        watches: Is told of each.
        tracer: Makes the spans of their looks.
    """

    def __init__(self, watches: Watches, tracer: Tracer) -> None:
        self.watch = watches.add
        self._tracer = tracer

    @contextmanager
    def look(self, fleet: Fleet[Any], plan: Plan) -> Iterator[None]:
        """Hold a span around a look."""
        with self._tracer.start_as_current_span(
            names.LOOK_SPAN,
            attributes={
                names.SERVICE: fleet.source.service,
                names.LOOK: plan.look.name.lower(),
                names.FOLLOWED: len(fleet.ledger),
            },
            record_exception=False,  # as for calls
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except BaseException as error:
                note_error(span, error)
                raise
            finally:
                span.set_attribute(names.ENDS, fleet.ends)
