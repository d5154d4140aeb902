"""``actionruns port wait | watch``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import attrs
import typer

from actionruns import AsyncPortClient
from actionruns.cli.command import port_command
from actionruns.cli.exits import EXIT_CODES_HELP, ExitCode, code_of_all
from actionruns.cli.inputs import RunIds, run_ids_given
from actionruns.cli.output import Output
from actionruns.cli.waiting import Patience, wait_and_show, watch_and_tell

__all__ = ["add_watch_commands"]

_SEVERAL = "Several runs: 0 when all succeeded, else the lowest of the other codes."
_WATCHED = (
    "Without --exit-status, 1, 3 and 4 are no result of a watch: it did what it was to do, and "
    "exits with 0."
)
_NOT_FOLLOWED = (ExitCode.LOST, ExitCode.WAITED_ENOUGH)

# What a look at the active runs has no use for; a page is a fraction of its size without it.
_HEAVY_FIELDS = ("payload", "properties", "rawProperties", "response", "message")


def add_watch_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    port_command(app, "wait", epilog=f"{EXIT_CODES_HELP}\n\n{_SEVERAL}")(wait)
    port_command(app, "watch", epilog=f"{EXIT_CODES_HELP}\n\n{_WATCHED}")(watch)


@attrs.frozen(kw_only=True)
class Choice:
    """Which runs are followed, besides those that are named."""

    all_active: Annotated[
        bool, typer.Option("--all-active", help="All runs that have not ended by now.")
    ] = False
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Run ids from stdin, one a line, to its end.")
    ] = False
    from_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Run ids from a file, one a line.")
    ] = None

    async def run_ids(self, client: AsyncPortClient, named: Sequence[str]) -> list[str]:
        """Return the ids of the runs, each once."""
        ids = run_ids_given(named, stdin=self.stdin, file=self.from_file)
        if self.all_active:
            active = client.action_runs.iter_action_runs(active=True, exclude=_HEAVY_FIELDS)
            ids += [run.id async for run in active]
        return list(dict.fromkeys(ids))


async def wait(
    client: AsyncPortClient,
    output: Output,
    run_ids: RunIds,
    patience: Patience,
) -> ExitCode:
    """Wait until runs have ended; the exit code is their result.

    With --json, one line for each run as it ends.
    """
    ids = run_ids_given(run_ids, stdin=False, file=None)
    return await wait_and_show(client, output, ids, patience)


async def watch(
    client: AsyncPortClient,
    output: Output,
    choice: Choice,
    patience: Patience,
    run_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN...]", help="The ids of the runs.", show_default=False),
    ] = None,
    exit_status: Annotated[
        bool, typer.Option("--exit-status", help="Exit with the result of the runs, as wait does.")
    ] = False,
) -> ExitCode | None:
    """Follow many runs until each has ended, and tell every change once.

    The list of active runs is read page by page, a single run is asked for only when it has left
    it: 10,000 runs cost about ten requests a look. On a terminal a live display, elsewhere a line
    for each change; with --json a line of JSON.
    """
    if not (run_ids or choice.all_active or choice.stdin or choice.from_file):
        raise typer.BadParameter("name runs, or give --all-active, --stdin or --from-file")
    ids = await choice.run_ids(client, run_ids or [])
    if not ids:
        output.note("No runs to follow.")
        return None
    codes = await watch_and_tell(client, output, ids, patience)
    return code_of_all(code for code in codes if exit_status or code in _NOT_FOLLOWED)
