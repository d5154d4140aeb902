"""``actionruns port logs | log``."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import typer

from actionruns import AsyncPortClient
from actionruns.cli.command import port_command
from actionruns.cli.inputs import RunId, text_of
from actionruns.cli.output import Output
from actionruns.cli.rendering import log_line
from actionruns.port._generated.models import ActionRunLog

__all__ = ["add_log_commands"]

# The most that one page holds.
_PAGE_SIZE = 50


def add_log_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    port_command(app, "logs")(show_logs)
    port_command(app, "log")(add_log)


async def show_logs(  # each is an option
    client: AsyncPortClient,
    output: Output,
    run_id: RunId,
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=50, help="One page of so many entries; left out, all entries."),
    ] = None,
    offset: Annotated[int, typer.Option(min=0, help="How many entries to skip.")] = 0,
    follow: Annotated[
        bool,
        typer.Option("--follow", "-f", help="Go on with new entries until the run has ended."),
    ] = False,
    interval: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="With --follow: time between looks.")
    ] = 2.0,
) -> None:
    """Show the log of a run."""
    if limit is not None:
        if follow:
            raise typer.BadParameter("give --limit or --follow, not both")
        page = await client.action_runs.get_action_run_logs(run_id, limit=limit, offset=offset)
        _show(page, output)
        return
    while True:
        # Asked before the entries: what is logged between is not lost when the run ends.
        ended = not follow or (await client.action_runs.get_action_run(run_id)).is_terminal
        offset = await _show_from(client, output, run_id, offset)
        if ended:
            return
        await asyncio.sleep(interval)


async def _show_from(client: AsyncPortClient, output: Output, run_id: str, offset: int) -> int:
    """Show all entries after the first ``offset`` and return how many there are."""
    while True:
        page = await client.action_runs.get_action_run_logs(run_id, limit=_PAGE_SIZE, offset=offset)
        _show(page, output)
        offset += len(page)
        if len(page) < _PAGE_SIZE:
            return offset


def _show(page: list[ActionRunLog], output: Output) -> None:
    for entry in page:
        if output.json:
            output.line(entry)
        else:
            output.show(log_line(entry))


async def add_log(  # each is an option
    client: AsyncPortClient,
    output: Output,
    run_id: RunId,
    message: Annotated[str, typer.Argument(help="The text of the entry; - reads it from stdin.")],
    termination_status: Annotated[
        Literal["SUCCESS", "FAILURE"] | None,
        typer.Option(help="The outcome of the run, when this is its last entry."),
    ] = None,
    status_label: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="A short text shown in place of the plain status."),
    ] = None,
) -> None:
    """Add an entry to the log of a run, and end the run if wanted."""
    entry = await client.action_runs.add_action_run_log(
        run_id,
        message=text_of(message),
        termination_status=termination_status,
        status_label=status_label,
    )
    if output.json:
        output.document(entry)
    else:
        output.show(log_line(entry))
