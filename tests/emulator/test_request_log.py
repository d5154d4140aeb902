from __future__ import annotations

import asyncio

import aiohttp
import pytest

from actionruns.emulator import Emulator
from tests.emulator.plain import Plain

pytestmark = pytest.mark.anyio


async def test_counts(port: Plain, emulator: Emulator) -> None:
    """Requests are counted by method and route template."""
    run_id = await port.execute()
    for _ in range(3):
        await port("GET", f"/actions/runs/{run_id}")
    await port("PATCH", f"/actions/runs/{run_id}", body={})
    await port("GET", "/nothing")
    route = "/port/v1/actions/runs/{run_id}"
    requests = emulator.requests
    assert requests.count("GET", route) == requests.counts["GET", route] == 3
    assert requests.count("GET") == 4
    assert requests.count(route=route) == 4
    assert requests.count() == len(requests) == 6


async def test_records(port: Plain, emulator: Emulator) -> None:
    """The latest requests are kept with path, query and status."""
    await port("GET", "/actions/runs/a%2Fb", params={"version": "v2"})
    await port("GET", "/actions/runs", params={"limit": "5"})
    first, second = emulator.requests
    assert (first.method, first.path) == ("GET", "/port/v1/actions/runs/a%2Fb")
    assert (first.query, first.status) == ("version=v2", 404)
    assert (second.route, second.query) == ("/port/v1/actions/runs", "limit=5")
    assert second.status == 200
    assert first.at <= second.at


async def test_outside(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """A request outside every service is noted too."""
    async with session.get(f"{emulator.url}/elsewhere") as response:
        assert response.status == 404
    (record,) = emulator.requests
    assert (record.route, record.status) == ("/elsewhere", 404)


async def test_connections(emulator: Emulator) -> None:
    """Connections are counted as clients open them, not as they use them."""
    for sessions in range(1, 3):
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                await Plain(emulator, session)("GET", "/actions/runs")
        assert emulator.requests.connections == sessions


async def test_clear(port: Plain, emulator: Emulator) -> None:
    """The log can be cleared."""
    await port("GET", "/actions/runs")
    emulator.requests.clear()
    assert emulator.requests.count() == emulator.requests.connections == 0
    assert list(emulator.requests) == []


async def test_reached(port: Plain, emulator: Emulator) -> None:
    """One can wait for requests to come, before or after they do."""
    waiting = asyncio.ensure_future(emulator.requests.reached(2, "GET", "/port/v1/actions/runs"))
    given_up = asyncio.ensure_future(emulator.requests.reached(2))
    await port("GET", "/actions/runs")
    given_up.cancel()
    await port("GET", "/actions/runs/other")
    assert not waiting.done()
    await port("GET", "/actions/runs")
    await waiting
    await emulator.requests.reached(3)
