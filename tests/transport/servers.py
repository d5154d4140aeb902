"""Local HTTP servers that misbehave on purpose, written on sockets so that they can.

A server is made of behaviours: what to do with a request. It counts what it sees and is ended by
the test that started it.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from types import TracebackType
from typing import Self

import attrs

__all__ = [
    "Behaviour",
    "Exchange",
    "Server",
    "answer",
    "black_hole",
    "closing",
    "endless_headers",
    "event_stream",
    "half_body",
    "hang_up",
    "in_turn",
    "raw",
    "reset",
    "server_in_thread",
]


@attrs.define
class Exchange:
    """One request and the connection to answer it on.

    Attributes:
        server: The server that got it.
        connection: Number of its connection, from 1.
        number: Its number on that connection, from 1.
    """

    server: Server
    connection: int
    number: int
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    writer: asyncio.StreamWriter

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    def hang_up(self) -> None:
        """Close the connection in an orderly way."""
        self.writer.close()

    def reset(self) -> None:
        """End the connection at once."""
        self.writer.transport.abort()


Behaviour = Callable[[Exchange], Awaitable[None]]


def answer(
    body: object = None, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Behaviour:
    """Answer properly; ``body`` is bytes or whatever JSON can hold."""
    content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()

    async def behave(exchange: Exchange) -> None:
        lines = {"Content-Length": str(len(content)), **(headers or {})}
        exchange.send(_head(status, lines) + content)

    return behave


def raw(data: bytes) -> Behaviour:
    """Answer with exactly these bytes, then hang up."""

    async def behave(exchange: Exchange) -> None:
        exchange.send(data)
        exchange.hang_up()

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Treat the first request with the first behaviour and so on; the last one stays."""
    left = list(behaviours)

    async def behave(exchange: Exchange) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(exchange)

    return behave


def closing(behave: Behaviour) -> Behaviour:
    """Answer as if the connection were kept, then close it."""

    async def behave_and_close(exchange: Exchange) -> None:
        await behave(exchange)
        exchange.hang_up()

    return behave_and_close


def event_stream(*parts: bytes, then: Behaviour | None = None) -> Behaviour:
    """Begin an event stream without a length, send parts of it one by one, and end it.

    It goes on with ``then`` instead of ending, when that is given.
    """

    async def behave(exchange: Exchange) -> None:
        exchange.send(_head(200, {"Content-Type": "text/event-stream; charset=utf-8"}))
        for part in parts:
            exchange.send(part)
            await exchange.writer.drain()
        await (then or hang_up)(exchange)

    return behave


def gzipped(content: bytes) -> Behaviour:
    """Answer with a compressed body."""
    return answer(gzip.compress(content), headers={"Content-Encoding": "gzip"})


async def hang_up(exchange: Exchange) -> None:
    """Close the connection without an answer."""
    exchange.hang_up()


async def reset(exchange: Exchange) -> None:
    """Reset the connection without an answer."""
    exchange.reset()


async def half_body(exchange: Exchange) -> None:
    """Promise more than is sent."""
    exchange.send(_head(200, {"Content-Length": "100"}) + b'{"id": "r_1"')
    exchange.hang_up()


async def endless_headers(exchange: Exchange) -> None:
    """Send headers for as long as anybody reads them."""
    exchange.send(b"HTTP/1.1 200 OK\r\n")
    with suppress(ConnectionError):
        while not exchange.writer.is_closing():
            exchange.send(b"X-More: " + b"x" * 4000 + b"\r\n")
            await exchange.writer.drain()


async def black_hole(exchange: Exchange) -> None:
    """Never answer; the request ends with its connection or with the server."""
    await exchange.server.ended.wait()


class Server:
    """A server on 127.0.0.1, for the time of an ``async with``.

    Attributes:
        requests: Every request seen, in order.
        connections: How many connections were opened.
        most_at_once: The largest number of requests that were treated at the same time.
        ended: Set when the server ends.
        seen: Notified with each request.
        on_end: Called when a connection has ended.
    """

    def __init__(self, behave: Behaviour, *, tls: ssl.SSLContext | None = None) -> None:
        self.behave = behave
        self.requests: list[Exchange] = []
        self.connections = 0
        self.most_at_once = 0
        self.ended = asyncio.Event()
        self.seen = asyncio.Condition()
        self.on_end: Callable[[], object] = lambda: None
        self._tls = tls
        self._at_once = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        self.ended.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def refuse(self) -> None:
        """Take no more connections; those that are open stay."""
        self._server.close()

    async def wait_for_requests(self, count: int) -> None:
        """Wait until so many requests have come in."""
        async with self.seen:
            await self.seen.wait_for(lambda: len(self.requests) >= count)

    def headers(self, name: str) -> list[str | None]:
        """Return one header of every request."""
        return [exchange.headers.get(name) for exchange in self.requests]

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._serve(reader, writer, self.connections))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        number = 0
        try:
            while not writer.is_closing():
                number += 1
                exchange = await self._read(reader, writer, connection, number)
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
                try:
                    await self._note(exchange)
                    await self.behave(exchange)
                    await writer.drain()
                finally:
                    self._at_once -= 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone
        finally:
            self.on_end()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _read(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        connection: int,
        number: int,
    ) -> Exchange:
        start = await reader.readexactly(1)
        if not start.isalpha():  # no method begins so: a TLS hello
            writer.write(_head(400, {"Content-Length": "0"}))
            raise ConnectionResetError
        head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        pairs = (line.split(":", 1) for line in lines)
        headers: dict[str, str] = {}
        for name, value in ((name.lower(), value.strip()) for name, value in pairs):
            # One that comes twice is seen as such.
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Exchange(self, connection, number, method, target, headers, body, writer)

    async def _note(self, exchange: Exchange) -> None:
        async with self.seen:
            self.requests.append(exchange)
            self.seen.notify_all()


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@contextmanager
def server_in_thread(behave: Behaviour) -> Iterator[Server]:
    """Run a server on an event loop of its own, for tests whose clients have several, or none."""
    started: threading.Event = threading.Event()
    made: list[Server] = []
    stops: list[Callable[[], object]] = []

    async def serve() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        async with Server(behave) as server:
            made.append(server)
            stops.append(lambda: loop.call_soon_threadsafe(stop.set))
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        started.wait()
        yield made[0]
    finally:
        stops[0]()
        thread.join()
