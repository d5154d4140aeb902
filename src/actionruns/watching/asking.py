"""Asker: asks for single runs, many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, Generic, TypeVar

from actionruns.core.sweep import Followed, Ledger
from actionruns.errors import ActionRunsError, InvalidRequest, NotFound
from actionruns.states import Run
from actionruns.watching.fleet import FATAL, Fleet
from actionruns.watching.mean import MovingMean
from actionruns.watching.progress import Progress
from actionruns.watching.update import Outcome

__all__ = ["Asker", "together"]

R = TypeVar("R", bound=Run)


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

    def time_is_up(self) -> bool:
        """Tell whether the watch's time is up."""
        return self.deadline is not None and asyncio.get_running_loop().time() >= self.deadline

    async def ask_all(self, runs: Sequence[Followed] | Ledger, *, pushed: bool = False) -> None:
        """Ask for runs, so many at once as the settings allow.

        Args:
            runs: The runs.
            pushed: Whether somebody told that they have changed.
        """
        remaining = iter(runs)
        self.hidden = 0

        async def worker() -> None:
            for run in remaining:
                if self.time_is_up():
                    return
                await self.ask(run, pushed=pushed)
                self.hidden += run.run_id in self._fleet.ledger

        await together(worker() for _ in range(min(self._fleet.settings.max_in_flight, len(runs))))

    async def ask(self, followed: Followed, *, pushed: bool = False) -> None:
        """Ask for one run."""
        fleet, loop = self._fleet, asyncio.get_running_loop()
        began = loop.time()
        self._progress.singles += 1
        self._progress.in_flight += 1
        limit = asyncio.timeout_at(self.deadline)
        try:
            async with limit:
                run = await fleet.source.get(followed.run_id)
        except InvalidRequest as error:  # its id cannot be sent, now or ever
            await fleet.give_up(followed, Outcome.FAILED_TO_FOLLOW, error)
        except FATAL:
            raise
        except NotFound as error:
            await fleet.see_unknown(followed, error, loop.time())
        except ActionRunsError as error:
            fleet.note_error(error)
            await fleet.see_failure(followed, error, loop.time())
        except TimeoutError:
            # Not by the clock: a timer may ring a moment before its time.
            if not limit.expired():  # the source's own, which is none of what it may raise
                raise
            return
        else:
            self.seconds.take(loop.time() - began)
            await fleet.see_run(followed, run, pushed=pushed)
        finally:
            self._progress.in_flight -= 1


async def together(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Await all at once; the first error ends the others and is raised."""
    failed: BaseException | None = None
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except BaseExceptionGroup as errors:
        failed = errors.exceptions[0]
    if failed is not None:  # raised out here, it keeps its own cause
        raise failed
