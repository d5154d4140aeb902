"""The chart of the documentation: what a look at all runs costs, from 1,000 runs to 100,000."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs
import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.watch.figures import Figures

__all__ = ["THEMES", "draw"]


@attrs.frozen
class _Theme:
    text: str
    grid: str
    sweep: str
    poll: str


# As the two of the site; the ground is that of the page.
THEMES = {
    "light": _Theme(text="#3a3f4b", grid="#d5d8e0", sweep="#3f51b5", poll="#c2571a"),
    "dark": _Theme(text="#d3d6e4", grid="#454a5f", sweep="#9fa8ff", poll="#ffab6e"),
}
"""The chart is drawn once for each theme of the site."""


def draw(figures: Figures, path: Path, theme: str) -> None:
    """Write the chart as an SVG.

    Args:
        figures: What was measured.
        path: The file.
        theme: One of `THEMES`.
    """
    colours = THEMES[theme]
    sweeps = [(size.runs, size.sweep) for size in figures.growth]
    polls = [(size.runs, size.poll) for size in figures.growth]
    # The same figures give the same file, and text is drawn, since a reader may lack the font.
    with mpl.rc_context({"svg.hashsalt": "actionruns", "svg.fonttype": "path"}):
        figure = Figure(figsize=(9, 3.8), layout="constrained")
        whole, each = figure.subplots(1, 2)
        _lines(whole, sweeps, polls, colours)
        whole.set_ylim(1e-3, 50)
        _style(whole, "CPU time of one look at all runs", "seconds", colours)
        _lines(
            each,
            [(n, s / n * 1e6) for n, s in sweeps],
            [(n, s / n * 1e6) for n, s in polls],
            colours,
        )
        each.set_ylim(1, 300)
        _style(each, "The same for each run", "microseconds", colours)
        figure.savefig(path, format="svg", transparent=True, metadata={"Date": None})


def _lines(
    axes: Axes,
    sweeps: Sequence[tuple[int, float]],
    polls: Sequence[tuple[int, float]],
    colours: _Theme,
) -> None:
    for points, colour, name in (
        (polls, colours.poll, "polling each run"),
        (sweeps, colours.sweep, "sweeping the list"),
    ):
        axes.plot(*zip(*points, strict=True), color=colour, marker="o", linewidth=2)
        # Above the line for as far as the name reaches.
        highest = max(value for runs, value in points if runs * 10 >= points[-1][0])
        axes.annotate(
            name,
            (points[-1][0], highest),
            xytext=(0, 9),
            textcoords="offset points",
            ha="right",
            color=colour,
            fontweight="bold",
        )


def _style(axes: Axes, title: str, unit: str, colours: _Theme) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_title(title, color=colours.text, loc="left")
    axes.set_xlabel("runs followed", color=colours.text)
    axes.set_ylabel(unit, color=colours.text)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    axes.tick_params(colors=colours.text, which="both")
    axes.grid(color=colours.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(colours.grid)
