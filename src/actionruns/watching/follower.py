"""Follower: follows the runs of one service, round by round."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Generic, TypeVar

import attrs

from actionruns.core.paging import CursorPages
from actionruns.core.sweep import (
    Followed,
    Ledger,
    Method,
    choose_method,
    next_interval,
    worth_another_page,
)
from actionruns.errors import (
    ActionRunsError,
    AuthenticationFailed,
    BadRequest,
    ClientClosed,
    ConfigurationError,
    DecodeFailed,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RateLimited,
    RunGone,
    ServerError,
    UnprocessableEntity,
    WaitTimeout,
)
from actionruns.states import Run, RunState
from actionruns.watching.settings import WatchSettings
from actionruns.watching.source import ActivePage, RunSource
from actionruns.watching.staleness import staleness
from actionruns.watching.update import Outcome, RunUpdate

__all__ = ["Follower", "Progress"]

R = TypeVar("R", bound=Run)

_log = logging.getLogger("actionruns.watching")

# Nobody can be followed: these end a watch. Every other error concerns a run or a moment.
_FATAL = (AuthenticationFailed, ConfigurationError, ClientClosed, InvalidRequest)

# These pass by themselves, or are a run's own, even when nothing has been learnt before. Any other
# error of a first look (no server, no permission, a wrong address) is the caller's to mend.
_PASSING_AT_FIRST = (NotFound, RateLimited, ServerError)

# The list is refused, or is none; single runs may still be asked for.
_NO_LIST = (PermissionDenied, BadRequest, NotFound, UnprocessableEntity, DecodeFailed)


# Rounds. A list that was refused is tried again after so many: a gateway that answers for the
# service for a minute must not make single questions of every run for hours.
_ROUNDS_WITHOUT_LIST = 10


@attrs.define
class Progress:
    """How far a watch has come; read it at any time.

    Attributes:
        followed: Runs still followed.
        ended: Runs that have ended.
        lost: Runs given up: gone, failed to follow, timed out.
        rounds: Looks at all runs.
        pages: List pages read.
        singles: Single runs asked for.
        failures: Requests that failed.
    """

    followed: int = 0
    ended: int = 0
    lost: int = 0
    rounds: int = 0
    pages: int = 0
    singles: int = 0
    failures: int = 0

    @property
    def requests(self) -> int:
        """Requests made for the watch, retries not counted."""
        return self.pages + self.singles


class Follower(Generic[R]):
    """Follows the runs of one service and puts each change into a queue.

    Args:
        source: How the service's runs are looked at.
        run_ids: The runs to follow.
        settings: How to follow.
        queue: Takes the updates; when it is full, following waits (back-pressure).
        progress: Counts what is done.
    """

    def __init__(
        self,
        source: RunSource[R],
        run_ids: Iterable[str],
        *,
        settings: WatchSettings,
        queue: asyncio.Queue[RunUpdate[R] | BaseException | None],
        progress: Progress,
    ) -> None:
        self._source = source
        self._settings = settings
        self._queue = queue
        self._progress = progress
        self._ledger = Ledger(run_ids)
        self._seen: dict[str, R] = {}
        self._pages_expected: int | None = None
        self._rounds_without_list = 0
        self._changed = False
        self._deadline: float | None = None  # on the loop's clock
        self._heard = False
        self._last_error: ActionRunsError | None = None
        progress.followed += len(self._ledger)

    async def run(self) -> None:
        """Follow until every run has had its last update.

        Raises:
            AuthenticationFailed: The credentials are refused.
            ClientClosed: The client was closed.
        """
        if self._settings.timeout is not None:
            self._deadline = asyncio.get_running_loop().time() + self._settings.timeout
        interval = self._settings.shortest
        while self._ledger and not self._time_is_up():
            self._changed = False
            await self._round()
            self._check_first_look()
            await self._give_up_stale()
            interval = self._next_interval(interval)
            await self._pause(interval)
        for followed in list(self._ledger):
            await self._time_out(followed)

    def _check_first_look(self) -> None:
        """Raise what a first look met when it has learnt nothing at all.

        Once the service has answered, failures are moments; before that they are most likely the
        caller's: a server that is down, a wrong address, a permission that lacks.
        """
        error = self._last_error
        if error is not None and self._is_raised(error):
            raise error

    def _time_is_up(self) -> bool:
        return self._deadline is not None and asyncio.get_running_loop().time() >= self._deadline

    async def _pause(self, seconds: float) -> None:
        if not self._ledger:
            return
        if self._deadline is not None:
            left = self._deadline - asyncio.get_running_loop().time()
            seconds = min(seconds, max(0.0, left))
        await asyncio.sleep(seconds)

    def _next_interval(self, previous: float) -> float:
        settings = self._settings
        if settings.interval is not None:
            return settings.interval
        interval = next_interval(
            previous, changed=self._changed, shortest=settings.shortest, longest=settings.longest
        )
        # Watches that start together shall not ask together for ever.
        return interval * random.uniform(0.9, 1.1)

    async def _round(self) -> None:
        """Look at every followed run once."""
        self._progress.rounds += 1
        self._ledger.begin_round()
        method = choose_method(
            followed=len(self._ledger),
            pages=self._pages_expected,
            listable=self._rounds_without_list == 0,
        )
        self._rounds_without_list = max(0, self._rounds_without_list - 1)
        if method is Method.SINGLE:
            await self._ask_for(list(self._ledger))
        elif await self._sweep():
            await self._ask_for(self._ledger.to_confirm())

    async def _sweep(self) -> bool:
        """Read the list of active runs; return whether the unseen runs are to be asked for."""
        pages = CursorPages()
        read = 0
        while pages.more:
            try:
                async with asyncio.timeout_at(self._deadline):
                    page = await self._source.active_page(pages.cursor)
                read += 1
                self._heard = True
                self._progress.pages += 1
                await self._take(page)
                pages.turn(page.cursor)
            except _FATAL:
                raise
            except ActionRunsError as error:
                self._note_error(error)
                if isinstance(error, _NO_LIST):
                    self._rounds_without_list = _ROUNDS_WITHOUT_LIST
                    return True
                # A bad moment: look again next round.
                await self._note_failure_of_all(error)
                return False
            except TimeoutError:  # our own deadline
                return False
            if not worth_another_page(
                unseen=self._ledger.unseen,
                pages_read=read,
                pages_expected=self._pages_expected,
            ):
                break
        if not pages.more:
            self._pages_expected = read
        return True

    async def _take(self, page: ActivePage) -> None:
        """Report what a page tells of the followed runs."""
        for row in page.rows:
            if not self._ledger.see(row.run_id, row.status):
                continue
            followed = self._ledger.get(row.run_id)
            try:
                run = self._source.from_row(row)
            except DecodeFailed:
                self._ledger.doubt(followed)
                continue
            # A list may lag behind; that a run has ended is reported from its own answer only.
            if run.is_terminal:
                self._ledger.doubt(followed)
            else:
                followed.failing_since = None
                await self._report(followed, run)

    async def _ask_for(self, runs: list[Followed]) -> None:
        """Ask for single runs, so many at once as the settings allow."""
        remaining = iter(runs)

        async def worker() -> None:
            for run in remaining:
                if self._time_is_up():
                    return
                await self._ask(run)

        failed: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(min(self._settings.max_in_flight, len(runs))):
                    workers.create_task(worker())
        except BaseExceptionGroup as group:
            failed = group.exceptions[0]
        if failed is not None:  # raised out here, it keeps its own cause
            raise failed

    async def _ask(self, followed: Followed) -> None:
        self._progress.singles += 1
        try:
            async with asyncio.timeout_at(self._deadline):
                run = await self._source.get(followed.run_id)
        except _FATAL:
            raise
        except NotFound as error:
            await self._note_unknown(followed, error)
        except ActionRunsError as error:
            self._note_error(error)
            await self._note_failure(followed, error)
        except TimeoutError:  # our own deadline, see run()
            return
        else:
            self._heard = True
            followed.unknown_since = followed.failing_since = None
            self._ledger.is_active_after_all(followed)
            await self._report(followed, run)

    async def _report(self, followed: Followed, run: R) -> None:
        """Put an update into the queue if the run's status is news or its end."""
        if run.status == followed.status and not run.is_terminal:
            return
        previous = self._seen.get(followed.run_id)
        # Into the queue first: an update that a cancelled wait leaves out is not noted as told.
        await self._queue.put(
            RunUpdate(
                ref=self._ref(followed),
                run=run,
                state=run.state,
                previous=None if previous is None else previous.state,
                seen_at=datetime.now(UTC),
                outcome=Outcome.ENDED if run.is_terminal else None,
            )
        )
        self._changed = True
        followed.status = run.status
        self._seen[followed.run_id] = run
        if run.is_terminal:
            self._drop(followed)
            self._progress.ended += 1

    def _note_error(self, error: ActionRunsError) -> None:
        self._progress.failures += 1
        # What is raised needs no line in the log, and what goes on no second one.
        is_news = str(error) != str(self._last_error)
        _log.log(
            logging.WARNING if is_news and not self._is_raised(error) else logging.DEBUG,
            "%s",
            error,
        )
        self._last_error = error

    def _is_raised(self, error: ActionRunsError) -> bool:
        return not self._heard and not isinstance(error, _PASSING_AT_FIRST)

    async def _note_unknown(self, followed: Followed, error: NotFound) -> None:
        self._note_error(error)
        now = time.monotonic()
        if followed.unknown_since is None:
            followed.unknown_since = now
        if now - followed.unknown_since >= self._settings.not_found_grace:
            ref = self._ref(followed)
            gone = RunGone(f"{ref} is not known to the service any more: {error}", ref=ref)
            await self._give_up(followed, Outcome.GONE, gone)

    async def _note_failure(self, followed: Followed, error: ActionRunsError) -> None:
        now = time.monotonic()
        if followed.failing_since is None:
            followed.failing_since = now
        if now - followed.failing_since >= self._settings.give_up_after:
            await self._give_up(followed, Outcome.FAILED_TO_FOLLOW, error)

    async def _note_failure_of_all(self, error: ActionRunsError) -> None:
        """Count a failed sweep against every run: there is no use in asking for them."""
        for followed in list(self._ledger):
            await self._note_failure(followed, error)

    async def _time_out(self, followed: Followed) -> None:
        ref = self._ref(followed)
        run = self._seen.get(followed.run_id)
        timeout = self._settings.timeout
        if followed.status is None:
            problem = f"{ref} was not seen within {timeout:g} s"
        else:
            problem = f"{ref} did not end within {timeout:g} s (status: {followed.status})"
            problem += "; the run goes on"
        if followed.status is None and self._last_error is not None:
            problem += f"; the last failure was: {self._last_error}"
        error = WaitTimeout(problem, ref=ref, run=run)
        error.__cause__ = self._last_error
        await self._give_up(followed, Outcome.TIMED_OUT, error)

    async def _give_up_stale(self) -> None:
        limit = self._settings.stale_after
        for followed in () if limit is None else list(self._ledger):
            run, now = self._seen.get(followed.run_id), datetime.now(UTC)
            error = staleness(self._ref(followed), run, limit=limit or 0, now=now)
            if error is None:
                continue
            await self._ask(followed)  # it may have ended just now
            is_known = followed.failing_since is None and followed.unknown_since is None
            if is_known and self._seen.get(followed.run_id) is run:
                await self._give_up(followed, Outcome.STALE, error)

    async def _give_up(self, followed: Followed, outcome: Outcome, error: ActionRunsError) -> None:
        run = self._seen.get(followed.run_id)
        state = RunState.UNKNOWN if run is None else run.state
        await self._queue.put(
            RunUpdate(
                ref=self._ref(followed),
                run=run,
                state=state,
                previous=None if run is None else state,
                seen_at=datetime.now(UTC),
                outcome=outcome,
                error=error,
            )
        )
        self._drop(followed)
        self._progress.lost += 1

    def _drop(self, followed: Followed) -> None:
        self._ledger.drop(followed.run_id)
        self._seen.pop(followed.run_id, None)
        self._progress.followed -= 1

    def _ref(self, followed: Followed) -> str:
        return f"{self._source.service}:{followed.run_id}"
