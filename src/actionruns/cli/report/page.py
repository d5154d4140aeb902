"""Report: the page of a watch, from what was collected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs

from actionruns import __version__
from actionruns.cli.rendering import duration
from actionruns.cli.report.collecting import Collector, Life
from actionruns.cli.report.sections import (
    action_rows,
    clock_ticks,
    lane_rows,
    noted_runs,
    outcome_rows,
    request_chart,
    run_rows,
    state_chart,
)
from actionruns.cli.report.statistics import quantile, services_of
from actionruns.cli.report.timeline import Window, window_of
from actionruns.errors import ConfigurationError

__all__ = ["Report", "check_report"]

# Runs up to which each has a row on the timeline.
_MOST_ROWS = 60
_MOST_NOTED = 50


def check_report(file: Path) -> None:
    """Check before a watch begins that its report can be written at the end.

    Raises:
        ConfigurationError: The library for it is not installed, or the folder is not there.
    """
    _environment()
    folder = file.absolute().parent
    if not folder.is_dir():
        raise ConfigurationError(f"--report: there is no folder {folder}: make it, or name another")
    if file.is_dir():
        raise ConfigurationError(f"--report: {file} is a folder: name a file in it")


@attrs.frozen
class Figure:
    """One figure at the head of the page, with what it is and what to add to it."""

    value: str
    name: str
    more: str = ""


@attrs.frozen
class Report:
    """The report of a watch.

    Attributes:
        collector: What was collected.
        is_over: Whether the watch has come to its end, or was interrupted.
        unseen: Runs that were to be followed and were not seen by the end.
    """

    collector: Collector
    is_over: bool = True
    unseen: int = 0

    def write(self, file: Path) -> None:
        """Write the page.

        Raises:
            OSError: The file cannot be written.
        """
        file.write_text(self.html(), encoding="utf-8")

    def html(self) -> str:
        """Return the page."""
        collected = self.collector
        lives = list(collected.lives.values())
        watched = Window(collected.begun, collected.samples[-1].at)
        window = window_of(lives, watched)
        noted, noted_count = noted_runs(lives, until=watched.end, at_most=_MOST_NOTED)
        rows, ticks = action_rows(lives)
        few = len(lives) <= _MOST_ROWS
        text: str = (
            _environment()
            .get_template("report.html.jinja")
            .render(
                version=__version__,
                services=services_of(lives),
                period=_period(watched),
                is_over=self.is_over,
                figures=list(_figures(self, lives, watched)),
                outcomes=outcome_rows(lives),
                states=state_chart(lives, window),
                clock=clock_ticks(window),
                run_rows=run_rows(lives, window) if few else [],
                lane_rows=[] if few else lane_rows(lives, window),
                action_rows=rows,
                duration_ticks=ticks,
                requests=request_chart(collected.samples),
                request_clock=clock_ticks(watched),
                totals=collected.samples[-1],
                noted=noted,
                noted_count=noted_count,
                some_problem=any(one.life.problem for one in noted),
                count=len(lives) + self.unseen,
            )
        )
        return text


def _figures(report: Report, lives: list[Life], watched: Window) -> Iterator[Figure]:
    collected = report.collector
    ended = sum(life.ended is not None for life in lives)
    unseen = f"{report.unseen:,} of them not seen yet" if report.unseen else ""
    earlier = f"{collected.earlier:,} more were over before" if collected.earlier else ""
    count = len(lives) + report.unseen
    more = "; ".join(filter(None, (unseen, earlier)))
    yield Figure(f"{count:,}", f"run{'' if count == 1 else 's'} followed", more)
    yield Figure(f"{ended:,}", "ended", f"{_percent(ended, count)} of them")
    yield Figure(duration(watched.length), "watched", _rate(ended, watched))
    last = collected.samples[-1]
    made = last.pages + last.singles + last.holds
    each = f"{made / len(lives):.3g} for each run" if lives else ""
    yield Figure(f"{made:,}", "requests", each)
    lags = sorted(_lags(lives, watched))
    if lags:
        most = f"99 % within {duration(quantile(lags, 0.99))}"
        yield Figure(duration(quantile(lags, 0.5)), "from an end to its being seen", most)
    if last.refusals or last.failures:
        yield Figure(f"{last.failures:,}", "requests failed", f"{last.refusals:,} refused (429)")


def _lags(lives: list[Life], watched: Window) -> Iterator[float]:
    """Give the seconds from each end to its being seen; ends before the watch have none."""
    for life in lives:
        if life.ended is not None and life.ended >= watched.begin:
            yield max(0.0, life.seen[-1][0] - life.ended)


def _rate(ended: int, watched: Window) -> str:
    a_second = ended / watched.length if watched.length > 0 else 0.0
    if a_second >= 1 or not ended:
        return f"{a_second:,.0f} ends a second"
    return f"{a_second * 60:,.2g} ends a minute"


def _percent(count: int, total: int) -> str:
    return _share(count / total * 100 if total else 0.0)


def _period(watched: Window) -> str:
    begin, end = (
        datetime.fromtimestamp(at, UTC).astimezone() for at in (watched.begin, watched.end)
    )
    day = "%d %B %Y, "
    until = end.strftime("%H:%M:%S" if begin.date() == end.date() else f"{day}%H:%M:%S")
    zone = end.isoformat(timespec="seconds")[-6:]
    return f"{begin:{day}%H:%M:%S} to {until} (UTC{zone})"


@cache
def _environment() -> Any:
    try:
        jinja2 = import_module("jinja2")
    except ImportError as error:
        problem = "a report needs jinja2: pip install 'actionruns[report]'"
        raise ConfigurationError(problem) from error
    folder = files("actionruns.cli.report") / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = lambda number: f"{number:,}"
    environment.filters["percent"] = _share
    return environment


def _share(percent: float) -> str:
    """Return a share as text; what is there is never nothing, and what is not all never all."""
    if 0 < percent < 0.1:
        return "< 0.1 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    return f"{percent:.1f} %".replace(".0 %", " %")
