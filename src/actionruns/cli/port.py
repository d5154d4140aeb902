"""``actionruns port``."""

from __future__ import annotations

import typer

from actionruns.cli.command import Commands
from actionruns.cli.following import Following
from actionruns.cli.port_approvals import add_approval_commands
from actionruns.cli.port_connection import PortConnection
from actionruns.cli.port_logs import add_log_commands
from actionruns.cli.port_runs import add_run_commands
from actionruns.cli.served import PORT

__all__ = ["add_port_commands"]


def add_port_commands(app: typer.Typer) -> None:
    """Add the commands for Port."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Port's action runs. Credentials come from PORT_CLIENT_ID and PORT_CLIENT_SECRET, or "
        "PORT_API_KEY; see --help of each command for more ways.",
    )
    app.add_typer(group, name="port")
    commands = Commands(group, PortConnection)
    add_run_commands(commands)
    add_approval_commands(commands)
    add_log_commands(commands)
    Following(PORT).add_to(commands)
