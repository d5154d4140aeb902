"""``actionruns acp agents | list | get | create | output | resume | delete | cancel``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Final, Literal

import attrs
import typer

from actionruns.acp import AcpSource, AsyncAcpV01Client, AsyncAcpV02Client
from actionruns.acp.v02.source import run_path
from actionruns.cli.acp_connection import AnyAcpClient
from actionruns.cli.acp_rendering import ACP_RUNS, AnyRun
from actionruns.cli.command import Commands
from actionruns.cli.exits import EXIT_CODES_HELP, ExitCode
from actionruns.cli.inputs import AcpRunId, Inputs
from actionruns.cli.listing import show_all, show_page, show_run
from actionruns.cli.output import Output
from actionruns.cli.rendering import plain_table
from actionruns.cli.waiting import Patience, wait_and_show
from actionruns.core.model import UNSET
from actionruns.states import RunState

__all__ = ["active_run_ids", "add_run_commands"]

_FILTERS = "Filters"

# How the same is called in version 0.2.
_STREAM_MODES: Final[Mapping[str, Literal["values", "custom"]]] = {
    "result": "values",
    "custom": "custom",
}


def add_run_commands(commands: Commands[AnyAcpClient]) -> None:
    """Add the commands of this module."""
    commands.add("agents", list_agents)
    commands.add("list", list_runs)
    commands.add("get", get_run)
    commands.add("create", create_run, epilog=EXIT_CODES_HELP)
    commands.add("output", get_output)
    commands.add("resume", resume_run)
    commands.add("delete", delete_run)
    commands.add("cancel", cancel_run)


async def list_agents(
    client: AnyAcpClient,
    output: Output,
    name: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only agents of this name.")
    ] = None,
) -> None:
    """List the agents of the server; with --json, one line for each."""
    rows = []
    async for agent in client.agents.iter_agents(name=name):
        if output.json:
            output.line(agent)
        ref = agent.metadata.ref
        rows.append((agent.agent_id, ref.name, ref.version, agent.metadata.description))
    if rows and not output.json:
        output.show(plain_table(("ID", "NAME", "VERSION", "DESCRIPTION"), rows))
    elif not rows:
        output.note("No agents here.")


@attrs.frozen(kw_only=True)
class RunFilters:
    """Which runs are listed: those that meet all filters."""

    status: Annotated[
        Literal["pending", "interrupted", "success", "error", "timeout"] | None,
        typer.Option(help="Only runs that stand there.", rich_help_panel=_FILTERS),
    ] = None
    agent_id: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Only runs of this agent; some servers look at their first agent alone without.",
            rich_help_panel=_FILTERS,
        ),
    ] = None

    def arguments(self) -> dict[str, Any]:
        """Return them as keywords of the operation."""
        return attrs.asdict(self)


async def list_runs(
    client: AnyAcpClient,
    output: Output,
    filters: RunFilters,
    limit: Annotated[int, typer.Option(min=1, max=999, help="Runs on a page.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="How many of the runs to leave out.")] = 0,
    all: Annotated[  # noqa: A002 # an option, --all
        bool, typer.Option("--all", help="All pages; with --json, one line for each run.")
    ] = False,
) -> None:
    """List runs: one page of them, or all."""
    if all:
        if offset:
            raise typer.BadParameter("give --all or --offset, not both")
        await show_all(_every_run(client, filters, limit), output, ACP_RUNS)
        return
    # One more than is shown: the protocol does not tell how many there are.
    rows = await _page(client, limit=limit + 1, offset=offset, **filters.arguments())
    shown = rows[:limit]
    following = f"--offset {offset + limit}" if len(rows) > limit else ""
    show_page(shown, shown, output, ACP_RUNS, following=following)


async def _page(client: AnyAcpClient, **arguments: Any) -> list[AnyRun]:
    if isinstance(client, AsyncAcpV01Client):
        return [*await client.runs.search_runs(**arguments)]
    return [*await client.stateless_runs.search_stateless_runs(**arguments)]


def _every_run(client: AnyAcpClient, filters: RunFilters, limit: int) -> AsyncIterator[AnyRun]:
    arguments = {**filters.arguments(), "limit": limit}
    if isinstance(client, AsyncAcpV01Client):
        return client.runs.iter_runs(**arguments)
    return client.stateless_runs.iter_stateless_runs(**arguments)


async def active_run_ids(client: AnyAcpClient) -> AsyncIterator[str]:
    """Give the ids of the runs that have not ended; one may come twice."""
    cursor: str | None = None
    while True:
        page = await client.source.active_page(cursor)
        for row in page.rows:
            yield row.run_id
        cursor = page.cursor
        if cursor is None:
            return


async def get_run(client: AnyAcpClient, output: Output, run_id: AcpRunId) -> None:
    """Get one run with all its details; its output is a command of its own."""
    show_run(await client.source.look(run_id), output, ACP_RUNS)


@attrs.frozen(kw_only=True)
class Ways:
    """How a run is to run."""

    streaming: Annotated[
        Literal["result", "custom"] | None,
        typer.Option(
            help="What a stream of the run gives: the result so far, or the agent's own news. Left "
            "out, the choice is the server's, which may be no stream at all."
        ),
    ] = None
    thread: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The thread whose state the run starts from and adds to."),
    ] = None


async def create_run(
    client: AnyAcpClient,
    output: Output,
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="The agent's id.")],
    inputs: Inputs,
    patience: Patience,
    ways: Ways,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the run has ended; exit with its result.")
    ] = False,
) -> ExitCode | None:
    """Create a run of an agent, alone or on a thread.

    A run that asks a question goes on when it is answered, and so does --wait; see resume.
    """
    run: AnyRun
    if isinstance(client, AsyncAcpV01Client):
        run = await client.runs.create_run(
            agent_id=agent,
            input=inputs.values(),
            streaming=ways.streaming,
            thread_id=ways.thread,
        )
        run_id = run.run_id
    else:
        run = await _created(client, agent, inputs.values(), ways)
        run_id = f"{ways.thread}/{run.run_id}" if ways.thread else run.run_id
    if not wait:
        show_run(run, output, ACP_RUNS)
        return None
    output.note(f"Created {run_id}")
    return await wait_and_show(client.source, output, [run_id], patience, ACP_RUNS)


async def _created(
    client: AsyncAcpV02Client, agent: str, given: Mapping[str, Any], ways: Ways
) -> AnyRun:
    mode = _STREAM_MODES[ways.streaming] if ways.streaming else UNSET
    if ways.thread is None:
        create = client.stateless_runs.create_stateless_run
        return await create(agent_id=agent, input=given, stream_mode=mode)
    return await client.thread_runs.create_thread_run(
        ways.thread, agent_id=agent, input=given, stream_mode=mode
    )


async def get_output(client: AnyAcpClient, output: Output, run_id: AcpRunId) -> None:
    """Get one run with its output: its result, its error, or the question that it waits with.

    A run that is still pending has none yet.
    """
    source: AcpSource[Any] = client.source  # of either version, with the run model of its own
    run = await source.look(run_id)
    if run.state is RunState.RUNNING:
        output.note("It has no output yet.")
    else:
        run = await source.with_output(run, run_id)
    show_run(run, output, ACP_RUNS)


async def resume_run(
    client: AnyAcpClient, output: Output, run_id: AcpRunId, answer: Inputs
) -> None:
    """Answer the question that a run waits with, so that it goes on; the inputs are the answer."""
    body = answer.values()
    run: AnyRun
    if isinstance(client, AsyncAcpV01Client):
        run = await client.runs.resume_run(run_id, body=body)
    elif place := _on_thread(run_id):
        run = await client.thread_runs.resume_thread_run(*place, body=body)
    else:
        run = await client.stateless_runs.resume_stateless_run(run_id, body=body)
    show_run(run, output, ACP_RUNS)


async def delete_run(client: AnyAcpClient, output: Output, run_id: AcpRunId) -> None:
    """Delete a run; with version 0.1, that is also how one is cancelled."""
    if isinstance(client, AsyncAcpV01Client):
        await client.runs.delete_run(run_id)
    elif place := _on_thread(run_id):
        await client.thread_runs.delete_thread_run(*place)
    else:
        await client.stateless_runs.delete_stateless_run(run_id)
    _tell_done(output, run_id, "deleted")


async def cancel_run(client: AnyAcpClient, output: Output, run_id: AcpRunId) -> None:
    """Cancel a run; only with --acp-version 0.2, since 0.1 can but delete one."""
    if isinstance(client, AsyncAcpV01Client):
        raise typer.BadParameter(
            "cancel is of version 0.2: give --acp-version 0.2 if the server speaks it, or delete "
            "the run"
        )
    if place := _on_thread(run_id):
        await client.thread_runs.cancel_thread_run(*place)
    else:
        await client.stateless_runs.cancel_stateless_run(run_id)
    _tell_done(output, run_id, "cancelled")


def _on_thread(run_id: str) -> tuple[str, str] | None:
    """Return thread and run of ``THREAD/RUN``; None for a run that is on its own."""
    path = run_path(run_id)
    return (path["thread_id"], path["run_id"]) if "thread_id" in path else None


def _tell_done(output: Output, run_id: str, done: str) -> None:
    if output.json:
        output.document({"run_id": run_id, done: True})
    else:
        output.note(f"{run_id} is {done}.")
