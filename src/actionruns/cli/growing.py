"""Show a log, and go on with it while it grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

import attrs
import typer
from rich.text import Text

from actionruns.cli.output import Output

__all__ = ["LogReading", "show_entry", "show_log"]


@attrs.frozen(kw_only=True)
class LogReading:
    """Which entries are shown."""

    offset: Annotated[int, typer.Option(min=0, help="How many entries to skip.")] = 0
    follow: Annotated[
        bool,
        typer.Option("--follow", "-f", help="Go on with new entries until the run has ended."),
    ] = False
    interval: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="With --follow: time between looks.")
    ] = 2.0

    def check_limit(self, limit: int | None) -> None:
        """Refuse a limit where the end of the run is waited for.

        Raises:
            typer.BadParameter: Both are given.
        """
        if limit is not None and self.follow:
            raise typer.BadParameter("give --limit or --follow, not both")


async def show_log(
    output: Output,
    reading: LogReading,
    *,
    entries_from: Callable[[int], AsyncIterator[Any]],
    has_ended: Callable[[], Awaitable[bool]],
    look: Callable[[Any], Text],
) -> None:
    """Show all entries of a log; with ``--follow``, up to the end of its run.

    Args:
        output: Where to.
        reading: Which entries.
        entries_from: Gives the entries that are there now, behind so many.
        has_ended: Tells whether the run has ended; asked only with ``--follow``.
        look: How an entry looks.
    """
    offset = reading.offset
    while True:
        # Asked before the entries: what is logged between is not lost when the run ends.
        ended = not reading.follow or await has_ended()
        async for entry in entries_from(offset):
            show_entry(entry, output, look)
            offset += 1
        if ended:
            return
        await asyncio.sleep(reading.interval)


def show_entry(entry: Any, output: Output, look: Callable[[Any], Text]) -> None:
    """Show one entry, as a part of a stream."""
    if output.json:
        output.line(entry)
    else:
        output.show(look(entry))
