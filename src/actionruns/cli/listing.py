"""Show runs that a service lists, and a single one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeVar

from actionruns.cli.output import Output
from actionruns.cli.rendering import RunLook, run_details, run_table
from actionruns.states import Run

__all__ = ["show_all", "show_page", "show_run"]

R = TypeVar("R", bound=Run)

# Runs that are shown at once, as one table's part.
_BATCH = 1000


def show_page(
    page: Any, runs: Sequence[R], output: Output, look: RunLook[R], *, following: str = ""
) -> None:
    """Show one page.

    Args:
        page: The service's answer, for ``--json``.
        runs: The runs in it.
        output: Where to.
        look: How they look.
        following: Option that gives the page behind it; empty = it is the last.
    """
    if output.json:
        output.document(page)
        return
    if runs:
        output.show(run_table(runs, output.console, look))
    else:
        output.note("No runs on this page." if following else "No runs here.")
    if following:
        output.note(f"There is more: {following}, or --all")


async def show_all(runs: AsyncIterator[R], output: Output, look: RunLook[R]) -> None:
    """Show runs as they come: a line of JSON each, or tables that go on as one."""
    if output.json:
        async for run in runs:
            output.line(run)
        return
    batch: list[R] = []
    count = 0
    async for run in runs:
        batch.append(run)
        count += 1
        if len(batch) == _BATCH:
            output.show(run_table(batch, output.console, look, header=count == len(batch)))
            batch = []
    if batch:
        output.show(run_table(batch, output.console, look, header=count == len(batch)))
    output.note(f"{count:,} runs" if count else "No runs here.")


def show_run(run: R, output: Output, look: RunLook[R]) -> None:
    """Show one run with all its details."""
    if output.json:
        output.document(run)
    else:
        output.show(run_details(run, output.console, look))
