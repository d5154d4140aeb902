"""``actionruns acp threads list | get | create | delete | state | history``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Literal, TypeAlias

import typer

from actionruns.acp import AsyncAcpV01Client, v01, v02
from actionruns.cli.acp_connection import AnyAcpClient
from actionruns.cli.acp_rendering import ACP_RUNS, thread_details, thread_row
from actionruns.cli.command import Commands
from actionruns.cli.inputs import properties_of
from actionruns.cli.listing import show_page
from actionruns.cli.output import Output
from actionruns.cli.rendering import json_text, plain_table

__all__ = ["add_thread_commands"]

AnyThread: TypeAlias = v01.Thread | v02.Thread

ThreadId: TypeAlias = Annotated[
    str, typer.Argument(metavar="THREAD", help="The thread's id, a UUID.")
]

AgentId: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="ID", help="The agent whose thread it is; of version 0.1."),
]

Labels: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--metadata",
        "-m",
        metavar="NAME=VALUE",
        help="A label: name=text, or name:=json. May be repeated.",
    ),
]


def add_thread_commands(commands: Commands[AnyAcpClient]) -> None:
    """Add the commands of this module."""
    commands.add("list", list_threads)
    commands.add("get", get_thread)
    commands.add("create", create_thread)
    commands.add("delete", delete_thread)
    commands.add("state", show_state)
    commands.add("history", show_history)


async def list_threads(
    client: AnyAcpClient,
    output: Output,
    agent_id: AgentId = None,
    status: Annotated[
        Literal["idle", "busy", "interrupted", "error"] | None,
        typer.Option(help="Only threads that stand there; of version 0.2."),
    ] = None,
    metadata: Labels = None,
) -> None:
    """List all threads that meet the filters; with --json, one line for each."""
    labels = _labels(metadata) or None
    threads: AsyncIterator[AnyThread]
    if isinstance(client, AsyncAcpV01Client):
        _only_of("0.2", "--status", status)
        threads = client.threads.iter_threads(agent_id=agent_id, metadata=labels)
    else:
        _only_of("0.1", "--agent-id", agent_id)
        threads = client.threads.iter_threads(status=status, metadata=labels)
    rows: list[Sequence[str]] = []
    async for thread in threads:
        if output.json:
            output.line(thread)
        rows.append(thread_row(thread))
    if rows and not output.json:
        third = "AGENT" if isinstance(client, AsyncAcpV01Client) else "STATUS"
        output.show(plain_table(("ID", third, "CREATED", "METADATA"), rows))
    elif not rows:
        output.note("No threads here.")


async def get_thread(client: AnyAcpClient, output: Output, thread_id: ThreadId) -> None:
    """Get one thread with all its details."""
    _show(await client.threads.get_thread(thread_id), output)


async def create_thread(
    client: AnyAcpClient, output: Output, agent_id: AgentId = None, metadata: Labels = None
) -> None:
    """Create a thread; with version 0.1, for one agent."""
    labels = _labels(metadata)
    thread: AnyThread
    if isinstance(client, AsyncAcpV01Client):
        if agent_id is None:
            raise typer.BadParameter("with version 0.1, a thread is of an agent: give --agent-id")
        thread = await client.threads.create_thread(agent_id=agent_id, metadata=labels)
    else:
        _only_of("0.1", "--agent-id", agent_id)
        thread = await client.threads.create_thread(metadata=labels)
    _show(thread, output)


async def delete_thread(client: AnyAcpClient, output: Output, thread_id: ThreadId) -> None:
    """Delete a thread, with what its runs have left."""
    await client.threads.delete_thread(thread_id)
    if output.json:
        output.document({"thread_id": thread_id, "deleted": True})
    else:
        output.note(f"{thread_id} is deleted.")


async def show_state(client: AnyAcpClient, output: Output, thread_id: ThreadId) -> None:
    """Show the state of a thread, which its runs hand on, as JSON."""
    state: Any
    if isinstance(client, AsyncAcpV01Client):
        state = await client.threads.get_thread_state(thread_id)
    else:
        state = (await client.threads.get_thread(thread_id)).values
    output.document(state or {})


async def show_history(client: AnyAcpClient, output: Output, thread_id: ThreadId) -> None:
    """Show what a thread has been through: its runs with version 0.1, its states with 0.2."""
    if isinstance(client, AsyncAcpV01Client):
        runs = await client.threads.get_thread_history(thread_id)
        show_page(runs, runs, output, ACP_RUNS)
        return
    states = await client.threads.get_thread_history(thread_id, limit=1000)
    if output.json:
        output.document(states)
    elif states:
        output.show(plain_table(("CHECKPOINT", "VALUES"), map(_state_row, states)))
    else:
        output.note("No states here.")


def _state_row(state: v02.ThreadState) -> tuple[str, str]:
    return state.checkpoint.checkpoint_id, json_text(state.values).plain


def _labels(given: list[str] | None) -> dict[str, Any]:
    return properties_of(given or [], None, options=("--metadata", ""))


def _only_of(version: str, option: str, value: object) -> None:
    """Refuse an option that the other version has no use for.

    Raises:
        typer.BadParameter: It is given.
    """
    if value is not None:
        raise typer.BadParameter(f"{option} is of version {version}: see --acp-version")


def _show(thread: AnyThread, output: Output) -> None:
    if output.json:
        output.document(thread)
    else:
        output.show(thread_details(thread))
