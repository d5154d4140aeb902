"""How agents reach the MCP server: streamable HTTP, or the process's own stdin and stdout."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import orjson
import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from actionruns.gateway.guard import Guard
from actionruns.gateway.settings import GatewaySettings

__all__ = ["MCP_PATH", "serve_http", "serve_stdio"]

MCP_PATH: Final = "/mcp"


class _Guarded:
    """An ASGI application behind a guard."""

    def __init__(self, app: ASGIApp, guard: Guard, stopping: asyncio.Event) -> None:
        self._app = app
        self._guard = guard
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refused = self._guard.refusal(Headers(scope=scope))
            if refused is not None:
                headers = [(b"content-type", b"application/json")]
                start = {"type": "http.response.start", "status": refused.status}
                body = {"ok": False, "error": refused.error, "message": refused.message}
                await send({**start, "headers": headers})
                await send({"type": "http.response.body", "body": orjson.dumps(body)})
                return
            if scope["method"] == "GET":
                await self._stream(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a stream that waits for what the server may want to say, until the gateway stops.

        It has no end of its own: without this, a client that is connected would hold up the stop
        for as long as requests get to end.
        """
        is_open = False

        async def noted(message: Message) -> None:
            nonlocal is_open
            is_open = message["type"] == "http.response.start" or bool(message.get("more_body"))
            await send(message)

        async def received() -> Message:
            asked = asyncio.ensure_future(receive())
            told = asyncio.ensure_future(self._stopping.wait())
            try:
                await asyncio.wait({asked, told}, return_when=asyncio.FIRST_COMPLETED)
                return asked.result() if asked.done() else {"type": "http.disconnect"}
            finally:
                asked.cancel()
                told.cancel()

        await self._app(scope, received, noted)
        if is_open and self._stopping.is_set():
            await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Uvicorn(uvicorn.Server):
    """A server that leaves signals alone: the process has two of them, and a command around."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@contextlib.asynccontextmanager
async def serve_http(
    server: Server[Any],
    settings: GatewaySettings,
    listening: socket.socket,
    stopping: asyncio.Event,
) -> AsyncIterator[None]:
    """Serve over HTTP for as long as the body goes on.

    Args:
        server: The MCP server.
        settings: Whom it serves.
        listening: The socket that it listens on; it is closed at the end.
        stopping: Set when the gateway is to end.
    """
    app = server.streamable_http_app(
        streamable_http_path=MCP_PATH,
        max_request_body_size=settings.max_body,
        # The guard checks hosts and origins, by the same rule as for REST.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    config = uvicorn.Config(
        _Guarded(app, Guard(settings), stopping),
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_seconds)),
        ws="none",
    )
    serving = _Uvicorn(config)
    task = asyncio.create_task(serving.serve(sockets=[listening]))
    try:
        yield
    finally:
        serving.should_exit = True
        await task


async def serve_stdio(server: Server[Any]) -> None:
    """Serve over stdin and stdout, until stdin ends."""
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
