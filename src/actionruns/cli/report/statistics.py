"""Figures of a report: distributions, shares and rates. Pure functions of what was collected."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import attrs

from actionruns.cli.report.collecting import Life, Sample
from actionruns.services import SERVICES
from actionruns.states import RunState
from actionruns.watching import Outcome

__all__ = [
    "ActionDurations",
    "RequestBin",
    "durations_by_action",
    "ends",
    "histogram",
    "quantile",
    "request_bins",
    "services_of",
    "time_ticks",
]

OTHERS = "(others)"
"""The name under which actions are put together that have too few runs to stand alone."""

_TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)
_DAY = 86_400.0


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value that a share of ordered values does not exceed, between two if need be.

    >>> quantile([1.0, 2.0, 4.0], 0.5), quantile([1.0, 2.0], 0.75)
    (2.0, 1.75)
    """
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def histogram(values: Iterable[float], *, top: float, bins: int) -> list[int]:
    """Count values from 0 to a top in bins of one width; what is above counts in the last.

    >>> histogram([0.0, 0.4, 1.0, 9.0], top=2.0, bins=4)
    [2, 0, 1, 1]
    """
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int(value / top * bins)) if top > 0 else 0] += 1
    return counts


@attrs.frozen(kw_only=True)
class ActionDurations:
    """How long the runs of an action took, and how they ended.

    Attributes:
        name: The action; empty = it was not told.
        service: Its service; empty = several.
        ordered: Seconds that the runs took which have ended, in order.
        ends: How they ended, or why they are not followed any more; None = they have not ended.
    """

    name: str
    service: str
    ordered: Sequence[float]
    ends: Counter[RunState | Outcome | None]

    @property
    def count(self) -> int:
        """Runs of the action."""
        return self.ends.total()


def services_of(lives: Iterable[Life]) -> list[str]:
    """Return the services of some runs, in the order in which they are documented."""
    found = {life.service for life in lives}
    return [name for name in SERVICES if name in found]


def ends(lives: Iterable[Life]) -> Counter[RunState | Outcome | None]:
    """Count how runs ended: by state; those given up by outcome; None = they have not ended."""
    return Counter(_end_of(life) for life in lives)


def _end_of(life: Life) -> RunState | Outcome | None:
    if life.outcome is Outcome.ENDED:
        return life.state
    return None if life.outcome is Outcome.TIMED_OUT else life.outcome


def durations_by_action(lives: Iterable[Life], *, at_most: int) -> list[ActionDurations]:
    """Return the actions with the most runs first; the rest of them as one.

    Args:
        lives: The runs.
        at_most: Rows at most.
    """
    groups: dict[tuple[str, str], list[Life]] = defaultdict(list)
    for life in lives:
        groups[life.service, life.action].append(life)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    alone = ordered if len(ordered) <= at_most else ordered[: at_most - 1]
    rows = [_row(action, service, group) for (service, action), group in alone]
    rest = [life for _, group in ordered[len(alone) :] for life in group]
    if rest:
        rows.append(_row(OTHERS, "", rest))
    return rows


def _row(name: str, service: str, lives: Sequence[Life]) -> ActionDurations:
    return ActionDurations(
        name=name,
        service=service,
        ordered=sorted(life.took for life in lives if life.took is not None),
        ends=ends(lives),
    )


@attrs.frozen(kw_only=True)
class RequestBin:
    """Requests that were made in a part of the time."""

    pages: float = 0.0
    singles: float = 0.0
    holds: float = 0.0
    refusals: float = 0.0
    failures: float = 0.0

    @property
    def total(self) -> float:
        """Requests, whatever became of them."""
        return self.pages + self.singles + self.holds


def request_bins(samples: Sequence[Sample], *, bins: int) -> list[RequestBin]:
    """Return the requests between first and last sample, in bins of one width.

    What was made between two samples is taken as spread evenly over that time.

    Args:
        samples: In order of time; the counts never fall.
        bins: How many.
    """
    begin, end = samples[0].at, samples[-1].at
    width = (end - begin) / bins
    names = [field.name for field in attrs.fields(RequestBin)]
    sums = [dict.fromkeys(names, 0.0) for _ in range(bins)]
    for before, after in pairwise(samples):
        made = {name: getattr(after, name) - getattr(before, name) for name in names}
        for number, share in _shares(before.at - begin, after.at - begin, width, bins):
            for name in names:
                sums[number][name] += made[name] * share
    return [RequestBin(**values) for values in sums]


def _shares(begin: float, end: float, width: float, bins: int) -> Iterable[tuple[int, float]]:
    """Give the bins that a span of time is in, with the share of it that is in each."""
    if end <= begin or width <= 0:
        yield min(bins - 1, int(begin / width) if width > 0 else 0), 1.0
        return
    first, last = int(begin / width), min(bins - 1, int(end / width))
    for number in range(min(first, last), last + 1):
        right = end if number == last else (number + 1) * width
        share = (right - max(begin, number * width)) / (end - begin)
        if share > 0:
            yield number, share


def time_ticks(begin: float, end: float, *, at_most: int, offset: float = 0.0) -> list[float]:
    """Return round times between two, so many at most.

    Args:
        begin: Seconds since 1970.
        end: Not before it.
        at_most: How many.
        offset: Seconds by which the local time is ahead: round is what is round there.
    """
    span = max(end - begin, 1e-9)
    fitting = [step for step in _TICKS if span / step <= at_most]
    step = float(fitting[0]) if fitting else math.ceil(span / _DAY / at_most) * _DAY
    first = math.ceil((begin + offset) / step) * step - offset
    return [first + number * step for number in range(int((end - first) / step) + 1)]
