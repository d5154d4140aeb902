"""What stands in each section of a report's page: texts and shapes, ready to be put there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import attrs

from actionruns.cli.rendering import duration
from actionruns.cli.report.collecting import Life, Sample
from actionruns.cli.report.drawing import Bar, Scale, Tick, areas, bars, nice_top, outline
from actionruns.cli.report.statistics import (
    ActionDurations,
    durations_by_action,
    ends,
    histogram,
    quantile,
    request_bins,
    services_of,
    time_ticks,
)
from actionruns.cli.report.timeline import Lane, Segment, Window, lanes, occupancy, segments
from actionruns.cli.states import LABELS
from actionruns.states import RunState
from actionruns.watching import Outcome

__all__ = [
    "Kind",
    "action_rows",
    "clock_ticks",
    "kind_of",
    "lane_rows",
    "noted_runs",
    "outcome_rows",
    "request_chart",
    "run_rows",
    "state_chart",
]

_POINTS = 161
_LANE_POINTS = 121
_BINS = 36
_COLUMNS = 60
_MOST_ACTIONS = 20
_TICKS = 6


@attrs.frozen
class Kind:
    """What a colour stands for: its class on the page, and its name."""

    css: str
    label: str


_ORDER: Final = (
    RunState.SUCCEEDED,
    RunState.FAILED,
    RunState.TIMED_OUT,
    RunState.CANCELED,
    RunState.UNKNOWN,
    Outcome.GONE,
    Outcome.FAILED_TO_FOLLOW,
    Outcome.STALE,
    None,
)
_STACK: Final = (
    RunState.SUCCEEDED,
    RunState.FAILED,
    RunState.TIMED_OUT,
    RunState.CANCELED,
    RunState.RUNNING,
    RunState.WAITING,
    RunState.QUEUED,
    RunState.UNKNOWN,
)


def kind_of(end: RunState | Outcome | None) -> Kind:
    """Return how an end is shown: a state, why it was given up, or None = it has not ended."""
    if end is None:
        return Kind("going", "not ended")
    if isinstance(end, RunState):
        return Kind(str(end).replace("_", "-"), LABELS[end])
    return Kind("lost", str(end))


@attrs.frozen(kw_only=True)
class Share:
    """A part of a whole, with its share in per cent."""

    kind: Kind
    count: int
    percent: float


@attrs.frozen(kw_only=True)
class Whole:
    """Something with its parts."""

    name: str
    count: int
    shares: Sequence[Share]


def outcome_rows(lives: Sequence[Life]) -> list[Whole]:
    """Return how the runs ended: of all services, and of each where there are several."""
    names = services_of(lives)
    rows = [_whole("all runs", ends(lives))]
    if len(names) > 1:
        rows += [_whole(n, ends(life for life in lives if life.service == n)) for n in names]
    elif names:
        rows = [attrs.evolve(rows[0], name=names[0])]
    return rows


def _whole(name: str, counts: Counter[RunState | Outcome | None]) -> Whole:
    total = counts.total()
    shares = [
        Share(kind=kind_of(end), count=counts[end], percent=counts[end] / total * 100)
        for end in _ORDER
        if counts[end]
    ]
    return Whole(name=name, count=total, shares=shares)


def clock_ticks(window: Window) -> list[Tick]:
    """Return round times of day, as the clock on this machine's wall shows them."""
    zone = datetime.fromtimestamp(window.begin, UTC).astimezone().utcoffset()
    offset = 0.0 if zone is None else zone.total_seconds()
    times = time_ticks(window.begin, window.end, at_most=_TICKS, offset=offset)
    if (len(times) > 1 and times[1] - times[0] < 60) or window.length < 60:
        form = "%H:%M:%S"
    else:
        form = "%H:%M" if window.length < 86_400 else "%d %b %H:%M"
    return [
        Tick(
            round(window.place(at) * 100, 2),
            datetime.fromtimestamp(at, UTC).astimezone().strftime(form),
        )
        for at in times
    ]


@attrs.frozen(kw_only=True)
class Chart:
    """Areas or bars in a box, the value of its upper edge, and what the colours stand for."""

    top: str
    areas: Mapping[str, str] = attrs.Factory(dict)
    bars: Sequence[Bar[str]] = ()
    legend: Sequence[Kind] = ()


def state_chart(lives: Sequence[Life], window: Window) -> Chart:
    """Return the runs by state over time."""
    counts = occupancy(lives, window, points=_POINTS)
    ordered = {state: counts[state] for state in _STACK if state in counts}
    most = max((sum(column) for column in zip(*ordered.values(), strict=True)), default=0)
    paths = areas(ordered, top=most)
    return Chart(
        top=f"{most:,}",
        areas={kind_of(state).css: path for state, path in paths.items()},
        legend=[kind_of(state) for state in paths],
    )


@attrs.frozen(kw_only=True)
class LaneRow:
    """A lane of the timeline: an action with the runs of it that were under way."""

    lane: Lane
    chart: Chart


def lane_rows(lives: Sequence[Life], window: Window) -> list[LaneRow]:
    """Return the runs under way over time, a lane for each action."""
    found = lanes(lives, window, points=_LANE_POINTS, at_most=_MOST_ACTIONS)
    rows = []
    for lane in found:
        ordered = {state: lane.active[state] for state in _STACK if state in lane.active}
        paths = areas(ordered, top=lane.most)
        drawn = {kind_of(state).css: path for state, path in paths.items()}
        rows.append(LaneRow(lane=lane, chart=Chart(top=f"{lane.most:,}", areas=drawn)))
    return rows


@attrs.frozen(kw_only=True)
class Piece:
    """A span of a run's life on the timeline, left edge and width in per cent."""

    kind: Kind
    left: float
    width: float


@attrs.frozen(kw_only=True)
class RunRow:
    """One run on the timeline."""

    life: Life
    end: Kind
    pieces: Sequence[Piece]
    at: float
    took: str


def run_rows(lives: Iterable[Life], window: Window) -> list[RunRow]:
    """Return each run as a row of the timeline, those that began first at the top."""
    rows = []
    for life in sorted(lives, key=lambda one: (one.begun, one.ref)):
        spans = segments(life)
        pieces = [_piece(span, window) for span in spans if not span.state.is_terminal]
        end = life.outcome if life.outcome not in (Outcome.ENDED, Outcome.TIMED_OUT) else None
        over = life.state if life.outcome is Outcome.ENDED else end
        at = window.end if life.ended is None else life.ended
        rows.append(
            RunRow(
                life=life,
                end=kind_of(over),
                pieces=pieces,
                at=round(window.place(at) * 100, 2),
                took="" if life.took is None else duration(life.took),
            )
        )
    return rows


def _piece(span: Segment, window: Window) -> Piece:
    left = window.place(span.since)
    width = window.place(min(span.until, window.end)) - left
    return Piece(
        kind=kind_of(span.state), left=round(left * 100, 2), width=round(max(0.0, width) * 100, 2)
    )


@attrs.frozen(kw_only=True)
class ActionRow:
    """The durations of an action: figures, and their distribution as a path."""

    found: ActionDurations
    whole: Whole
    path: str
    middle: float | None
    p50: str
    p90: str
    longest: str


def action_rows(lives: Sequence[Life]) -> tuple[list[ActionRow], Sequence[Tick]]:
    """Return the durations by action, and the ticks of the axis that they share."""
    found = durations_by_action(lives, at_most=_MOST_ACTIONS)
    scale = Scale.over(sorted(value for row in found for value in row.ordered))
    rows = [_action_row(row, scale) for row in found]
    if not any(row.ordered for row in found):
        return rows, []
    ticks = [Tick(round(scale.at(s) * 100, 2), _round_duration(s)) for s in scale.ticks()]
    return rows, ticks


def _round_duration(seconds: float) -> str:
    """Return a round duration without what is nothing of it."""
    text = duration(seconds) if seconds else "0"
    for nothing in (" 00 s", " 00 m", " 00 h"):
        text = text.removesuffix(nothing)
    return text.replace(".0 s", " s")


def _action_row(row: ActionDurations, scale: Scale) -> ActionRow:
    counts = histogram(map(scale.at, row.ordered), top=1.0, bins=_BINS)
    figures = [quantile(row.ordered, share) for share in (0.5, 0.9, 1.0)] if row.ordered else []
    texts = [duration(figure) for figure in figures] or ["-"] * 3
    return ActionRow(
        found=row,
        whole=_whole(row.name or "runs", row.ends),
        path=outline(counts, top=max(counts)) if row.ordered else "",
        middle=round(scale.at(figures[0]) * 100, 2) if figures else None,
        p50=texts[0],
        p90=texts[1],
        longest=texts[2],
    )


REQUEST_KINDS: Final = {
    "pages": Kind("pages", "list pages"),
    "singles": Kind("singles", "single runs"),
    "holds": Kind("holds", "held answers and streams"),
}


def request_chart(samples: Sequence[Sample]) -> Chart:
    """Return the requests a second over time."""
    binned = request_bins(samples, bins=_COLUMNS)
    seconds = max((samples[-1].at - samples[0].at) / _COLUMNS, 1e-9)
    columns = [{name: getattr(one, name) / seconds for name in REQUEST_KINDS} for one in binned]
    top = nice_top(max(sum(column.values()) for column in columns))
    last = samples[-1]
    return Chart(
        top=f"{top:,.3g}/s",
        bars=bars(columns, count=_COLUMNS, top=top),
        legend=[kind for name, kind in REQUEST_KINDS.items() if getattr(last, name)],
    )


@attrs.frozen(kw_only=True)
class Noted:
    """A run that somebody may want to look at."""

    life: Life
    end: Kind
    took: str


def noted_runs(lives: Iterable[Life], *, until: float, at_most: int) -> tuple[list[Noted], int]:
    """Return the runs that did not end well, and then those that go on, the longest first.

    Args:
        lives: The runs.
        until: The end of the watch.
        at_most: So many are returned.

    Returns:
        Them, and how many there are in all.
    """
    order = {end: number for number, end in enumerate(_ORDER)}
    found = []
    for life in lives:
        end = life.state if life.outcome is Outcome.ENDED else life.outcome
        end = None if end is Outcome.TIMED_OUT else end
        if end is not RunState.SUCCEEDED:
            took = until - life.begun if life.took is None else life.took
            found.append((order.get(end, len(order)), -took, life.ref, end, life))
    found.sort(key=lambda item: item[:3])
    noted = [
        Noted(life=life, end=kind_of(end), took=duration(-took))
        for _, took, _, end, life in found[:at_most]
    ]
    return noted, len(found)
