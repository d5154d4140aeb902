"""Measure, print the tables, and write them and the chart into the documentation."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.watch.figures import Figures, measure
from benchmarks.watch.nginx import find_nginx
from benchmarks.watch.page import with_tables
from benchmarks.watch.table import Table, tables

_DOCS = Path(__file__).parents[2] / "docs"
_NO_NGINX = (
    "nginx is not installed: its half is left out. Install it (Debian, Ubuntu: "
    "apt install nginx-light) and repeat."
)


def main(arguments: Sequence[str]) -> None:
    """Measure; with ``--write``, write into the documentation what came of it."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    has_nginx = find_nginx() is not None
    if not has_nginx:
        console.print(_NO_NGINX, style="yellow")
    began, load = time.monotonic(), _load()
    figures = measure(lambda words: console.print(f"... {words}", style="dim"))
    made = tables(figures)
    condition = _condition(began, load, has_nginx=has_nginx)
    for table in made:
        console.print(_printed(table))
    console.print(condition)
    if "--write" in arguments:
        _write(figures, made, condition)


def _write(figures: Figures, made: Sequence[Table], condition: str) -> None:
    # Not above: the processes that measure import this module, too, and would carry it all along.
    from benchmarks.watch.chart import THEMES, draw

    page = _DOCS / "benchmarks.md"
    text = with_tables(page.read_text(encoding="utf-8"), made, condition)
    page.write_text(text, encoding="utf-8")
    for theme in THEMES:
        draw(figures, _DOCS / f"watch-cost-{theme}.svg", theme)


def _printed(table: Table) -> RichTable:
    printed = RichTable(*table.head, title=table.title, title_justify="left")
    for row in table.rows:
        printed.add_row(*row)
    return printed


def _condition(began: float, load: str, *, has_nginx: bool) -> str:
    minutes = (time.monotonic() - began) / 60
    without = "" if has_nginx else "; without nginx, which was not installed"
    return (
        f"Python {platform.python_version()}, aiohttp {aiohttp.__version__}, {sys.platform}, "
        f"{os.cpu_count()} cores, everything on this machine's loopback; load average {load} at "
        f"the start and {_load()} after {minutes:.0f} minutes{without}."
    )


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main(sys.argv[1:])
