"""``actionruns port approve | approvers``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from actionruns import AsyncPortClient
from actionruns.cli.command import Commands
from actionruns.cli.inputs import PortRunId, Version
from actionruns.cli.listing import show_run
from actionruns.cli.output import Output
from actionruns.cli.port_rendering import PORT_RUNS
from actionruns.cli.rendering import plain_table

__all__ = ["add_approval_commands"]


def add_approval_commands(commands: Commands[AsyncPortClient]) -> None:
    """Add the commands of this module."""
    commands.add("approve", approve)
    commands.add("approvers", list_approvers)


async def approve(
    client: AsyncPortClient,
    output: Output,
    run_id: PortRunId,
    status: Annotated[
        Literal["APPROVE", "DECLINE"], typer.Option(help="The decision.")
    ] = "APPROVE",
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why, for the requester to read.")
    ] = None,
    version: Version = "v2",
) -> None:
    """Approve or decline a run that waits for approval."""
    run = await client.action_runs.approve_action_run(
        run_id, status=status, description=description, version=version
    )
    show_run(run, output, PORT_RUNS)


async def list_approvers(
    client: AsyncPortClient,
    output: Output,
    run_id: PortRunId,
    include_pending_approvers: Annotated[
        bool,
        typer.Option(
            "--include-pending-approvers", help="List those who have not decided yet, too."
        ),
    ] = False,
) -> None:
    """List the approvers of a run and their decisions."""
    approvers = await client.action_runs.get_action_run_approvers(
        run_id, include_pending_approvers=include_pending_approvers
    )
    if output.json:
        output.document(approvers)
    elif approvers:
        rows = [(each.user_id, each.state, each.description or "") for each in approvers]
        output.show(plain_table(("APPROVER", "DECISION", "REASON"), rows))
    else:
        output.note("Nobody has decided." if not include_pending_approvers else "No approvers.")
