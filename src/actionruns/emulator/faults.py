"""Faults that a test asks for: what a server and the network between may do wrong."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import Mapping
from typing import Any, Literal

import attrs
import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

__all__ = ["Fault", "FaultPlan", "Reset", "matches"]

Reset = Literal["before", "after", "half"]


@attrs.frozen(kw_only=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        status: Answer with this status and don't handle the request; None: handle it, unless
            ``body`` is given.
        body: Body of that answer: bytes as they are (so that JSON can be broken), anything else as
            JSON; None: empty.
        headers: Headers of that answer, or more headers for the service's own.
        reset: Break the connection: "before" the request is handled, "after" it was handled but
            before the answer, or after "half" of the answer's body.
        delay: Seconds to wait before anything else.
        hang: Never answer; the connection is cut when the emulator stops.
    """

    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = attrs.field(factory=dict)
    reset: Reset | None = None
    delay: float = 0.0
    hang: bool = False

    def answer(self) -> web.Response | None:
        """Return the answer given in place of the service's, if there is one."""
        if self.status is None and self.body is None:
            return None
        headers = {"Content-Type": "application/json", **self.headers}
        body = self.body
        if body is None:
            body = b""
        elif not isinstance(body, bytes):
            body = orjson.dumps(body)
        return web.Response(status=self.status or 200, body=body, headers=headers)


@attrs.define
class _Pending:
    method: str
    route: str
    fault: Fault
    times: int

    def concerns(self, method: str, route: str, path: str) -> bool:
        return self.method in {"*", method} and self.route in {"*", route, path}


class FaultPlan:
    """The faults that wait for their request, oldest first."""

    def __init__(self) -> None:
        self._pending: list[_Pending] = []
        self._stopping = asyncio.Event()

    def add(self, method: str, route: str, fault: Fault, times: int = 1) -> None:
        """Let the next requests fail.

        Args:
            method: HTTP method, or ``*``.
            route: Template of a route, a path, or ``*``.
            fault: What goes wrong.
            times: How many requests it concerns.

        Raises:
            ValueError: ``times`` is below 1.
        """
        if times < 1:
            msg = f"times must be at least 1, not {times}"
            raise ValueError(msg)
        self._pending.append(_Pending(method.upper(), route, fault, times))

    def clear(self) -> None:
        """Let nothing fail any more."""
        self._pending.clear()

    def take(self, method: str, route: str, path: str) -> Fault | None:
        """Return the fault of this request, and count it as happened."""
        for pending in self._pending:
            if pending.concerns(method, route, path):
                pending.times -= 1
                if not pending.times:
                    self._pending.remove(pending)
                return pending.fault
        return None

    def stop(self) -> None:
        """Let go the requests that hang."""
        self._stopping.set()

    async def apply(
        self, fault: Fault, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Answer a request with its fault."""
        if fault.delay or fault.hang:
            try:
                async with asyncio.timeout(None if fault.hang else fault.delay):
                    await self._stopping.wait()
                return _break(request)
            except TimeoutError:
                pass
        if fault.reset == "before":
            return _break(request)
        response = fault.answer()
        if response is None:
            response = await _handled(request, handler)
            response.headers.update(fault.headers)
        if fault.reset == "after":
            return _break(request)
        if fault.reset == "half":
            return await _half(request, response)
        return response


async def _handled(request: web.Request, handler: Handler) -> web.Response:
    response = await handler(request)
    if not isinstance(response, web.Response):
        msg = "faults are for answers of one piece, not for streams"
        raise TypeError(msg)
    return response


def _break(request: web.Request) -> web.Response:
    transport = request.transport
    if transport is not None:
        # Lingering for no time turns the close into a reset: the client gets an error, not an end
        # of file.
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    return web.Response()  # Goes nowhere: the connection is gone.


async def _half(request: web.Request, whole: web.Response) -> web.StreamResponse:
    body = whole.body if isinstance(whole.body, bytes) else b""
    headers = {name: value for name, value in whole.headers.items() if name != "Content-Length"}
    partial = web.StreamResponse(status=whole.status, headers=headers)
    partial.content_length = len(body)
    await partial.prepare(request)
    await partial.write(body[: len(body) // 2])
    if request.transport is not None:
        # Not a reset: that could take back the half which is still on its way.
        request.transport.close()
    return partial


def matches(template: str, path: str) -> bool:
    """Tell whether a path is one of a route's."""
    pattern = "".join(
        "[^/]+" if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{[^}]*\})", template)
    )
    return re.fullmatch(pattern, path) is not None
