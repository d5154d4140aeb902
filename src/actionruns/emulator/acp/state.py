"""What the routes of the Agent Connect Protocol share."""

from __future__ import annotations

import asyncio
from typing import Any

import attrs
import orjson
from aiohttp import web

from actionruns.emulator.acp.bodies import fits
from actionruns.emulator.acp.catalog import Agent, Catalog
from actionruns.emulator.acp.errors import AcpError, not_found
from actionruns.emulator.acp.life import RunLife
from actionruns.emulator.acp.rendering import thread_shown
from actionruns.emulator.acp.run_store import Run
from actionruns.emulator.acp.schemas import ANSWER
from actionruns.emulator.acp.thread_store import Thread
from actionruns.emulator.settings import EmulatorSettings
from actionruns.emulator.stream_behaviour import StreamBehaviour

__all__ = ["LOOK", "AcpState", "json_response"]

LOOK = 0.05
"""Seconds between two looks at whether a client is gone that must not be: aiohttp tells nobody."""


@attrs.define(kw_only=True)
class AcpState:
    """What the routes work on.

    Attributes:
        version: Of the protocol, "0.1" or "0.2".
        settings: How the service behaves.
        catalog: The agents.
        life: The runs and threads.
        stream: How the event streams behave.
    """

    version: str
    settings: EmulatorSettings
    catalog: Catalog
    life: RunLife
    stream: StreamBehaviour

    def agent(self, agent_id: str | None) -> Agent:
        """Return the agent of an id, or the default one.

        Raises:
            AcpError: 404, there is none.
        """
        if agent_id is None:
            return self.catalog.default
        agent = self.catalog.agents.get(agent_id.lower())
        if agent is None:
            raise not_found("Agent", agent_id)
        return agent

    def thread(self, thread_id: str) -> Thread:
        """Return the thread of an id.

        Raises:
            AcpError: 404, there is none.
        """
        thread = self.life.threads.rows.get(thread_id)
        if thread is None:
            raise not_found("Thread", thread_id)
        return thread

    def show_thread(self, thread: Thread) -> dict[str, Any]:
        """Render a thread with its status and state."""
        threads = self.life.threads
        latest = threads.rows.latest(thread.id)
        return thread_shown(thread, threads.status(thread), latest, self.version)

    def run(self, request: web.Request) -> Run:
        """Return the run that the path names, on the thread that it names, if it does.

        Raises:
            AcpError: 404, there is none.
        """
        run_id = request.match_info["run_id"]
        thread_id = request.match_info.get("thread_id")
        run = self.life.runs.get(run_id)
        if run is None:
            raise not_found("Run", run_id)
        if self.version == "0.2" and (
            run.on_thread != (thread_id is not None)
            or (thread_id is not None and run.thread_id != thread_id.lower())
        ):
            raise not_found("Run", run_id)
        return run

    def resume(self, run: Run, answer: Any) -> None:
        """Answer the question of a run.

        Raises:
            AcpError: 409, it isn't interrupted; 422, its agent doesn't take this answer.
        """
        fits("body", answer, ANSWER[self.version])
        if run.status != "interrupted":
            raise AcpError(409, f"Run {run.id} is {run.status}, not interrupted")
        agent = self.catalog.agents.get(run.agent_id)
        asks = self.life.asks(run)
        if agent is not None and asks and len(run.answers) < len(agent.questions):
            fits("body", answer, agent.questions[len(run.answers)].answer)
        self.life.resume(run, answer)

    async def settled(self, run: Run, seconds: float | None) -> Run | None:
        """Wait until a run isn't pending.

        Args:
            run: Which run.
            seconds: How long to wait at most (real ones); None: without limit.

        Returns:
            The run; None: it is still pending.

        Raises:
            AcpError: 404, it was deleted meanwhile.
        """
        try:
            async with asyncio.timeout(seconds):
                while True:
                    now = self.life.runs.get(run.id)
                    if now is None:
                        raise not_found("Run", run.id)
                    if not now.pending:
                        return now
                    await self.life.changes.wait(run.id)
        except TimeoutError:
            return None

    async def settled_unless_left(self, run: Run, request: web.Request) -> Run:
        """Wait until a run isn't pending; cancel it if its client goes away first.

        Raises:
            AcpError: 404, it was deleted meanwhile.
        """
        while True:
            settled = await self.settled(run, LOOK)
            if settled is not None:
                return settled
            self.cancel_if_left(run, request)

    def cancel_if_left(self, run: Run, request: web.Request) -> None:
        """Cancel a run whose client has gone away, if its creation says so."""
        gone = request.transport is None or request.transport.is_closing()
        now = self.life.runs.get(run.id)
        if gone and now is not None and self.cancels_with(now):
            self.life.cancel(now)

    def cancels_with(self, run: Run) -> bool:
        """Tell whether a run is cancelled with the connection over which it is followed."""
        return self.version == "0.2" and run.creation.get("on_disconnect", "cancel") == "cancel"


def json_response(body: Any, status: int = 200) -> web.Response:
    """Answer with JSON."""
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")
