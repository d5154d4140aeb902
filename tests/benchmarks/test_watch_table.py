"""How figures are judged."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from benchmarks.watch.cost import Cost, Growth
from benchmarks.watch.figures import Figures
from benchmarks.watch.lag import Lag
from benchmarks.watch.memory import Memory
from benchmarks.watch.stall import Stall, Stalls
from benchmarks.watch.table import tables

SIZE = 100_000
COST = Cost(
    runs=SIZE,
    polled=SIZE,
    requests=110,
    first=1.0,
    sweeps=[1.0, 1.0],
    polls=[12.0, 12.0],
    decoded=[13.0, 13.0],
)
SHORT = Stall(waited=0.2, busy=0.05)
LONG = Stall(waited=0.2, busy=0.06)
FIGURES = Figures(
    costs={("nginx", SIZE): COST},
    memory=[Memory(runs=SIZE, grown=400 * SIZE)],
    traced={"benchmarks/watch/memory.py": 75.2},
    stalls={SIZE: [Stalls(runs=SIZE, idle=SHORT, first=SHORT, later=SHORT)]},
    growth=[Growth(runs=SIZE, requests=100, sweep=0.2, poll=8.0)],
    lags=[
        Lag(
            runs=10_000,
            interval=5.0,
            median=3.0,
            p99=7.0,
            told_p99=6.9,
            requests=10_050,
            looks=9,
            seconds=60.0,
        )
    ],
    server="nginx",
)


def verdicts(figures: Figures) -> list[str]:
    return [row[-1] for row in tables(figures)[0].rows]


def test_figures_at_their_limits_are_met() -> None:
    """110 requests, a twelfth, 400 bytes, 50 ms and interval + 2 s are still as wanted."""
    assert verdicts(FIGURES) == ["yes"] * 5


@pytest.mark.parametrize(
    ("number", "worse"),
    [
        (0, {"costs": {("nginx", SIZE): attrs.evolve(COST, requests=111)}}),
        (1, {"costs": {("nginx", SIZE): attrs.evolve(COST, sweeps=[1.1, 1.1])}}),
        (2, {"memory": [Memory(runs=SIZE, grown=401 * SIZE)]}),
        (
            3,
            {
                "stalls": {
                    SIZE: [
                        Stalls(runs=SIZE, idle=SHORT, first=SHORT, later=SHORT),
                        Stalls(runs=SIZE, idle=SHORT, first=LONG, later=SHORT),
                        Stalls(runs=SIZE, idle=SHORT, first=SHORT, later=LONG),
                    ]
                }
            },
        ),
        (4, {"lags": [attrs.evolve(FIGURES.lags[0], p99=7.1)]}),
    ],
)
def test_a_figure_over_its_limit_is_not_met(number: int, worse: dict[str, Any]) -> None:
    """Each figure is judged by itself, stalls by the median of their repetitions."""
    found = verdicts(attrs.evolve(FIGURES, **worse))
    assert found == ["no" if place == number else "yes" for place in range(5)]


def test_growth_is_told_by_page_and_run() -> None:
    """The table of growth has what a page and a run cost, and the memory where it was measured."""
    other = Growth(runs=1_000, requests=1, sweep=0.002, poll=0.08)
    growth = tables(attrs.evolve(FIGURES, growth=[other, *FIGURES.growth]))[2]
    assert growth.rows == [
        ("1,000", "1", "2.0 ms", "2.00 ms", "2.00 µs", "80 µs", "not measured"),
        ("100,000", "100", "200.0 ms", "2.00 ms", "2.00 µs", "80 µs", "400 bytes"),
    ]


def test_a_scaled_cost_says_so() -> None:
    """Where not all runs were polled, the table tells."""
    sampled = attrs.evolve(COST, polled=10_000)
    (row,) = tables(attrs.evolve(FIGURES, costs={("emulator", SIZE): sampled}))[1].rows
    assert row[4] == "12.00 s (of 10,000, scaled)"
