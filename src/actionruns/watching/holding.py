"""Holder: lets the server say when a run has moved, by an answer held back or by a stream."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from actionruns.core.log_fields import LogFields, fields_of_error
from actionruns.core.sweep import Followed
from actionruns.errors import ActionRunsError, ApiError
from actionruns.states import Run, RunState
from actionruns.watching.asking import Asker, together
from actionruns.watching.fleet import FATAL, Fleet
from actionruns.watching.progress import Progress

__all__ = ["Holder"]

R = TypeVar("R", bound=Run)

_log = logging.getLogger("actionruns.watching")

# Only these move by themselves; a run that waits for a person would have its answer at once.
_MOVING = (RunState.QUEUED, RunState.RUNNING)

# So often, one after the other, a run that has moved is held again at once.
_QUICK_MOVES = 3

# What a server says that can't hold answers, or has no streams.
_NOT_OFFERED = (404, 405, 500, 501)


class Holder(Generic[R]):
    """Looks at each of a few runs when the server says that it has moved.

    What a held answer or an event says of the run is not used, it may be an `error` that is none
    for good. It only tells when it is worth looking; so one that fails does no harm either.

    Args:
        fleet: The runs.
        asker: Asks for them.
        progress: Counts what is held.
        stop: When this is set, there is something else to do.
    """

    def __init__(
        self, fleet: Fleet[R], asker: Asker[R], progress: Progress, stop: asyncio.Event
    ) -> None:
        self._fleet = fleet
        self._asker = asker
        self._progress = progress
        self._stop = stop

    async def hold_all(
        self, runs: Sequence[Followed], hold: Callable[[str], Awaitable[None]], seconds: float
    ) -> bool:
        """Follow runs for a while, each in its own time.

        Args:
            runs: The runs, no more than may be in flight.
            hold: Returns when a run has moved, or after a while.
            seconds: For so long at most; a hold that is under way then is waited for.

        Returns:
            Whether the server can do that.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        stopping = asyncio.create_task(self._stop.wait())
        refused: list[ApiError] = []

        async def follow(followed: Followed) -> None:
            quick = 0
            while loop.time() < until and not refused and followed.run_id in self._fleet.ledger:
                began, before = loop.time(), followed.status
                error = None
                if before is not None:
                    error = await self._until_moved(followed, hold, stopping)
                if stopping.done() or self._asker.time_is_up():
                    return
                await self._asker.ask(followed)
                if error is not None and followed.unknown_since is None:
                    refused.append(error)  # of the way to wait, not of a run that is gone
                quick = quick + 1 if loop.time() - began < self._fleet.settings.shortest else 0
                # A server that answers at once is not asked at once; nor is one, for long, whose
                # run goes to and fro.
                if followed.status == before or quick > _QUICK_MOVES:
                    await self._sleep(began + self._fleet.settings.shortest - loop.time(), stopping)

        try:
            await together(map(follow, runs))
        finally:
            stopping.cancel()
        if refused:
            name = self._fleet.source.service
            fields = LogFields(service=name, **fields_of_error(refused[0]))
            _log.info("%s: no answers are held any more: %s", name, refused[0], extra=fields)
        return not refused

    async def _until_moved(
        self,
        followed: Followed,
        hold: Callable[[str], Awaitable[None]],
        stopping: asyncio.Task[bool],
    ) -> ApiError | None:
        """Wait until a run may have moved; return what says that the server can't wait for that."""
        if followed.state not in _MOVING:
            await self._sleep(self._fleet.settings.shortest, stopping)
            return None
        self._progress.holds += 1
        self._progress.in_flight += 1
        holding = asyncio.ensure_future(hold(followed.run_id))
        try:
            await asyncio.wait(
                {holding, stopping},
                timeout=self._until_deadline(),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if holding.done():
                holding.result()
        except FATAL:
            raise
        except ActionRunsError as error:
            service = self._fleet.source.service
            _log.debug("%s", error, extra=LogFields(service=service, **fields_of_error(error)))
            if isinstance(error, ApiError) and error.status in _NOT_OFFERED:
                return error
        finally:
            self._progress.in_flight -= 1
            if not holding.done():
                holding.cancel()
                await asyncio.wait({holding})
        return None

    async def _sleep(self, seconds: float, stopping: asyncio.Task[bool]) -> None:
        left = self._until_deadline()
        if seconds > 0:
            await asyncio.wait({stopping}, timeout=seconds if left is None else min(left, seconds))

    def _until_deadline(self) -> float | None:
        deadline = self._asker.deadline
        if deadline is None:
            return None
        return max(0.0, deadline - asyncio.get_running_loop().time())
