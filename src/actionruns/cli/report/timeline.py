"""The runs over time: their states at each moment, of all of them and of each action."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import attrs

from actionruns.cli.report.collecting import Life
from actionruns.cli.report.statistics import OTHERS, quantile
from actionruns.states import RunState

__all__ = ["Lane", "Segment", "Window", "lanes", "occupancy", "segments", "window_of"]

# Of the runs that began first, this share may lie left of the window: a few old runs shall not
# squeeze all others together.
_LEFT_OUT = 0.05
# A window is at most so many times as long as the watch.
_LONGEST = 4


@attrs.frozen
class Window:
    """A span of time, from begin to end in seconds since 1970."""

    begin: float
    end: float

    @property
    def length(self) -> float:
        """Its length in seconds."""
        return self.end - self.begin

    def place(self, at: float) -> float:
        """Return where a moment is, from 0 at the begin to 1 at the end; what is outside is cut."""
        return min(1.0, max(0.0, (at - self.begin) / self.length)) if self.length > 0 else 0.0


@attrs.frozen
class Segment:
    """A span of a run's life in one state; `until` is infinite for the last one."""

    since: float
    until: float
    state: RunState


def window_of(lives: Iterable[Life], watched: Window) -> Window:
    """Return the time that a timeline shows: the watch, and the runs' lives before it.

    Args:
        lives: The runs.
        watched: From begin to end of the watch.
    """
    runs = list(lives)
    if not runs:
        return watched
    begin = quantile(sorted(life.begun for life in runs), _LEFT_OUT)
    over = sum(life.ended is not None and life.ended < watched.begin for life in runs)
    if over * 2 < len(runs):
        begin = max(begin, watched.end - _LONGEST * watched.length)
    return Window(min(begin, watched.begin), watched.end)


def segments(life: Life) -> list[Segment]:
    """Return a run's life as spans of one state each, the last one without an end.

    A state counts from when it was seen; an end from when it was by the service's clock. In which
    state a run was before it was first seen, nobody has told: it is taken to be the same, or
    running if it had ended by then.
    """
    if not life.seen:
        return []
    changes = list(life.seen)
    if changes[0][1].is_terminal:
        changes.insert(0, (life.begun, RunState.RUNNING))
    changes[0] = (min(life.begun, changes[0][0]), changes[0][1])
    if life.ended is not None:
        changes[-1] = (life.ended, changes[-1][1])
    found: list[Segment] = []
    since = -math.inf
    for number, (at, state) in enumerate(changes):
        since = max(since, at)
        following = changes[number + 1][0] if number + 1 < len(changes) else math.inf
        found.append(Segment(since, max(since, following), state))
    return found


def occupancy(
    lives: Iterable[Life], window: Window, *, points: int
) -> dict[RunState, Sequence[int]]:
    """Count the runs in each state at so many moments, the first and last of a window included.

    Args:
        lives: The runs.
        window: The time.
        points: Moments, at least two.

    Returns:
        The counts by state, without states that nobody was in.
    """
    steps: dict[RunState, list[int]] = defaultdict(lambda: [0] * (points + 1))
    for life in lives:
        for segment in segments(life):
            first = _point(segment.since, window, points)
            last = _point(segment.until, window, points)
            if first < last:
                steps[segment.state][first] += 1
                steps[segment.state][last] -= 1
    return {state: _sums(steps[state])[:points] for state in RunState if state in steps}


def _point(at: float, window: Window, points: int) -> int:
    """Return the first of the moments that is not before a time; `points` = none is."""
    if at <= window.begin:
        return 0
    if at > window.end:
        return points
    return math.ceil((at - window.begin) / window.length * (points - 1))


def _sums(steps: Sequence[int]) -> list[int]:
    total, sums = 0, []
    for step in steps:
        total += step
        sums.append(total)
    return sums


@attrs.frozen(kw_only=True)
class Lane:
    """The runs of an action that were under way over time.

    Attributes:
        name: The action.
        service: Its service; empty = several.
        count: Runs of the action, over the whole watch.
        active: Runs that had not ended, by state, at moments of one distance.
    """

    name: str
    service: str
    count: int
    active: dict[RunState, Sequence[int]]

    @property
    def most(self) -> int:
        """The most runs that were under way at once."""
        return max((sum(counts) for counts in zip(*self.active.values(), strict=True)), default=0)


def lanes(lives: Iterable[Life], window: Window, *, points: int, at_most: int) -> list[Lane]:
    """Return a lane for each action, those with the most runs first, the rest as one.

    Args:
        lives: The runs.
        window: The time.
        points: Moments, at least two.
        at_most: Lanes at most.
    """
    groups: dict[tuple[str, str], list[Life]] = defaultdict(list)
    for life in lives:
        groups[life.service, life.action].append(life)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    alone = ordered if len(ordered) <= at_most else ordered[: at_most - 1]
    rest = [life for _, group in ordered[len(alone) :] for life in group]
    named = [(action, service, group) for (service, action), group in alone]
    if rest:
        named.append((OTHERS, "", rest))
    found = []
    for action, service, group in named:
        counts = occupancy(group, window, points=points)
        active = {state: counts[state] for state in counts if not state.is_terminal}
        found.append(Lane(name=action, service=service, count=len(group), active=active))
    return found
