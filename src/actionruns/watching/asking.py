"""Asker: asks for single runs, many at once, and lets the server hold answers back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Generic, TypeVar

from actionruns.core.sweep import Followed
from actionruns.errors import ActionRunsError, ApiError, NotFound
from actionruns.states import Run, RunState
from actionruns.watching.fleet import FATAL, Fleet
from actionruns.watching.mean import MovingMean
from actionruns.watching.progress import Progress

__all__ = ["Asker"]

R = TypeVar("R", bound=Run)

_log = logging.getLogger("actionruns.watching")

# Only these move by themselves; a run that waits for a person would have its answer at once.
_MOVING = (RunState.QUEUED, RunState.RUNNING)

# What a server says that can't hold answers, or has no streams.
_NOT_OFFERED = (404, 405, 500, 501)


class Asker(Generic[R]):
    """Asks for the single runs of a fleet.

    Args:
        fleet: Takes the answers.
        progress: Counts the questions.

    Attributes:
        deadline: When the watch's time is up, on the loop's clock; None = never.
        seconds: How long an answer takes.
        hidden: Runs in the last questions that turned out active although no list showed them.
    """

    def __init__(self, fleet: Fleet[R], progress: Progress) -> None:
        self.deadline: float | None = None
        self.seconds = MovingMean()
        self.hidden = 0
        self._fleet = fleet
        self._progress = progress

    def _time_is_up(self) -> bool:
        return self.deadline is not None and asyncio.get_running_loop().time() >= self.deadline

    async def ask_all(self, runs: Sequence[Followed], *, pushed: bool = False) -> None:
        """Ask for runs, so many at once as the settings allow.

        Args:
            runs: The runs.
            pushed: Whether somebody told that they have changed.
        """
        remaining = iter(runs)
        self.hidden = 0

        async def worker() -> None:
            for run in remaining:
                if self._time_is_up():
                    return
                await self.ask(run, pushed=pushed)
                self.hidden += run.run_id in self._fleet.ledger

        await _together(worker() for _ in range(min(self._fleet.settings.max_in_flight, len(runs))))

    async def ask(self, followed: Followed, *, pushed: bool = False) -> None:
        """Ask for one run."""
        fleet, loop = self._fleet, asyncio.get_running_loop()
        began = loop.time()
        self._progress.singles += 1
        self._progress.in_flight += 1
        try:
            async with asyncio.timeout_at(self.deadline):
                run = await fleet.source.get(followed.run_id)
        except FATAL:
            raise
        except NotFound as error:
            await fleet.see_unknown(followed, error, loop.time())
        except ActionRunsError as error:
            fleet.note_error(error)
            await fleet.see_failure(followed, error, loop.time())
        except TimeoutError:  # our own deadline
            return
        else:
            self.seconds.take(loop.time() - began)
            await fleet.see_run(followed, run, pushed=pushed)
        finally:
            self._progress.in_flight -= 1

    async def hold_all(
        self,
        runs: Sequence[Followed],
        hold: Callable[[str], Awaitable[None]],
        *,
        seconds: float,
        stop: asyncio.Event,
    ) -> bool:
        """Look at each run when the server says that it has moved, for a while.

        Args:
            runs: The runs, no more than may be in flight.
            hold: Returns when a run has moved, or after a while.
            seconds: For so long at most; a hold that is under way then is waited for.
            stop: Ends it early: there is something else to do.

        Returns:
            Whether the server can do that.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        stopping = asyncio.create_task(stop.wait())
        refused: list[ActionRunsError] = []
        shortest = self._fleet.settings.shortest

        async def follow(followed: Followed) -> None:
            while True:
                began, before = loop.time(), followed.status
                if before is not None:
                    await self._until_moved(followed, hold, stopping, refused)
                if stop.is_set() or self._time_is_up():
                    return
                await self.ask(followed)
                is_over = followed.run_id not in self._fleet.ledger
                if is_over or refused or loop.time() >= until:
                    return
                if followed.status == before:  # a server that answers at once is not asked at once
                    await self._sleep(began + shortest - loop.time(), stopping)

        try:
            await _together(map(follow, runs))
        finally:
            stopping.cancel()
        if refused:
            _log.info(
                "%s: no answers are held any more: %s", self._fleet.source.service, refused[0]
            )
        return not refused

    async def _until_moved(
        self,
        followed: Followed,
        hold: Callable[[str], Awaitable[None]],
        stopping: asyncio.Task[bool],
        refused: list[ActionRunsError],
    ) -> None:
        """Wait until a run may have moved."""
        if followed.state not in _MOVING:
            await self._sleep(self._fleet.settings.shortest, stopping)
            return
        self._progress.holds += 1
        self._progress.in_flight += 1
        holding = asyncio.ensure_future(hold(followed.run_id))
        try:
            await asyncio.wait(
                {holding, stopping},
                timeout=self._until_deadline(None),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if holding.done():
                holding.result()
        except FATAL:
            raise
        except ActionRunsError as error:
            # What it says of the run is not used: the run's own answer tells.
            _log.debug("%s", error)
            if isinstance(error, ApiError) and error.status in _NOT_OFFERED:
                refused.append(error)
        finally:
            self._progress.in_flight -= 1
            if not holding.done():
                holding.cancel()
                await asyncio.wait({holding})

    async def _sleep(self, seconds: float, stopping: asyncio.Task[bool]) -> None:
        if seconds > 0:
            await asyncio.wait({stopping}, timeout=self._until_deadline(seconds))

    def _until_deadline(self, seconds: float | None) -> float | None:
        if self.deadline is None:
            return seconds
        left = max(0.0, self.deadline - asyncio.get_running_loop().time())
        return left if seconds is None else min(left, seconds)


async def _together(works: Iterable[Awaitable[None]]) -> None:
    """Await all at once; the first error ends the others and is raised."""
    failed: BaseException | None = None
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(_of(work))
    except BaseExceptionGroup as errors:
        failed = errors.exceptions[0]
    if failed is not None:  # raised out here, it keeps its own cause
        raise failed


async def _of(work: Awaitable[None]) -> None:
    await work
