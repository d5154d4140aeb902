"""``actionruns forgeportal templates list | get | run | runs | cancel``."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import typer

from actionruns import AsyncForgePortalClient
from actionruns.cli.command import Commands
from actionruns.cli.exits import EXIT_CODES_HELP, ExitCode
from actionruns.cli.forgeportal_rendering import STARTED_RUNS, TEMPLATE_RUNS, template_details
from actionruns.cli.forgeportal_runs import following_page
from actionruns.cli.inputs import Inputs
from actionruns.cli.listing import show_all, show_page, show_run
from actionruns.cli.output import Output
from actionruns.cli.rendering import plain_table
from actionruns.cli.waiting import Patience, wait_and_show

__all__ = ["add_template_commands"]

# No reference as those of action runs: template runs are not followed.
TemplateId: TypeAlias = Annotated[
    str, typer.Argument(metavar="TEMPLATE", help="The template's id, a UUID.")
]


def add_template_commands(commands: Commands[AsyncForgePortalClient]) -> None:
    """Add the commands of this module."""
    commands.add("list", list_templates)
    commands.add("get", get_template)
    commands.add("run", run_template, epilog=EXIT_CODES_HELP)
    commands.add("runs", show_runs)
    commands.add("cancel", cancel_run)


async def list_templates(client: AsyncForgePortalClient, output: Output) -> None:
    """List all templates."""
    templates = await client.templates.list_templates()
    if output.json:
        output.document(templates)
    elif templates:
        rows = [
            (each.id, each.name or "", each.version or "", each.title or "") for each in templates
        ]
        output.show(plain_table(("ID", "NAME", "VERSION", "TITLE"), rows))
    else:
        output.note("No templates here.")


async def get_template(
    client: AsyncForgePortalClient, output: Output, template_id: TemplateId
) -> None:
    """Get one template with its steps and outputs."""
    template = await client.templates.get_template(template_id)
    if output.json:
        output.document(template)
    else:
        output.show(template_details(template))


async def run_template(
    client: AsyncForgePortalClient,
    output: Output,
    template_id: TemplateId,
    inputs: Inputs,
    patience: Patience,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the run has ended; exit with its result.")
    ] = False,
) -> ExitCode | None:
    """Run a template and get its new run, in short, or wait for its end.

    ForgePortal allows five a minute and user; beyond them, the command is refused.
    """
    run = await client.templates.run_template(template_id, inputs=inputs.values())
    if not wait:
        show_run(run, output, STARTED_RUNS)
        return None
    output.note(f"Started {run.id}")
    source = client.template_source
    return await wait_and_show(source, output, [run.id], patience, TEMPLATE_RUNS)


async def show_runs(  # each is an option
    client: AsyncForgePortalClient,
    output: Output,
    run_id: Annotated[
        str | None,
        typer.Argument(metavar="RUN", help="Show this template run, with its steps."),
    ] = None,
    status: Annotated[
        Literal["running", "success", "failed", "canceled"] | None,
        typer.Option(help="Only template runs that stand there."),
    ] = None,
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
    """List template runs: one page of them, or all; or show one with its steps."""
    operations = client.templates
    if run_id is not None:
        if all or (status, limit, offset) != (None, None, None):
            raise typer.BadParameter("give a run, or options that choose from the list, not both")
        show_run(await operations.get_template_run(run_id), output, TEMPLATE_RUNS)
    elif not all:
        page = await operations.list_template_runs(status=status, limit=limit, offset=offset)
        following = following_page(offset, len(page.runs), page.total or None)
        show_page(page, page.runs, output, TEMPLATE_RUNS, following=following)
    elif offset is not None:
        raise typer.BadParameter("give --all or --offset, not both")
    else:
        runs = operations.iter_template_runs(status=status, limit=limit or 200)
        await show_all(runs, output, TEMPLATE_RUNS)


async def cancel_run(
    client: AsyncForgePortalClient,
    output: Output,
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="The template run's id, a UUID.")],
) -> None:
    """Cancel a template run; steps that a worker has taken go on to their end."""
    show_run(await client.templates.cancel_template_run(run_id), output, STARTED_RUNS)
