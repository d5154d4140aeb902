"""``actionruns forgeportal list | get | run | cancel | logs``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import attrs
import typer
from rich.text import Text

from actionruns import AsyncForgePortalClient
from actionruns.cli.command import Commands
from actionruns.cli.exits import EXIT_CODES_HELP, ExitCode
from actionruns.cli.forgeportal_rendering import ACTION_RUNS, STARTED_RUNS
from actionruns.cli.growing import LogReading, show_entry, show_log
from actionruns.cli.inputs import ForgePortalRunId, Inputs
from actionruns.cli.listing import show_all, show_page, show_run
from actionruns.cli.output import Output
from actionruns.cli.rendering import log_line
from actionruns.cli.waiting import Patience, wait_and_show
from actionruns.forgeportal import ActionRunLog

__all__ = ["active_run_ids", "add_run_commands", "following_page"]

_FILTERS = "Filters"

# In the order that most runs go through them: one that moves meanwhile comes twice, not never.
_ACTIVE: tuple[Literal["queued", "running"], ...] = ("queued", "running")


def add_run_commands(commands: Commands[AsyncForgePortalClient]) -> None:
    """Add the commands of this module."""
    commands.add("list", list_runs)
    commands.add("get", get_run)
    commands.add("run", run_action, epilog=EXIT_CODES_HELP)
    commands.add("cancel", cancel_run)
    commands.add("logs", show_logs)


@attrs.frozen(kw_only=True)
class RunFilters:
    """Which runs are listed: those that meet all filters."""

    status: Annotated[
        Literal["queued", "running", "success", "failed", "canceled"] | None,
        typer.Option(help="Only runs that stand there.", rich_help_panel=_FILTERS),
    ] = None
    entity_id: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Only runs for the entity with this id.", rich_help_panel=_FILTERS
        ),
    ] = None
    template_id: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Only runs of this template.", rich_help_panel=_FILTERS),
    ] = None

    def arguments(self) -> dict[str, Any]:
        """Return them as keywords of the operation."""
        return attrs.asdict(self)


def following_page(offset: int | None, count: int, total: int | None) -> str:
    """Return the option that gives the page behind one; empty when that is the last.

    Args:
        offset: How many were left out before the page.
        count: How many are on it.
        total: How many there are; None = the service doesn't say.
    """
    behind = (offset or 0) + count
    return f"--offset {behind}" if count and total is not None and behind < total else ""


async def list_runs(
    client: AsyncForgePortalClient,
    output: Output,
    filters: RunFilters,
    limit: Annotated[
        int | None, typer.Option(min=1, max=200, help="Runs on a page; left out, 20.")
    ] = None,
    offset: Annotated[
        int | None, typer.Option(min=0, help="How many of the newest runs to leave out.")
    ] = None,
    all: Annotated[  # noqa: A002 # an option, --all
        bool, typer.Option("--all", help="All pages; with --json, one line for each run.")
    ] = False,
) -> None:
    """List runs: one page of them, or all."""
    operations = client.action_runs
    if all:
        if offset is not None:
            raise typer.BadParameter("give --all or --offset, not both")
        runs = operations.iter_action_runs(**filters.arguments(), limit=limit or 200)
        await show_all(runs, output, ACTION_RUNS)
        return
    page = await operations.list_action_runs(**filters.arguments(), limit=limit, offset=offset)
    total = page.pagination.total if page.pagination else None
    following = following_page(offset, len(page.runs), total or None)
    show_page(page, page.runs, output, ACTION_RUNS, following=following)


async def active_run_ids(client: AsyncForgePortalClient) -> AsyncIterator[str]:
    """Give the ids of the runs that have not ended; one may come twice."""
    for status in _ACTIVE:
        async for run in client.action_runs.iter_action_runs(status=status):
            yield run.id


async def get_run(client: AsyncForgePortalClient, output: Output, run_id: ForgePortalRunId) -> None:
    """Get one run with all its details."""
    show_run(await client.action_runs.get_action_run(run_id), output, ACTION_RUNS)


@attrs.frozen(kw_only=True)
class Start(Inputs):
    """What an action is run with."""

    entity_id: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The entity that the run is for; left out, none."),
    ] = None
    idempotency_key: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="A text of your own that no other run has: a call whose answer is lost is "
            "repeated, and makes no second run. Left out, each call makes a run.",
        ),
    ] = None

    def arguments(self) -> dict[str, Any]:
        """Return it as keywords of the operation."""
        return {
            "input": self.values(),
            "entity_id": self.entity_id,
            "idempotency_key": self.idempotency_key,
        }


async def run_action(
    client: AsyncForgePortalClient,
    output: Output,
    action: Annotated[str, typer.Argument(metavar="ACTION", help="The action's id, a UUID.")],
    start: Start,
    patience: Patience,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the run has ended; exit with its result.")
    ] = False,
) -> ExitCode | None:
    """Run an action and get its new run, in short.

    ForgePortal allows ten a minute and user; beyond them, the command is refused.
    """
    run = await client.action_runs.run_action(action, **start.arguments())
    if not wait:
        show_run(run, output, STARTED_RUNS)
        return None
    output.note(f"{'Found' if run.cached else 'Started'} {run.id}")
    return await wait_and_show(client.source, output, [run.id], patience, ACTION_RUNS)


async def cancel_run(
    client: AsyncForgePortalClient, output: Output, run_id: ForgePortalRunId
) -> None:
    """Cancel a run that is still queued; one that a worker has taken goes on."""
    show_run(await client.action_runs.cancel_action_run(run_id), output, STARTED_RUNS)


async def show_logs(
    client: AsyncForgePortalClient,
    output: Output,
    run_id: ForgePortalRunId,
    reading: LogReading,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="At most so many entries; left out, all entries."),
    ] = None,
) -> None:
    """Show the log of a run.

    ForgePortal gives a log as a whole only; --limit and --offset choose what is shown of it.
    """
    reading.check_limit(limit)
    operations = client.action_runs
    if limit is not None:
        entries = await operations.get_action_run_logs(run_id)
        for entry in entries[reading.offset : reading.offset + limit]:
            show_entry(entry, output, _look)
        return

    async def entries_from(offset: int) -> AsyncIterator[ActionRunLog]:
        for entry in (await operations.get_action_run_logs(run_id))[offset:]:
            yield entry

    async def has_ended() -> bool:
        return (await operations.get_action_run(run_id)).is_terminal

    await show_log(output, reading, entries_from=entries_from, has_ended=has_ended, look=_look)


def _look(entry: ActionRunLog) -> Text:
    return log_line(entry.ts or None, entry.message, level=entry.level or "")
