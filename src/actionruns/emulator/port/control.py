"""What a test does with the runs of the emulated Port, besides sending requests."""

from __future__ import annotations

import abc
import asyncio
from typing import Any, Literal

from actionruns.emulator.clock import timestamp
from actionruns.emulator.port.execution import Execution
from actionruns.emulator.port.life import RunLife
from actionruns.emulator.port.run_store import Run
from actionruns.emulator.port.service import PortService

__all__ = ["PortControl"]


# Rows that are made and stored between two looks at the sockets.
_CHUNK = 2_000


class PortControl(abc.ABC):
    """Methods of `Emulator` that concern Port."""

    @property
    @abc.abstractmethod
    def _service(self) -> PortService: ...

    async def add_run(self, action: str = "create_microservice", **options: Any) -> str:
        """Create one run and return its id; the options are those of `add_runs`."""
        return (await self.add_runs(1, action, **options))[0]

    async def add_runs(
        self,
        count: int,
        action: str = "create_microservice",
        *,
        user: str = "demo",
        source: Literal["UI", "API", "AUTOMATION"] = "API",
        ended: str | None = None,
        external_run_id: str | None = None,
    ) -> list[str]:
        """Create many runs at once, without requests: 100,000 take a few seconds.

        They live as executed ones do: they progress by themselves if `auto_progress` is set.

        Args:
            count: How many.
            action: Identifier of the action.
            user: Id of the user who executes it.
            source: How it is said to have been executed.
            ended: Status with which the runs have ended already; None: they begin now.
            external_run_id: The id that they have outside; None: none.

        Returns:
            Their ids, oldest first.

        Raises:
            KeyError: There is no such action or user.
        """
        service = self._service
        execution = Execution(
            action=service.catalog.actions[action],
            properties={},
            inputs={},
            user=service.catalog.users[user],
            source=source,
        )
        ids: list[str] = []
        for begin in range(0, count, _CHUNK):
            runs = [service.life.new_run(execution) for _ in range(min(_CHUNK, count - begin))]
            for run in runs:
                if external_run_id is not None:
                    run.document["externalRunId"] = external_run_id
                if ended is not None:
                    run.document |= {"status": ended, "endedAt": run.document["createdAt"]}
                    run.due_at = None
            service.life.adopt(runs)
            ids += [run.id for run in runs]
            await asyncio.sleep(0)
        return ids

    async def finish(self, run_id: str, status: str = "SUCCESS") -> None:
        """End a run now, as its backend would.

        Args:
            run_id: Which run.
            status: With which status; also one that isn't documented, to see what a client does.

        Raises:
            LookupError: There is no such run.
            ValueError: It is over already.
        """
        service = self._service
        run = self._run(run_id)
        if run.ended:
            msg = f"run {run_id!r} is over already, with {run.status}"
            raise ValueError(msg)
        service.life.finish(run, status, service.now())

    async def set_status(self, run_id: str, status: str) -> None:
        """Set the status of a run and nothing else: it doesn't end, and it stays active.

        Raises:
            LookupError: There is no such run.
        """
        service = self._service
        run = self._run(run_id)
        run.document["status"] = status
        run.document["updatedAt"] = timestamp(service.now())
        service.life.runs.save(run)

    async def approve(self, run_id: str, user: str = "demo") -> None:
        """Approve a run on behalf of a user.

        Raises:
            PortError: The run doesn't wait for approval, or not for this user's.
        """
        self._service.life.decide(run_id, user, "APPROVE")

    async def decline(self, run_id: str, user: str = "demo") -> None:
        """Decline a run on behalf of a user.

        Raises:
            PortError: The run doesn't wait for approval, or not for this user's.
        """
        self._service.life.decide(run_id, user, "DECLINE")

    async def delete(self, run_id: str) -> None:
        """Remove a run, so that requests for it get a 404.

        Raises:
            LookupError: There is no such run.
        """
        self._service.life.runs.delete(self._run(run_id))

    async def run(self, run_id: str) -> dict[str, Any]:
        """Return a run as it is, in the v2 shape.

        Raises:
            LookupError: There is no such run.
        """
        return self._run(run_id).document

    async def ended(self, run_id: str) -> dict[str, Any]:
        """Wait until a run is over, and return it in the v2 shape.

        Raises:
            LookupError: There is no such run.
            asyncio.CancelledError: The emulator was stopped meanwhile.
        """
        self._run(run_id)
        return (await self._service.life.ended(run_id)).document

    def expire_tokens(self) -> None:
        """Let every access token issued so far be expired."""
        self._service.tokens.expire()

    def _run(self, run_id: str) -> Run:
        life: RunLife = self._service.life
        run = life.runs.get(run_id)
        if run is None:
            msg = f"no run {run_id!r} in the emulator"
            raise LookupError(msg)
        return run
