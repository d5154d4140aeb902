"""What a test does with the emulated agents, besides sending requests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from actionruns.emulator.acp.catalog import Agent
from actionruns.emulator.acp.life import Order
from actionruns.emulator.acp.rendering import run_shown
from actionruns.emulator.acp.run_store import Run
from actionruns.emulator.acp.service import AcpService
from actionruns.emulator.stream_behaviour import StreamBehaviour

__all__ = ["AcpControl"]

# Rows that are made and stored between two looks at the sockets.
_CHUNK = 2_000


class AcpControl:
    """The emulated agents of one version, as `Emulator.acp` and `Emulator.acp_v02` give them."""

    def __init__(self, service: AcpService) -> None:
        self._service = service
        self._state = service.state

    def add(self, *agents: Agent) -> None:
        """Add agents of your own; they aren't kept in the database."""
        self._state.catalog.add(*agents)

    def agent_id(self, name: str) -> str:
        """Return the id of an agent.

        Raises:
            KeyError: There is no such agent.
        """
        return self._state.catalog.named(name).id

    def set_stream(self, behaviour: StreamBehaviour) -> None:
        """Let event streams behave otherwise, those that are open, too."""
        self._state.stream = behaviour

    async def add_run(self, agent: str = "thinker", **options: Any) -> str:
        """Create one run and return its id; the options are those of `add_runs`."""
        return (await self.add_runs(1, agent, **options))[0]

    async def add_runs(
        self,
        count: int,
        agent: str = "thinker",
        *,
        status: str = "pending",
        on_thread: bool = False,
        age: float = 0.0,
        creation: Mapping[str, Any] | None = None,
    ) -> list[str]:
        """Create many runs at once, without requests.

        They live as requested ones do: they progress by themselves if `auto_progress` is set.

        Args:
            count: How many.
            agent: Name or id of the agent.
            status: With which status; only "pending" ones are moved by the emulator, others
                have no output.
            on_thread: Start each of them on a new thread; with 0.1, all are.
            age: Seconds since they were created.
            creation: More of what they are said to have been created with.

        Returns:
            Their ids, oldest first.

        Raises:
            KeyError: There is no such agent.
        """
        found = self._state.catalog.named(agent)
        body = {"agent_id": found.id, **(creation or {})}
        life = self._state.life
        threaded = on_thread or self._service.version == "0.1"
        ids: list[str] = []
        for begin in range(0, count, _CHUNK):
            runs = []
            for _ in range(min(_CHUNK, count - begin)):
                thread_id = life.threads.create(agent_id=found.id).id if threaded else None
                order = Order(agent=found, creation=dict(body), thread_id=thread_id)
                runs.append(life.new_run(order, at=self._service.now() - age))
            if status != "pending":
                for run in runs:
                    run.status, run.due_at = status, None
            life.adopt(runs)
            ids += [run.id for run in runs]
            await asyncio.sleep(0)
        return ids

    async def advance(self, run_id: str) -> dict[str, Any]:
        """Let the agent of a run do its next step (say a word, ask, or end); return the run.

        Raises:
            LookupError: There is no such run.
            ValueError: It isn't pending.
        """
        run = self._pending(run_id)
        self._state.life.move(run, self._service.now())
        return run_shown(run)

    async def emit(self, run_id: str, value: Any, kind: str = "values") -> None:
        """Tell an update to the streams of a run.

        Args:
            run_id: Which run.
            value: The result so far, or the news.
            kind: "values" for the result so far (also in 0.1), "custom" for news.

        Raises:
            LookupError: There is no such run.
            ValueError: It isn't pending.
        """
        self._state.life.emit(self._pending(run_id), kind, value)

    async def interrupt(self, run_id: str, question: Any) -> None:
        """Let a run ask.

        Raises:
            LookupError: There is no such run.
            ValueError: It isn't pending.
        """
        self._state.life.interrupt(self._pending(run_id), question, self._service.now())

    async def succeed(self, run_id: str, result: Any) -> None:
        """End a run with this result.

        Raises:
            LookupError: There is no such run.
            ValueError: It isn't pending.
        """
        self._state.life.succeed(self._pending(run_id), result, self._service.now())

    async def fail(
        self, run_id: str, description: str = "The agent failed", *, status: str = "error"
    ) -> None:
        """End a run with an error.

        Args:
            run_id: Which run.
            description: What went wrong.
            status: "error", "timeout", or one that isn't documented, to see what a client does.

        Raises:
            LookupError: There is no such run.
            ValueError: It isn't pending.
        """
        run = self._pending(run_id)
        self._state.life.fail(run, description, self._service.now(), status)

    async def set_status(self, run_id: str, status: str) -> None:
        """Set the status of a run and nothing else, as a server that tries it again does.

        Raises:
            LookupError: There is no such run.
        """
        self._state.life.set_status(self._run(run_id), status)

    async def delete(self, run_id: str) -> None:
        """Remove a run, so that requests for it get a 404.

        Raises:
            LookupError: There is no such run.
        """
        self._state.life.delete(self._run(run_id))

    async def run(self, run_id: str) -> dict[str, Any]:
        """Return a run as `get_run` answers it.

        Raises:
            LookupError: There is no such run.
        """
        return run_shown(self._run(run_id))

    async def settled(self, run_id: str) -> dict[str, Any]:
        """Wait until a run isn't pending, and return it.

        Raises:
            LookupError: There is no such run (any more).
            asyncio.CancelledError: The emulator was stopped meanwhile.
        """
        while (run := self._run(run_id)).pending:
            await self._state.life.changes.wait(run_id)
        return run_shown(run)

    def _run(self, run_id: str) -> Run:
        run = self._state.life.runs.get(run_id)
        if run is None:
            msg = f"no run {run_id!r} in the emulated agents of {self._service.version}"
            raise LookupError(msg)
        return run

    def _pending(self, run_id: str) -> Run:
        run = self._run(run_id)
        if not run.pending:
            msg = f"run {run_id!r} is {run.status}, not pending"
            raise ValueError(msg)
        return run
