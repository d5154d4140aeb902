"""``actionruns port list | get | execute | update``."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Literal

import attrs
import typer

from actionruns import AsyncPortClient
from actionruns.cli.command import Commands
from actionruns.cli.exits import EXIT_CODES_HELP, ExitCode
from actionruns.cli.inputs import PortRunId, Version, json_object, properties_of
from actionruns.cli.listing import show_all, show_page, show_run
from actionruns.cli.output import Output
from actionruns.cli.port_rendering import PORT_RUNS
from actionruns.cli.waiting import Patience, wait_and_show

__all__ = ["active_run_ids", "add_run_commands"]

_FILTERS = "Filters"

# What a look at the active runs has no use for; a page is a fraction of its size without it.
_HEAVY_FIELDS = ("payload", "properties", "rawProperties", "response", "message")


class Source(enum.StrEnum):
    """Where a run was started; Typer knows no lists of literals."""

    UI = "UI"
    API = "API"
    AUTOMATION = "AUTOMATION"


@attrs.frozen(kw_only=True)
class RunFilters:
    """Which runs are listed: those that meet all filters."""

    entity: Annotated[
        str | None,
        typer.Option(help="Only runs on this entity.", rich_help_panel=_FILTERS),
    ] = None
    blueprint: Annotated[
        str | None,
        typer.Option(help="Only runs that belong to this blueprint.", rich_help_panel=_FILTERS),
    ] = None
    active: Annotated[
        bool | None,
        typer.Option(
            help="Only runs that have not ended. Left out, ended runs are listed too.",
            rich_help_panel=_FILTERS,
        ),
    ] = None
    user_email: Annotated[
        str | None,
        typer.Option(
            help="Only runs started by the user with this email address.", rich_help_panel=_FILTERS
        ),
    ] = None
    user_id: Annotated[
        str | None,
        typer.Option(help="Only runs started by the user with this id.", rich_help_panel=_FILTERS),
    ] = None
    external_run_id: Annotated[
        str | None,
        typer.Option(
            help="Only the run that carries this id of your own backend.", rich_help_panel=_FILTERS
        ),
    ] = None
    action: Annotated[
        str | None,
        typer.Option(help="Only runs of this action.", rich_help_panel=_FILTERS),
    ] = None
    source: Annotated[
        list[Source] | None,
        typer.Option(
            help="Only runs started from here; may be repeated.", rich_help_panel=_FILTERS
        ),
    ] = None
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD",
            help="Leave a field out of the answer, for example payload; may be repeated.",
            rich_help_panel=_FILTERS,
        ),
    ] = None
    version: Version = "v2"

    def arguments(self) -> dict[str, Any]:
        """Return them as keywords of the operation; an empty list is no filter."""
        given = {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}
        return {name: None if value == [] else value for name, value in given.items()}


def add_run_commands(commands: Commands[AsyncPortClient]) -> None:
    """Add the commands of this module."""
    commands.add("list", list_runs)
    commands.add("get", get_run)
    commands.add("execute", execute, epilog=EXIT_CODES_HELP)
    commands.add("update", update)


async def list_runs(
    client: AsyncPortClient,
    output: Output,
    filters: RunFilters,
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help="Runs on a page; left out, the service chooses."),
    ] = None,
    next: Annotated[  # noqa: A002 # the operation's own name
        str | None,
        typer.Option(metavar="CURSOR", help="The page that this cursor stands for."),
    ] = None,
    all: Annotated[  # noqa: A002 # an option, --all
        bool, typer.Option("--all", help="All pages; with --json, one line for each run.")
    ] = False,
) -> None:
    """List runs: one page of them, or all."""
    arguments = filters.arguments() | {"limit": limit}
    if not all:
        page = await client.action_runs.get_action_runs(**arguments, next=next)
        following = f"--next {page.next}" if page.next else ""
        show_page(page, page.runs, output, PORT_RUNS, following=following)
        return
    if next is not None:
        raise typer.BadParameter("give --all or --next, not both")
    await show_all(client.action_runs.iter_action_runs(**arguments), output, PORT_RUNS)


async def active_run_ids(client: AsyncPortClient) -> AsyncIterator[str]:
    """Give the ids of the runs that have not ended."""
    async for run in client.action_runs.iter_action_runs(active=True, exclude=_HEAVY_FIELDS):
        yield run.id


async def get_run(
    client: AsyncPortClient, output: Output, run_id: PortRunId, version: Version = "v2"
) -> None:
    """Get one run with all its details."""
    run = await client.action_runs.get_action_run(run_id, version=version)
    show_run(run, output, PORT_RUNS)


@attrs.frozen(kw_only=True)
class Execution:
    """What an action is executed with."""

    property: Annotated[
        list[str] | None,
        typer.Option(
            "--property",
            "-p",
            metavar="NAME=VALUE",
            help="An input of the action: name=text, or name:=json for numbers, booleans, lists "
            "and objects (replicas:=3). May be repeated.",
        ),
    ] = None
    properties_json: Annotated[
        str | None,
        typer.Option(metavar="JSON", help="All inputs as one JSON object; --property adds to it."),
    ] = None
    entity: Annotated[
        str | None,
        typer.Option(help="The identifier of the entity to execute the action on."),
    ] = None
    run_as: Annotated[
        str | None,
        typer.Option(
            metavar="EMAIL",
            help="The user in whose name the action is executed; left out, the owner of the "
            "credentials.",
        ),
    ] = None

    def arguments(self) -> dict[str, Any]:
        """Return it as keywords of the operation."""
        properties = properties_of(
            self.property or [], self.properties_json, options=("--property", "--properties-json")
        )
        return {"properties": properties, "entity": self.entity, "run_as": self.run_as}


async def execute(
    client: AsyncPortClient,
    output: Output,
    action: Annotated[
        str,
        typer.Argument(metavar="ACTION", help="The identifier of the action or automation."),
    ],
    execution: Execution,
    patience: Patience,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the run has ended; exit with its result.")
    ] = False,
) -> ExitCode | None:
    """Execute a self-service action and get its new run."""
    run = await client.action_runs.execute_action(action, **execution.arguments())
    if not wait:
        show_run(run, output, PORT_RUNS)
        return None
    output.note(f"Started {run.id}")
    return await wait_and_show(client.source, output, [run.id], patience, PORT_RUNS)


@attrs.frozen(kw_only=True)
class RunChanges:
    """What an update changes; what is left out stays as it is."""

    status: Annotated[
        Literal["SUCCESS", "FAILURE"] | None,
        typer.Option(help="The outcome, which ends the run. Left out, the run goes on."),
    ] = None
    status_label: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="A short text shown in place of the plain status."),
    ] = None
    link: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="A URL shown on the page of the run; may be repeated. Replaces all links set "
            "before.",
        ),
    ] = None
    summary: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What came of the run, shown on its page."),
    ] = None
    message_json: Annotated[
        str | None,
        typer.Option(
            metavar="JSON",
            help="Object with details of the run (deprecated by Port: use --summary and log).",
        ),
    ] = None
    external_run_id: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The id that your own backend gave this run."),
    ] = None

    def arguments(self) -> Mapping[str, Any]:
        """Return what changes as keywords of the operation."""
        links = self.link or []
        changes = {
            "status": self.status,
            "status_label": self.status_label,
            "link": links[0] if len(links) == 1 else links or None,
            "summary": self.summary,
            "message": json_object(self.message_json, "--message-json"),
            "external_run_id": self.external_run_id,
        }
        return {name: value for name, value in changes.items() if value is not None}


async def update(
    client: AsyncPortClient,
    output: Output,
    run_id: PortRunId,
    changes: RunChanges,
    version: Version = "v2",
) -> None:
    """Update a run, or end it; what no option names stays as it is."""
    arguments = changes.arguments()
    if not arguments:
        raise typer.BadParameter("nothing to update: give --status, --summary, --link or others")
    run = await client.action_runs.update_action_run(run_id, **arguments, version=version)
    show_run(run, output, PORT_RUNS)
