"""``actionruns acp``."""

from __future__ import annotations

import typer

from actionruns.cli.acp_connection import AcpConnection
from actionruns.cli.acp_runs import add_run_commands
from actionruns.cli.acp_streaming import add_stream_command
from actionruns.cli.acp_threads import add_thread_commands
from actionruns.cli.command import Commands
from actionruns.cli.following import Following
from actionruns.cli.served import ACP

__all__ = ["add_acp_commands"]


def add_acp_commands(app: typer.Typer) -> None:
    """Add the commands for the Agent Connect Protocol."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Runs of agents, at servers of the Agent Connect Protocol. The API key comes from "
        "ACP_API_KEY or --api-key-file; some servers want none.",
    )
    app.add_typer(group, name="acp")
    commands = Commands(group, AcpConnection)
    add_run_commands(commands)
    Following(ACP).add_to(commands)
    add_stream_command(commands)
    threads = commands.group("threads", help="Threads, the states that runs hand on.")
    add_thread_commands(threads)
