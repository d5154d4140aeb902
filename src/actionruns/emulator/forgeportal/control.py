"""What a test does with the emulated ForgePortal, besides sending requests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from actionruns.emulator.clock import timestamp
from actionruns.emulator.forgeportal.catalog import Action, Template
from actionruns.emulator.forgeportal.life import Order
from actionruns.emulator.forgeportal.log_store import Level
from actionruns.emulator.forgeportal.run_store import Run
from actionruns.emulator.forgeportal.service import ForgePortalService
from actionruns.emulator.forgeportal.users import DEVELOPMENT_USER

__all__ = ["ForgePortalControl"]

# Rows that are made and stored between two looks at the sockets.
_CHUNK = 2_000


class ForgePortalControl:
    """The emulated ForgePortal, as `Emulator.forgeportal` gives it."""

    def __init__(self, service: ForgePortalService) -> None:
        self._service = service

    def add(self, *things: Action | Template) -> None:
        """Add actions or templates of your own; they aren't kept in the database.

        Raises:
            KeyError: A step of a template names no action.
        """
        self._service.catalog.add(*things)

    def action_id(self, name: str) -> str:
        """Return the id of the action with this name.

        Raises:
            KeyError: There is no such action.
        """
        return self._service.catalog.action(name).id

    async def add_run(self, action: str = "create_repository", **options: Any) -> str:
        """Create one run and return its id; the options are those of `add_runs`."""
        return (await self.add_runs(1, action, **options))[0]

    async def add_runs(
        self,
        count: int,
        action: str = "create_repository",
        *,
        user: str = DEVELOPMENT_USER.email,
        input: Mapping[str, Any] | None = None,  # noqa: A002 # the service's name for it
        entity_id: str | None = None,
        status: str = "queued",
        age: float = 0.0,
    ) -> list[str]:
        """Create many runs at once, without requests.

        They live as requested ones do: they progress by themselves if `auto_progress` is set. They
        don't count as requests to run an action, but as new runs of their user, of whom ForgePortal
        runs no template for a while.

        Args:
            count: How many.
            action: Name or id of the action.
            user: E-mail address of who is said to have asked for them.
            input: Their inputs; None: none.
            entity_id: For which entity they are; None: for none.
            status: With which status; only "queued" ones are moved by the emulator. A "running"
                one is a run whose worker has died.
            age: Seconds since they were created, and started or finished, as their status has it.

        Returns:
            Their ids, oldest first.

        Raises:
            KeyError: There is no such action.
        """
        service = self._service
        order = Order(
            action=service.catalog.action(action),
            user=user,
            input=input or {},
            entity_id=entity_id,
        )
        ids: list[str] = []
        for begin in range(0, count, _CHUNK):
            chunk = range(min(_CHUNK, count - begin))
            at = service.now() - age
            runs = [service.life.new_run(order, at=at) for _ in chunk]
            if status != "queued":
                for run in runs:
                    _put(run, status, at, service.life.success(run))
            service.life.adopt(runs)
            ids += [run.id for run in runs]
            await asyncio.sleep(0)
        return ids

    async def start(self, run_id: str) -> None:
        """Let a worker take a run now.

        Raises:
            LookupError: There is no such run.
            ValueError: It isn't queued.
        """
        self._service.life.start(self._in(run_id, "queued"), self._service.now())

    async def fail(self, run_id: str, error: str = "The action failed") -> None:
        """Let the attempt of a run fail: it is queued again, unless it was the last one.

        Raises:
            LookupError: There is no such run.
            ValueError: It isn't running.
        """
        self._service.life.fail(self._in(run_id, "running"), error, self._service.now())

    async def finish(
        self, run_id: str, status: str = "success", *, output: Mapping[str, Any] | None = None
    ) -> None:
        """End a run now, whatever its attempts.

        Args:
            run_id: Which run.
            status: With which status; also one that isn't documented, to see what a client does.
            output: What it gives; None: what its action says for "success", an error for "failed".

        Raises:
            LookupError: There is no such run.
            ValueError: It is over already.
        """
        run = self._run(run_id)
        if run.ended:
            msg = f"run {run_id!r} is over already, with {run.status}"
            raise ValueError(msg)
        life = self._service.life
        if output is None:
            outputs = {"success": life.success(run), "failed": {"error": "The action failed"}}
            output = outputs.get(status)
        life.finish(run, status, self._service.now(), output=output)

    async def abandon(self, run_id: str) -> None:
        """Let the worker of a run die: the run stays as it is, for ever.

        Raises:
            LookupError: There is no such run.
        """
        run = self._run(run_id)
        run.due_at = None
        self._service.life.runs.save(run)

    async def set_status(self, run_id: str, status: str) -> None:
        """Set the status of a run and nothing else.

        Raises:
            LookupError: There is no such run.
        """
        run = self._run(run_id)
        run.row["status"] = status
        self._service.life.runs.save(run)

    async def add_log(self, run_id: str, message: str, level: Level = "info") -> None:
        """Add an entry to the log of a run.

        Raises:
            LookupError: There is no such run.
        """
        run = self._run(run_id)
        self._service.life.logs.add(run.id, level, message, self._service.now())

    async def delete(self, run_id: str) -> None:
        """Remove a run, so that requests for it get a 404; who waits for its end gets an error.

        Raises:
            LookupError: There is no such run.
        """
        self._service.life.runs.delete(self._run(run_id))
        self._service.life.endings.tell(run_id)

    async def run(self, run_id: str) -> dict[str, Any]:
        """Return the row of a run as it is.

        Raises:
            LookupError: There is no such run.
        """
        return self._run(run_id).row

    async def ended(self, run_id: str) -> dict[str, Any]:
        """Wait until a run is over, and return its row.

        Raises:
            LookupError: There is no such run (any more).
            asyncio.CancelledError: The emulator was stopped meanwhile.
        """
        life = self._service.life
        if not self._run(run_id).ended:
            await life.endings.wait(run_id)
        return self._run(run_id).row

    def sign_in(
        self,
        name: str = "demo",
        role: str = "platform-admin",
    ) -> str:
        """Return the value of a new session cookie, as a browser has it after signing in.

        Args:
            name: What stands before the @ of the user's e-mail address.
            role: "viewer", "developer" or "platform-admin"; another one may do nothing.
        """
        return self._service.sessions.sign_in(name, role)

    def expire_sessions(self) -> None:
        """Let every cookie set so far be bad; the values of `forgeportal_sessions` stay good."""
        self._service.sessions.expire("session")

    def expire_csrf_tokens(self) -> None:
        """Let every CSRF token given so far be invalid; the cookies stay good."""
        self._service.sessions.expire("csrf")

    def _run(self, run_id: str) -> Run:
        run = self._service.life.runs.get(run_id)
        if run is None:
            msg = f"no run {run_id!r} in the emulated ForgePortal"
            raise LookupError(msg)
        return run

    def _in(self, run_id: str, status: str) -> Run:
        run = self._run(run_id)
        if run.status != status:
            msg = f"run {run_id!r} is {run.status}, not {status}"
            raise ValueError(msg)
        return run


def _put(run: Run, status: str, at: float, output: Mapping[str, Any]) -> None:
    run.row["status"] = status
    if status != "canceled":
        run.row["started_at"] = timestamp(at)
    if status == "running":
        run.row |= {"locked_by": "worker-1", "locked_at": timestamp(at)}
    else:
        run.row["finished_at"] = timestamp(at)
    if status == "success":
        run.row["output"] = dict(output)
    elif status == "failed":
        run.row["output"] = {"error": "The action failed"}
    run.due_at = None
