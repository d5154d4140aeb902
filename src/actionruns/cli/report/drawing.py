"""Shapes of a report's charts: paths, scales and ticks as values, in boxes of 100 by 100.

The page stretches the boxes to the room that there is; texts stand beside them, not in them, so
that they keep their size.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import attrs

__all__ = ["Bar", "Scale", "Tick", "areas", "bars", "nice_top", "outline"]

K = TypeVar("K")


@attrs.frozen
class Tick:
    """A place on an axis, in per cent, and what is written there."""

    at: float
    label: str


@attrs.frozen(kw_only=True)
class Bar(Generic[K]):
    """A rectangle in the box.

    Attributes:
        kind: What it stands for.
        x: Left edge.
        y: Upper edge.
        width: Width.
        height: Height.
    """

    kind: K
    x: float
    y: float
    width: float
    height: float


def areas(series: Mapping[K, Sequence[float]], *, top: float) -> dict[K, str]:
    """Return areas that stand one on the other, as paths; those that are empty are left out.

    A value holds from its place to the next one.

    Args:
        series: Values at the same places, the lowest area first.
        top: The value that is the upper edge of the box.
    """
    paths: dict[K, str] = {}
    ground: list[float] = []
    for kind, values in series.items():
        ground = ground or [0.0] * len(values)
        roof = [below + value for below, value in zip(ground, values, strict=True)]
        if any(values):
            there, back = _steps(roof, top), _steps(ground, top)
            paths[kind] = f"M{_join(there)}L{_join(reversed(back))}Z"
        ground = roof
    return paths


def outline(counts: Sequence[float], *, top: float) -> str:
    """Return counts of neighbouring bins as one path with a step for each."""
    width = 100 / len(counts)
    corners = [(0.0, 100.0)]
    for number, count in enumerate(counts):
        y = 100 - count / top * 100 if top > 0 else 100.0
        corners += [(number * width, y), ((number + 1) * width, y)]
    corners.append((100.0, 100.0))
    return f"M{_join(corners)}Z"


def bars(columns: Iterable[Mapping[K, float]], *, count: int, top: float) -> list[Bar[K]]:
    """Return columns of bars that stand one on the other.

    Args:
        columns: For each column, the values from below.
        count: Columns.
        top: The value that is the upper edge of the box.
    """
    width = 100 / count
    found: list[Bar[K]] = []
    for number, column in enumerate(columns):
        ground = 100.0
        for kind, value in column.items():
            height = value / top * 100 if top > 0 else 0.0
            if height <= 0:
                continue
            ground -= height
            found.append(
                Bar(
                    kind=kind,
                    x=round(number * width + width * 0.08, 3),
                    y=round(ground, 3),
                    width=round(width * 0.84, 3),
                    height=round(height, 3),
                )
            )
    return found


def nice_top(value: float) -> float:
    """Return a round number that is not below a value: 1, 2, 2.5 or 5 times a power of ten.

    >>> [nice_top(v) for v in (0, 0.7, 3, 21, 101)]
    [1.0, 1.0, 5.0, 25.0, 200.0]
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(f * power for f in (1, 2, 2.5, 5, 10) if f * power >= value * (1 - 1e-9))


@attrs.frozen(kw_only=True)
class Scale:
    """Places durations on an axis: evenly, or by their logarithm where they differ too much.

    Attributes:
        low: The left end, in seconds; 0 when it is even.
        high: The right end.
    """

    low: float
    high: float

    @classmethod
    def over(cls, ordered: Sequence[float]) -> Scale:
        """Make the scale for durations, given in order."""
        if not ordered or ordered[-1] <= 0:
            return cls(low=0.0, high=1.0)
        high, middle = ordered[-1], ordered[len(ordered) // 2]
        if high <= middle * 20:
            return cls(low=0.0, high=high)
        positive = next(value for value in ordered if value > 0)
        return cls(low=max(positive, high / 1e5) * 0.9, high=high)

    @property
    def is_even(self) -> bool:
        """Whether twice as long is twice as far."""
        return self.low == 0.0

    def at(self, seconds: float) -> float:
        """Return a duration's place, from 0 to 1."""
        if self.is_even:
            place = seconds / self.high
        else:
            place = math.log(max(seconds, self.low) / self.low) / math.log(self.high / self.low)
        return min(1.0, max(0.0, place))

    def ticks(self) -> list[float]:
        """Return round durations on the axis, about four."""
        if self.is_even:
            return _even_ticks(self.high)
        inside = [value for value in _ROUND if self.low <= value <= self.high]
        every = math.ceil(len(inside) / 5) or 1
        return inside[::every]


_ROUND = (0.001, 0.01, 0.1, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400, 604_800, 2_592_000)
_STEPS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30),
    *(60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400),
)


def _even_ticks(high: float) -> list[float]:
    step = next((s for s in _STEPS if high / s <= 4), math.ceil(high / 5 / 86_400) * 86_400)
    return [number * step for number in range(int(high / step + 1e-9) + 1)]


def _steps(values: Sequence[float], top: float) -> list[tuple[float, float]]:
    """Return the corners of a line that goes up and down in steps."""
    gaps = max(1, len(values) - 1)
    height = 100 / top if top > 0 else 0.0
    corners = [(0.0, 100 - values[0] * height)]
    for number in range(1, len(values)):
        if values[number] != values[number - 1]:
            x = number / gaps * 100
            corners += [(x, corners[-1][1]), (x, 100 - values[number] * height)]
    return [*corners, (100.0, corners[-1][1])]


def _join(points: Iterable[tuple[float, float]]) -> str:
    return "L".join(f"{_short(x)} {_short(y)}" for x, y in points)


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
