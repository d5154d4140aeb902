"""``actionruns port approve | approvers``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from actionruns import AsyncPortClient
from actionruns.cli.command import port_command
from actionruns.cli.inputs import RunId, Version
from actionruns.cli.output import Output
from actionruns.cli.rendering import approver_table, run_details

__all__ = ["add_approval_commands"]


def add_approval_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    port_command(app, "approve")(approve)
    port_command(app, "approvers")(list_approvers)


async def approve(
    client: AsyncPortClient,
    output: Output,
    run_id: RunId,
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
    if output.json:
        output.document(run)
    else:
        output.show(run_details(run, output.console))


async def list_approvers(
    client: AsyncPortClient,
    output: Output,
    run_id: RunId,
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
        output.show(approver_table(approvers))
    else:
        output.note("Nobody has decided." if not include_pending_approvers else "No approvers.")
