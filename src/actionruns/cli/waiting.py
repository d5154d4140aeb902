"""Wait for runs: a display meanwhile, the results at the end."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Annotated, Any

import attrs
import typer

from actionruns.cli.board import Board, live
from actionruns.cli.exits import ExitCode, code_of_all, code_of_update
from actionruns.cli.output import Output, json_of_update
from actionruns.cli.rendering import RunLook, run_details, run_table
from actionruns.cli.tally import Tally
from actionruns.watching import RunSource, RunUpdate, Watch, WatchSettings

__all__ = ["Patience", "wait_and_show"]

_PANEL = "Waiting"


@attrs.frozen(kw_only=True)
class Patience:
    """How long runs are followed, and how often they are looked at."""

    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout",
            "--max-wait",  # its older name
            metavar="SECONDS",
            help="Give up after so long; the runs go on. Left out, as long as it takes.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    interval: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="Time between two looks; left out, 1 s after a change, up to 15 s while it is "
            "quiet.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    max_in_flight: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            help="Requests for single runs under way at once.",
            rich_help_panel=_PANEL,
        ),
    ] = 64

    def keywords(self) -> dict[str, Any]:
        """Return it as keywords of a watch.

        Raises:
            typer.BadParameter: The time is up before it begins.
        """
        if self.timeout is not None and not self.timeout > 0:
            raise typer.BadParameter(f"--timeout must be above 0, but is {self.timeout:g}")
        return attrs.asdict(self)

    def settings(self) -> WatchSettings:
        """Return it as the settings of a watch."""
        return WatchSettings(**self.keywords())


async def wait_and_show(
    source: RunSource[Any],
    output: Output,
    run_ids: Sequence[str],
    patience: Patience,
    look: RunLook[Any],
) -> ExitCode:
    """Wait until runs have ended, show them, and return the code of their results.

    With ``--json``, a line for each run as it ends.
    """
    results: dict[str, RunUpdate[Any]] = {}
    async with AsyncExitStack() as stack:
        watch = await stack.enter_async_context(Watch([(source, run_ids)], patience.settings()))
        board = Board(Tally(len(run_ids)), watch.progress)
        if output.live:
            await stack.enter_async_context(live(board, output.console, transient=True))
        async for update in watch:
            board.take(update)
            if update.outcome is not None:
                results[update.run_id] = update
                if output.json:
                    output.line(json_of_update(update))
    updates = [results[run_id] for run_id in run_ids]
    if not output.json:
        _show_results(updates, output, look)
    return code_of_all(code_of_update(update) for update in updates)


def _show_results(updates: Sequence[RunUpdate[Any]], output: Output, look: RunLook[Any]) -> None:
    runs = [update.run for update in updates if update.is_terminal and update.run is not None]
    if len(updates) == 1 and runs:
        output.show(run_details(runs[0], output.console, look))
    elif runs:
        output.show(run_table(runs, output.console, look))
    for update in updates:
        if update.error is not None:
            output.note(str(update.error))
