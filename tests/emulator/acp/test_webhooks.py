from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from actionruns.emulator.acp.webhooks import is_loopback
from tests.emulator.acp.plain import Acp

pytestmark = pytest.mark.anyio


class Receiver:
    """A server that is called; it answers with one status."""

    def __init__(self) -> None:
        self.calls: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.status = 200
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        """Note a call."""
        self.calls.put_nowait(await request.json())
        return web.Response(status=self.status, headers={"Location": self.url})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    server = await asyncio.get_running_loop().create_server(runner.server, "127.0.0.1", 0)  # type: ignore[arg-type] # setup() made it
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield receiver
    server.close()
    await runner.cleanup()


async def test_calls(acp: Acp, receiver: Receiver) -> None:
    """The run is posted at each change of its status, the first one included, in their order."""
    run_id = await acp.create("asker", webhook=receiver.url)
    await acp.control.advance(run_id)
    await acp("POST", f"/runs/{run_id}", {"approved": True})
    await acp.control.advance(run_id)
    calls = [await receiver.calls.get() for _ in range(4)]
    assert [call["status"] for call in calls] == ["pending", "interrupted", "pending", "success"]
    assert calls[-1] == await acp.control.run(run_id)


@pytest.mark.parametrize("status", [500, 307])
async def test_no_retry(acp: Acp, receiver: Receiver, status: int) -> None:
    """A call that fails is not made again, nor one that is sent elsewhere."""
    receiver.status = status
    run_id = await acp.create("echo", webhook=receiver.url)
    await acp.control.advance(run_id)
    assert (await receiver.calls.get())["status"] == "pending"
    assert (await receiver.calls.get())["status"] == "success"
    assert receiver.calls.empty()


async def test_nobody_there(acp: Acp, receiver: Receiver) -> None:
    """A receiver that isn't there keeps nobody else from being called."""
    await acp.create("echo", webhook="http://127.0.0.1:1/")
    await acp.create("echo", webhook=receiver.url)
    assert (await receiver.calls.get())["creation"]["webhook"] == receiver.url


async def test_other_machines(acp: Acp, caplog: pytest.LogCaptureFixture) -> None:
    """Another machine is never called; the log says so."""
    with caplog.at_level(logging.WARNING):
        await acp.create("echo", webhook="http://192.0.2.1/hook")
    assert "192.0.2.1" in caplog.text


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8000/x", True),
        ("https://localhost/x", True),
        ("http://[::1]/", True),
        ("http://example.com/", False),
        ("http://127.0.0.1.example.com/", False),
        ("http://10.0.0.1/", False),
        ("file://localhost/x", False),
        ("ftp://127.0.0.1/", False),
        ("http://[::1", False),
    ],
)
def test_is_loopback(url: str, loopback: bool) -> None:
    """A loopback URL is one by its text: no name is looked up."""
    assert is_loopback(url) is loopback
