"""A typed call beside raw aiohttp for the same fresh URL, against a server that costs little."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable
from itertools import count
from multiprocessing.connection import Connection
from typing import cast

import aiohttp

from actionruns.port import AsyncPortClient
from benchmarks.hooks import hooks_alone
from benchmarks.pairs import Ratio, compare_async
from benchmarks.sample import ANSWER

_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: static\r\n"
    b"Content-Length: %d\r\n\r\n" % len(ANSWER)
)


class _StaticServer(asyncio.Protocol):
    """Answers every request with the same run; no request of the measurements has a body."""

    _transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        for _ in range(data.count(b"\r\n\r\n")):
            self._transport.write(_HEAD + ANSWER)


async def _serve(parent: Connection) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_StaticServer, "127.0.0.1", 0)
    parent.send(server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, parent.poll, None)  # until the parent closes its end


def _serve_in_process(parent: Connection) -> None:
    asyncio.run(_serve(parent))


def measure(*, rounds: int = 101, concurrency: int = 1) -> dict[str, Ratio]:
    """Return CPU ratios to raw aiohttp, so many calls under way at once."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=_serve_in_process, args=(theirs,), daemon=True
    )
    server.start()
    theirs.close()
    try:
        return asyncio.run(_measure(f"http://127.0.0.1:{ours.recv()}", rounds, concurrency))
    finally:
        ours.close()
        server.join(5)
        if server.is_alive():
            server.kill()


async def _measure(base_url: str, rounds: int, concurrency: int) -> dict[str, Ratio]:
    numbers = count()
    client = AsyncPortClient(base_url=base_url, token="t", trust_env=False)  # noqa: S106
    async with aiohttp.ClientSession() as session, client:

        async def raw() -> None:
            url = f"{base_url}/v1/actions/runs/r_{next(numbers)}?version=v2"
            async with session.get(url) as answer:
                await answer.read()

        async def typed() -> None:
            await client.action_runs.get_action_run(f"r_{next(numbers)}")

        return await compare_async(
            {
                "raw aiohttp, read()": _many(raw, concurrency),
                "raw aiohttp again": _many(raw, concurrency),
                "actionruns, typed": _many(typed, concurrency),
                "the same without msgspec": _by_hooks(_many(typed, concurrency)),
            },
            calls=128,  # short blocks: a machine that changes its speed does so between rounds
            rounds=rounds,
        )


def _by_hooks(run: Callable[[int], Awaitable[None]]) -> Callable[[int], Awaitable[None]]:
    async def by_hooks(calls: int) -> None:
        with hooks_alone():
            await run(calls)

    return by_hooks


def _many(
    call: Callable[[], Awaitable[None]], concurrency: int
) -> Callable[[int], Awaitable[None]]:
    async def worker(calls: int) -> None:
        for _ in range(calls):
            await call()

    async def run(calls: int) -> None:
        await asyncio.gather(*(worker(calls // concurrency) for _ in range(concurrency)))

    return run
