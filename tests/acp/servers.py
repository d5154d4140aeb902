"""A small server that speaks both versions of the protocol, and does wrong what a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

__all__ = ["AGENT", "RUN", "AcpServer", "Handler", "event", "run_json", "sse"]

AGENT = "aaaaaaaa-0000-4000-8000-000000000000"
RUN = "11111111-0000-4000-8000-000000000000"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def run_json(run_id: str = RUN, status: str = "pending", changes: int = 0) -> dict[str, Any]:
    """Return a run as servers send it: times without a zone, null for what is not there."""
    return {
        "creation": {"agent_id": AGENT, "input": {"text": "hello"}, "webhook": None},
        "run_id": run_id,
        "agent_id": AGENT,
        "thread_id": None,
        "created_at": "2026-01-31T12:00:00.000001",
        "updated_at": f"2026-01-31T12:00:{changes:02d}",
        "status": status,
    }


def event(data: str, *, event_id: str | None = None) -> bytes:
    """Return an event as the protocol's servers send it."""
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: agent_event\ndata: {data}\n\n".encode()


def sse(*parts: bytes, until: asyncio.Event | None = None) -> Handler:
    """Answer with an event stream, one piece after the other; it ends when ``until`` is set."""

    async def handle(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        for part in parts:
            await answer.write(part)
        if until is not None:
            await until.wait()
        return answer

    return handle


class AcpServer:
    """A server on 127.0.0.1, for the time of an ``async with``.

    Attributes:
        statuses: What GET of a run tells, by its id, the first status first; the last one stays. A
            status of None is a 404.
        outputs: The output by run id.
        held: For how many asks an output is not there yet (204, or a wait without answer).
        handlers: What to do instead, by method and path; the first of each list first, the last
            one stays.
        requests: Every request seen, as method and path.
        queries: The query of each request.
        headers: The headers of each request.
        bodies: The JSON body of each POST.
        looked: Set with each GET of a run.
        gone: Set when the connection of a stream has ended.
    """

    def __init__(self) -> None:
        self.statuses: dict[str, list[str | None]] = {RUN: ["pending"]}
        self.outputs: dict[str, dict[str, Any]] = {}
        self.held = 0
        self.handlers: dict[tuple[str, str], list[Handler]] = {}
        self.requests: list[tuple[str, str]] = []
        self.queries: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[Any] = []
        self.looked = asyncio.Event()
        self.gone = asyncio.Event()
        self._changes = 0
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._server = TestServer(app, host="127.0.0.1")

    @property
    def url(self) -> str:
        """Where it is."""
        return str(self._server.make_url("/"))

    def count(self, method: str, path: str) -> int:
        """Return how many such requests came."""
        return self.requests.count((method, path))

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._server.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.method, request.path))
        self.queries.append(dict(request.query))
        self.headers.append(dict(request.headers))
        if request.method == "POST" and request.can_read_body:
            self.bodies.append(await request.json())
        handlers = self.handlers.get((request.method, request.path))
        if handlers:
            handler = handlers.pop(0) if len(handlers) > 1 else handlers[0]
            try:
                return await handler(request)
            finally:
                if request.path.endswith("/stream"):
                    self.gone.set()
        return await self._answer(request)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        parts = request.path.strip("/").split("/")
        if parts[0] == "threads" and len(parts) > 3:
            parts = parts[2:]
        if (request.method, parts) == ("POST", ["runs", "search"]):
            return web.json_response(self._rows(self.bodies[-1]))
        run_id, *rest = parts[1:]
        if request.method == "GET" and not rest:
            return self._run(run_id)
        if request.method == "POST" and not rest:
            self.statuses[run_id] = ["pending", "success"]
            return self._run(run_id)
        if rest in (["output"], ["wait"]):
            return await self._output(run_id, rest[0])
        return web.json_response("no such route", status=404)

    def _rows(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        status = query["status"]
        rows = [run_json(i, status) for i, s in self.statuses.items() if s[0] == status]
        return rows[query["offset"] : query["offset"] + query["limit"]]

    def _run(self, run_id: str) -> web.Response:
        self.looked.set()
        statuses = self.statuses[run_id]
        before = statuses[0]
        status = statuses.pop(0) if len(statuses) > 1 else before
        if status is None:
            return web.json_response("there is no such run", status=404)
        self._changes += len(statuses) > 1 or status != statuses[0]
        return web.json_response(run_json(run_id, status, self._changes))

    async def _output(self, run_id: str, kind: str) -> web.Response:
        if self.held:
            self.held -= 1
            if kind == "output":
                return web.Response(status=204)
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        output = self.outputs.get(run_id)
        if kind == "output":
            return web.Response(status=204) if output is None else web.json_response(output)
        status = self.statuses[run_id][0]
        return web.json_response({"run": run_json(run_id, str(status)), "output": output})
