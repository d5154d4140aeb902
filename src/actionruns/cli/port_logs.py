"""``actionruns port logs | log``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

import typer
from rich.text import Text

from actionruns import AsyncPortClient
from actionruns.cli.command import Commands
from actionruns.cli.growing import LogReading, show_entry, show_log
from actionruns.cli.inputs import PortRunId, text_of
from actionruns.cli.output import Output
from actionruns.cli.rendering import log_line
from actionruns.port._generated.models import ActionRunLog

__all__ = ["add_log_commands"]

# The most that one page holds.
_PAGE_SIZE = 50


def add_log_commands(commands: Commands[AsyncPortClient]) -> None:
    """Add the commands of this module."""
    commands.add("logs", show_logs)
    commands.add("log", add_log)


async def show_logs(
    client: AsyncPortClient,
    output: Output,
    run_id: PortRunId,
    reading: LogReading,
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=50, help="One page of so many entries; left out, all entries."),
    ] = None,
) -> None:
    """Show the log of a run."""
    reading.check_limit(limit)
    operations = client.action_runs
    if limit is not None:
        offset = reading.offset
        for entry in await operations.get_action_run_logs(run_id, limit=limit, offset=offset):
            show_entry(entry, output, _look)
        return

    async def entries_from(offset: int) -> AsyncIterator[ActionRunLog]:
        while True:
            page = await operations.get_action_run_logs(run_id, limit=_PAGE_SIZE, offset=offset)
            for entry in page:
                yield entry
            offset += len(page)
            if len(page) < _PAGE_SIZE:
                return

    async def has_ended() -> bool:
        return (await operations.get_action_run(run_id)).is_terminal

    await show_log(output, reading, entries_from=entries_from, has_ended=has_ended, look=_look)


def _look(entry: ActionRunLog) -> Text:
    return log_line(entry.created_at, entry.message)


async def add_log(  # each is an option
    client: AsyncPortClient,
    output: Output,
    run_id: PortRunId,
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
        output.show(_look(entry))
