"""The figures beside what they must reach, and the details, as tables."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

import attrs

from benchmarks.watch.cost import Cost
from benchmarks.watch.figures import FLEETS, Figures
from benchmarks.watch.stall import Stall

__all__ = ["Table", "tables"]

_MOST_REQUESTS = 110
_MOST_CPU = 1 / 12
_MOST_BYTES = 400
_LONGEST_STALL = 0.050
_LAG_OVER_INTERVAL = 2.0

_LARGEST = FLEETS[-1]


@attrs.frozen
class Table:
    """A table to print or to put into a page.

    Attributes:
        title: Its title.
        head: The columns.
        rows: The rows; numbers are texts already.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables(figures: Figures) -> list[Table]:
    """Return what was measured as tables, the judged figures first."""
    return [
        Table(
            "What must be reached",
            ("figure", "must reach", "measured", "met"),
            list(_judged(figures)),
        ),
        Table(
            "One look at all runs: CPU time of the client's process",
            (
                "server, runs",
                "requests",
                "a sweep",
                "the first sweep",
                "polling, answers not decoded",
                "polling, decoded",
                "sweep / polling",
                "sweep / polling, decoded",
            ),
            [_cost_row(server, cost) for (server, _), cost in figures.costs.items()],
        ),
        Table(
            f"How it grows ({figures.server})",
            (
                "runs",
                "requests a sweep",
                "CPU a sweep",
                "a page",
                "a run",
                "polling, CPU a run",
                "memory a run",
            ),
            list(_growth_rows(figures)),
        ),
        Table(
            f"Stalls of the event loop ({figures.server})",
            ("runs", "sweep", "longest wait of a timer", "longest CPU time in one go"),
            list(_stall_rows(figures)),
        ),
        Table(
            f"Memory of a run, of {_LARGEST:,}, as Python counts it",
            ("allocated by", "bytes"),
            [(name, f"{size:.0f}") for name, size in figures.traced.items()],
        ),
        Table(
            "From the end of a run to its being seen (emulator)",
            ("runs", "interval", "median", "p99", "p99 as the watch tells it", "looks", "requests"),
            [
                (
                    f"{lag.runs:,}",
                    f"{lag.interval:g} s",
                    f"{lag.median:.2f} s",
                    f"{lag.p99:.2f} s",
                    f"{lag.told_p99:.2f} s",
                    f"{lag.looks}",
                    f"{lag.requests:,}",
                )
                for lag in figures.lags
            ],
        ),
    ]


def _judged(figures: Figures) -> Iterator[tuple[str, str, str, str]]:
    for (server, size), cost in figures.costs.items():
        if size == _LARGEST:
            yield (
                f"requests for one sweep of {size:,} active runs ({server})",
                f"≤ {_MOST_REQUESTS}",
                f"{cost.requests:.0f}",
                _word(cost.requests <= _MOST_REQUESTS),
            )
    for (server, size), cost in figures.costs.items():
        ratios = cost.ratios(cost.polls)
        yield (
            f"CPU of a sweep / polling each run by raw aiohttp, {size:,} runs ({server})",
            "≤ 1/12",
            f"{_fraction(statistics.median(ratios))} ({_span(ratios)})",
            _word(statistics.median(ratios) <= _MOST_CPU),
        )
    for memory in figures.memory:
        if memory.runs in FLEETS:
            yield (
                f"memory of a followed run, its id included, {memory.runs:,} runs",
                f"≤ {_MOST_BYTES} bytes",
                f"{memory.per_run:.0f} bytes",
                _word(memory.per_run <= _MOST_BYTES),
            )
    for size, stalls in figures.stalls.items():
        longest = [max(stall.first.busy, stall.later.busy) for stall in stalls]
        yield (
            f"longest stall of the event loop during sweeps, {size:,} runs (CPU time in one go)",
            f"≤ {_LONGEST_STALL * 1e3:.0f} ms",
            _milliseconds(longest),
            _word(statistics.median(longest) <= _LONGEST_STALL),
        )
    for lag in figures.lags:
        limit = lag.interval + _LAG_OVER_INTERVAL
        yield (
            f"end of a run -> seen, p99, {lag.runs:,} runs, a look every {lag.interval:g} s",
            f"≤ {limit:g} s",
            f"{lag.p99:.2f} s",
            _word(lag.p99 <= limit),
        )


def _cost_row(server: str, cost: Cost) -> tuple[str, ...]:
    scaled = "" if cost.polled == cost.runs else f" (of {cost.polled:,}, scaled)"
    median = statistics.median
    return (
        f"{server}, {cost.runs:,}",
        f"{cost.requests:.0f}",
        f"{median(cost.sweeps):.3f} s",
        f"{cost.first:.2f} s",
        f"{median(cost.polls):.2f} s{scaled}",
        f"{median(cost.decoded):.2f} s",
        _fraction(median(cost.ratios(cost.polls))),
        _fraction(median(cost.ratios(cost.decoded))),
    )


def _growth_rows(figures: Figures) -> Iterator[tuple[str, ...]]:
    bytes_of = {memory.runs: f"{memory.per_run:.0f} bytes" for memory in figures.memory}
    for size in figures.growth:
        yield (
            f"{size.runs:,}",
            f"{size.requests:.0f}",
            f"{size.sweep * 1e3:.1f} ms",
            f"{size.sweep / size.requests * 1e3:.2f} ms",
            f"{size.sweep / size.runs * 1e6:.2f} µs",
            f"{size.poll / size.runs * 1e6:.0f} µs",
            bytes_of.get(size.runs, "not measured"),
        )


def _stall_rows(figures: Figures) -> Iterator[tuple[str, ...]]:
    for size, stalls in figures.stalls.items():
        yield _stall_row(size, "the first", [stall.first for stall in stalls])
        yield _stall_row(size, "ten later ones", [stall.later for stall in stalls])
        yield _stall_row(size, "none (idle)", [stall.idle for stall in stalls])


def _stall_row(size: int, phase: str, found: Sequence[Stall]) -> tuple[str, ...]:
    waited = [stall.waited for stall in found]
    busy = [stall.busy for stall in found]
    return f"{size:,}", phase, _milliseconds(waited), _milliseconds(busy)


def _milliseconds(seconds: Sequence[float]) -> str:
    low, high = min(seconds) * 1e3, max(seconds) * 1e3
    return f"{statistics.median(seconds) * 1e3:.1f} ms ({low:.1f} to {high:.1f})"


def _fraction(ratio: float) -> str:
    return f"1/{1 / ratio:.0f}"


def _span(ratios: Sequence[float]) -> str:
    return f"{_fraction(min(ratios))} to {_fraction(max(ratios))}"


def _word(met: bool) -> str:
    return "yes" if met else "no"
