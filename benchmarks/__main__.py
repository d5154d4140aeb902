"""Print all measurements: `make bench`."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping

import aiohttp
from rich.console import Console
from rich.table import Table

from benchmarks import call, decode
from benchmarks.pairs import Ratio


def _table(title: str, ratios: Mapping[str, Ratio]) -> Table:
    table = Table(
        "variant", "CPU ratio", "quartiles", "best, µs", title=title, title_justify="left"
    )
    for name, ratio in ratios.items():
        table.add_row(
            name,
            f"{ratio.median:.2f}",
            f"{ratio.low:.2f} to {ratio.high:.2f}",
            f"{ratio.best * 1e6:.1f}",
        )
    return table


def main() -> None:
    """Measure and print."""
    console = Console()
    console.print(
        f"Python {platform.python_version()}, aiohttp {aiohttp.__version__}, {sys.platform}; "
        "CPU time of this process, each ratio from blocks taken in the same round"
    )
    for size, ratios in decode.measure().items():
        console.print(_table(f"typed decoding, {size} (base: pydantic v2)", ratios))
    for concurrency in (1, 32):
        title = f"one call, {concurrency} at once (base: raw aiohttp, a fresh URL each time)"
        console.print(_table(title, call.measure(concurrency=concurrency)))


if __name__ == "__main__":
    main()
