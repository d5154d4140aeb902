"""The demo's main part: execute many runs at once and follow them to their end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from actionruns import AsyncPortClient
from actionruns.cli.board import Board, live
from actionruns.cli.demo.record import Record
from actionruns.cli.demo.screen import Screen
from actionruns.cli.demo.server import DEMO
from actionruns.cli.rendering import duration
from actionruns.watching import Watch, WatchSettings

__all__ = ["execute_and_follow"]

# Of ten runs: some that fail often, some that wait for an approval.
_ACTIONS = ("create_microservice",) * 6 + ("run_flaky_tests",) * 2 + ("deploy_to_production",) * 2
_PLAIN_LINE_SECONDS = 2.0


async def execute_and_follow(base_url: str, record: Record, screen: Screen) -> None:
    """Execute the runs and follow them until each has ended.

    Cancelling it leaves in the record what was measured until then.

    Args:
        base_url: Where the emulated Port is.
        record: What is wanted; takes what is measured.
        screen: Where it is shown.
    """
    async with AsyncPortClient(
        base_url=base_url, client_id=DEMO, client_secret=DEMO, trust_env=False
    ) as port:
        screen.heading(1, f"Execute {record.wanted:,} runs", ", 100 at a time")
        run_ids = await _execute(port, record, screen)
        screen.heading(2, "Follow them to their end", f", a look every {record.interval:g} s\n")
        await _follow(port, run_ids, record, screen)


async def _execute(port: AsyncPortClient, record: Record, screen: Screen) -> list[str]:
    began = time.monotonic()
    columns = (
        TextColumn("   "),
        BarColumn(40),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    bar = Progress(*columns, console=screen.console, auto_refresh=screen.live, transient=True)

    async def execute(number: int) -> str:
        action = _ACTIONS[number % len(_ACTIONS)]
        properties = {"version": f"1.{number}"} if action == "deploy_to_production" else {}
        run = await port.action_runs.execute_action(action, properties=properties)
        record.executed += 1
        record.execution_seconds = time.monotonic() - began
        bar.update(task, completed=record.executed)
        return run.id

    # Without a terminal, Rich would print the bar once at its end: the line below says as much.
    bar.disable = not screen.live
    with bar:
        task = bar.add_task("", total=record.wanted)
        # The client lets 100 requests out at a time, as many as it has connections.
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(execute(number)) for number in range(record.wanted)]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
    rate = record.executed / record.execution_seconds
    screen.show(
        f"   {record.executed:,} runs in {duration(record.execution_seconds)}, {rate:,.0f}/s"
    )
    return [task.result() for task in tasks]


async def _follow(
    port: AsyncPortClient, run_ids: Sequence[str], record: Record, screen: Screen
) -> None:
    record.watched_from = datetime.now(UTC)
    record.tally.start()
    settings = WatchSettings(interval=record.interval, max_in_flight=64)
    async with Watch([(port.source, run_ids)], settings) as watch:
        record.progress = watch.progress
        board = Board(record.tally, watch.progress, recent=False, indent=3)
        show = live(board, screen.console) if screen.live else _lines(board, screen)
        try:
            async with show:
                async for update in watch:
                    board.take(update)
                    record.take(update)
        finally:
            record.tally.stop()
            screen.remember(board)


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
