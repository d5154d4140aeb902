"""The demo's main part: start many runs at once and follow them to their end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import attrs
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from actionruns import watch
from actionruns.acp import AsyncAcpV01Client
from actionruns.cli.board import Board, live
from actionruns.cli.demo.record import Record
from actionruns.cli.demo.screen import Screen
from actionruns.cli.demo.server import DEMO
from actionruns.cli.rendering import duration
from actionruns.forgeportal import AsyncForgePortalClient
from actionruns.port import AsyncPortClient
from actionruns.states import RunState
from actionruns.watching import RunUpdate, split_ref

__all__ = ["Shares", "start_and_follow"]

# Of ten runs: some that fail often, some that wait for an approval.
_ACTIONS = ("create_microservice",) * 6 + ("run_flaky_tests",) * 2 + ("deploy_to_production",) * 2
# Of ten runs of agents: some that ask a question, some that fail.
_AGENTS = ("thinker",) * 6 + ("streamer",) * 2 + ("asker", "failer")
_PLAIN_LINE_SECONDS = 2.0


@attrs.frozen
class Shares:
    """How many of the runs each service has: half of them Port, three in ten agents."""

    runs: int

    @property
    def acp(self) -> int:
        """Runs of agents."""
        return self.runs * 3 // 10

    @property
    def forgeportal(self) -> int:
        """Runs of ForgePortal."""
        return self.runs // 5

    @property
    def port(self) -> int:
        """Runs of Port."""
        return self.runs - self.acp - self.forgeportal


@attrs.frozen
class _Clients:
    """A client of each service."""

    port: AsyncPortClient
    forgeportal: AsyncForgePortalClient
    acp: AsyncAcpV01Client


async def start_and_follow(url: str, record: Record, screen: Screen) -> None:
    """Start the runs of all services and follow them until each has ended.

    Cancelling it leaves in the record what was measured until then.

    Args:
        url: Where the emulated services are; ForgePortal's runs are there already.
        record: What is wanted; takes what is measured.
        screen: Where it is shown.
    """
    shares = Shares(record.wanted)
    async with AsyncExitStack() as stack:
        clients = _Clients(
            AsyncPortClient(
                base_url=f"{url}/port", client_id=DEMO, client_secret=DEMO, trust_env=False
            ),
            AsyncForgePortalClient(
                base_url=f"{url}/forgeportal", session_cookie="", trust_env=False
            ),
            # These agents never try again, so there is no use in doubting an error.
            AsyncAcpV01Client(base_url=f"{url}/acp/0.1", api_key=DEMO, trust_env=False, settle=0),
        )
        for client in (clients.port, clients.forgeportal, clients.acp):
            await stack.enter_async_context(client)
        screen.heading(
            1, f"Start {shares.port:,} runs of Port and {shares.acp:,} of agents", ", 100 at a time"
        )
        refs = await _start(clients, shares, record, screen)
        screen.heading(2, "Follow them all in one watch", f", a look every {record.interval:g} s\n")
        await _follow(clients, refs, record, screen)


async def _start(clients: _Clients, shares: Shares, record: Record, screen: Screen) -> list[str]:
    agents = {
        agent.metadata.ref.name: agent.agent_id async for agent in clients.acp.agents.iter_agents()
    }

    async def of_port(number: int) -> str:
        action = _ACTIONS[number % len(_ACTIONS)]
        properties = {"version": f"1.{number}"} if action == "deploy_to_production" else {}
        run = await clients.port.action_runs.execute_action(action, properties=properties)
        return f"port:{run.id}"

    async def of_agent(number: int) -> str:
        agent = agents[_AGENTS[number % len(_AGENTS)]]
        run = await clients.acp.runs.create_run(agent_id=agent, input={"number": number})
        return f"acp:{run.run_id}"

    starts = [partial(of_port, number) for number in range(shares.port)]
    starts += [partial(of_agent, number) for number in range(shares.acp)]
    refs = await _at_once(starts, record, screen)
    queued = [run.id async for run in clients.forgeportal.action_runs.iter_action_runs()]
    record.executed += len(queued)
    screen.show(
        f"   {len(queued):,} of ForgePortal are queued already: there, a user starts ten a minute"
    )
    return [*refs, *(f"forgeportal:{run_id}" for run_id in queued)]


async def _at_once(
    starts: Sequence[Callable[[], Coroutine[Any, Any, str]]], record: Record, screen: Screen
) -> list[str]:
    """Start runs, as many at once as the clients let out, and tell how fast it goes."""
    began = time.monotonic()
    columns = (TextColumn("   "), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=screen.console, auto_refresh=screen.live, transient=True)

    async def started(start: Callable[[], Coroutine[Any, Any, str]]) -> str:
        ref = await start()
        record.executed += 1
        record.execution_seconds = time.monotonic() - began
        bar.update(task, completed=record.executed)
        return ref

    # Without a terminal, Rich would print the bar once at its end: the line below says as much.
    bar.disable = not screen.live
    with bar:
        task = bar.add_task("", total=len(starts))
        # Each client lets 100 requests out at a time, as many as it has connections.
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(started(start)) for start in starts]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
    rate = record.executed / record.execution_seconds
    screen.show(
        f"   {record.executed:,} runs in {duration(record.execution_seconds)}, {rate:,.0f}/s"
    )
    return [task.result() for task in tasks]


async def _follow(clients: _Clients, refs: list[str], record: Record, screen: Screen) -> None:
    record.watched_from = datetime.now(UTC)
    record.tally.start()
    given = attrs.asdict(clients, recurse=False)
    following = watch(refs, clients=given, interval=record.interval)
    record.progress = following.progress
    board = Board(record.tally, following.progress, recent=False, indent=3)
    show = live(board, screen.console) if screen.live else _lines(board, screen)
    try:
        async with asyncio.TaskGroup() as answers, following, show:
            async for update in following:
                board.take(update)
                record.take(update)
                if _asks(update):
                    answers.create_task(_answer(clients, update.run_id))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    finally:
        record.tally.stop()
        screen.remember(board)


def _asks(update: RunUpdate[Any]) -> bool:
    return update.state is RunState.WAITING and split_ref(update.ref)[0] == "acp"


async def _answer(clients: _Clients, run_id: str) -> None:
    """Answer an agent's question, as a person would."""
    await clients.acp.runs.resume_run(run_id, body={"approved": True})


@asynccontextmanager
async def _lines(board: Board, screen: Screen) -> AsyncIterator[None]:
    """Print a line now and then, where nothing can be redrawn."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(_PLAIN_LINE_SECONDS)
            requests = f"{board.progress.requests:,} requests"
            screen.console.print(f"   {board.tally.elapsed:3.0f} s  {board.tally}; {requests}")
            screen.console.file.flush()

    task = asyncio.create_task(tell())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
