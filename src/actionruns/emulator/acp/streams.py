"""Event streams: the updates of a run, as server-sent events."""

from __future__ import annotations

import asyncio
from typing import Any

import attrs
import orjson
from aiohttp import web

from actionruns.emulator.acp.rendering import update_shown
from actionruns.emulator.acp.run_store import Run
from actionruns.emulator.acp.state import LOOK, AcpState

__all__ = ["EventStream", "modes_of"]


def modes_of(run: Run) -> frozenset[str]:
    """Return the kinds of updates that the streams of a run give.

    What nobody chose is the server's choice: the whole result so far.
    """
    wanted = run.creation.get("streaming") or run.creation.get("stream_mode") or "values"
    modes = {wanted} if isinstance(wanted, str) else set(wanted)
    if "result" in modes:
        modes = {"values"}
    return frozenset(modes | {"interrupt", "error"})


@attrs.define
class EventStream:
    """One stream of one run.

    Attributes:
        state: What the routes share.
        request: The request that is answered.
        run: The run.
    """

    state: AcpState
    request: web.Request
    run: Run
    _next: int = attrs.field(init=False, default=0)
    _number: int = attrs.field(init=False, default=0)
    _quiet: float = attrs.field(init=False, default=0.0)

    def __attrs_post_init__(self) -> None:
        self._next = self._start()

    def _start(self) -> int:
        behaviour = self.state.stream
        if not behaviour.replay:
            return len(self.run.updates)
        last = self.request.headers.get("Last-Event-ID", "")
        if behaviour.ids == "run" and last.isascii() and last.isdigit():
            return int(last)
        # What was told before an answer is no news after it.
        return self.run.join_from

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell and there never will be."""
        return not self.run.pending and not any(
            self._shown(update) for update in self.run.updates[self._next :]
        )

    async def send(self) -> web.StreamResponse:
        """Answer with the stream, until the run is no longer pending or the client is gone."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        )
        await response.prepare(self.request)
        try:
            await self._follow(response)
        except ConnectionError:
            # Noticed by writing; the same as noticing it by looking.
            self.state.cancel_if_left(self.run, self.request)
        return response

    async def _follow(self, response: web.StreamResponse) -> None:
        while True:
            run = self.state.life.runs.get(self.run.id)
            if run is None:
                return
            self.run = run
            fresh = run.updates[self._next :]
            for update in fresh:
                self._next += 1
                await self._tell(response, update)
            if fresh:
                # Writing may have taken its time: look again before waiting.
                continue
            hangs = run.status == "error" and self.state.stream.hang_after_error
            if not run.pending and not hangs:
                return
            await self._wait(response)

    async def _wait(self, response: web.StreamResponse) -> None:
        behaviour = self.state.stream
        looks = self.state.cancels_with(self.run)
        seconds = min(LOOK, behaviour.heartbeat) if looks else behaviour.heartbeat
        try:
            async with asyncio.timeout(seconds):
                await self.state.life.changes.wait(self.run.id)
            return
        except TimeoutError:
            self._quiet += seconds
        if looks:
            self.state.cancel_if_left(self.run, self.request)
        if self._quiet >= behaviour.heartbeat:
            self._quiet = 0.0
            await response.write(b":" if behaviour.bare_heartbeat else b":\n")

    async def _tell(self, response: web.StreamResponse, update: dict[str, Any]) -> None:
        shown = self._shown(update)
        if shown is None:
            return
        self._number += 1
        self._quiet = 0.0
        event_id = self._next if self.state.stream.ids == "run" else self._number
        event = b"id: %d\nevent: agent_event\ndata: %s\n\n" % (event_id, orjson.dumps(shown))
        size = self.state.stream.chunk or len(event)
        for begin in range(0, len(event), size):
            await response.write(event[begin : begin + size])
            await asyncio.sleep(0)

    def _shown(self, update: dict[str, Any]) -> dict[str, Any] | None:
        kind = update["kind"]
        silent = kind == "interrupt" and not self.state.stream.interrupt_event
        if kind not in modes_of(self.run) or silent:
            return None
        return update_shown(self.run, update, self.state.version)
