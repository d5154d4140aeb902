"""Gateways before an emulator, or before a small service that says what it was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
import attrs
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from actionruns.emulator import Emulator
from actionruns.gateway import Capability, Gateway, GatewaySettings, read_capability

Serve = Callable[..., AbstractAsyncContextManager[Gateway]]

# What the emulated Port knows; the document sends it as it is, so with the word before it.
PORT_KEY = "Bearer demo"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the services' settings out of the environment."""
    for name in ("PORT_CLIENT_ID", "PORT_CLIENT_SECRET", "PORT_API_KEY", "PORT_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("FORGEPORTAL_URL", "FORGEPORTAL_SESSION", "ACP_URL", "ACP_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """An emulator whose runs move when the test says so."""
    async with Emulator(auto_progress=False) as emulator:
        yield emulator


@asynccontextmanager
async def served(
    capability: Capability | str, environment: dict[str, str] | None = None, **settings: Any
) -> AsyncIterator[Gateway]:
    """Serve a capability on free ports."""
    read = read_capability(capability) if isinstance(capability, str) else capability
    ports = {"rest_port": 0, "mcp_port": 0, "shutdown_seconds": 1.0}
    keys = {"PORT_API_KEY": PORT_KEY} if environment is None else environment
    async with Gateway(read, GatewaySettings(**{**ports, **settings}), keys) as gateway:
        yield gateway


@pytest.fixture
async def gateway(emulator: Emulator) -> AsyncIterator[Gateway]:
    """The capability of the seed, before the emulated Port."""
    async with served("port-action-runs", base_uri=emulator.port_url) as gateway:
        yield gateway


@attrs.frozen
class Answer:
    """What a REST caller got."""

    status: int
    body: Any
    headers: dict[str, str]


class Caller:
    """A plain HTTP client, which knows nothing of the SDK."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __call__(self, gateway: Gateway, method: str, path: str, **more: Any) -> Answer:
        """Send a request, and return the answer with its body decoded if it is JSON."""
        async with self._session.request(method, f"{gateway.rest_url}{path}", **more) as answer:
            content = await answer.read()
            is_json = answer.content_type == "application/json"
            body = orjson.loads(content) if is_json else content.decode()
            return Answer(answer.status, body, dict(answer.headers))


@pytest.fixture
async def call() -> AsyncIterator[Caller]:
    """A REST caller."""
    async with aiohttp.ClientSession() as session:
        yield Caller(session)


@attrs.define
class Asked:
    """A request that the small service got."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes


class Jobs:
    """A service that notes what it is asked, and answers as a test says.

    Attributes:
        asked: The requests, the oldest first.
        answers: What it answers next: status and body; afterwards, 200 with ``{"jobs": []}``.
        connections: How many connections there were.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[tuple[int, Any]] = []
        self.headers: dict[str, str] = {}
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Note a request and answer it."""
        if request.path == "/":
            return web.Response(status=404)
        self.asked.append(
            Asked(
                method=request.method,
                path=request.rel_url.raw_path,
                query=list(request.query.items()),
                headers=dict(request.headers),
                body=await request.read(),
            )
        )
        status, body = self.answers.pop(0) if self.answers else (200, {"jobs": []})
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        return web.Response(
            status=status, body=content, content_type="application/json", headers=self.headers
        )


@pytest.fixture
async def jobs() -> AsyncIterator[Jobs]:
    """The small service, on a free port."""
    service = Jobs()
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", service.answer)
    async with TestServer(app) as server:
        service.url = str(server.make_url("")).rstrip("/")
        yield service
