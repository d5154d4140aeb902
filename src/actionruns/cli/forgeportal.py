"""``actionruns forgeportal``."""

from __future__ import annotations

import typer

from actionruns.cli.command import Commands
from actionruns.cli.following import Following
from actionruns.cli.forgeportal_connection import ForgePortalConnection
from actionruns.cli.forgeportal_runs import add_run_commands
from actionruns.cli.forgeportal_templates import add_template_commands
from actionruns.cli.served import FORGEPORTAL

__all__ = ["add_forgeportal_commands"]


def add_forgeportal_commands(app: typer.Typer) -> None:
    """Add the commands for ForgePortal."""
    group = typer.Typer(
        no_args_is_help=True,
        help="ForgePortal's action runs. The session's cookie comes from FORGEPORTAL_SESSION or "
        "--session-file; a portal in dev mode wants none.",
    )
    app.add_typer(group, name="forgeportal")
    commands = Commands(group, ForgePortalConnection)
    add_run_commands(commands)
    Following(FORGEPORTAL).add_to(commands)
    add_template_commands(
        commands.group("templates", help="Templates, which run actions one after the other.")
    )
