"""``actionruns acp stream``."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from actionruns.acp import RUN_EVENT, RunStream
from actionruns.cli.acp_connection import AnyAcpClient
from actionruns.cli.acp_rendering import ACP_RUNS
from actionruns.cli.command import Commands
from actionruns.cli.consoles import clean, one_line
from actionruns.cli.inputs import AcpRunId
from actionruns.cli.output import Output
from actionruns.cli.rendering import run_details
from actionruns.core.events import StreamEvent

__all__ = ["add_stream_command"]


def add_stream_command(commands: Commands[AnyAcpClient]) -> None:
    """Add the command of this module."""
    commands.add("stream", stream_run)


async def stream_run(client: AnyAcpClient, output: Output, run_id: AcpRunId) -> None:
    """Show the events of a run as they come, until it has ended or waits with a question.

    The last one is the run itself, with its output. With --json, a line for each: its event, id
    and data. Lost connections are taken up again.
    """
    events: RunStream[Any] = client.stream(run_id)
    async with events:
        async for event in events:
            _show(event, output)


def _show(event: StreamEvent[Any], output: Output) -> None:
    if output.json:
        output.line({"event": event.event, "id": event.id, "data": event.data})
    elif event.event == RUN_EVENT and hasattr(event.data, "run_id"):
        output.show(run_details(event.data, output.console, ACP_RUNS))
    else:
        head = Text.assemble(one_line(event.event), "  ")
        output.show(head.append(clean(event.text)))
