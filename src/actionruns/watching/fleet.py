"""Fleet: the followed runs of one service, and the updates that tell of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Generic, TypeVar

from actionruns.core.log_fields import LogFields, fields_of_error
from actionruns.core.sweep import Followed, Ledger
from actionruns.core.zone import aware
from actionruns.errors import (
    ActionRunsError,
    AuthenticationFailed,
    ClientClosed,
    ConfigurationError,
    DecodeFailed,
    InvalidRequest,
    NotFound,
    RateLimited,
    RunGone,
    ServerError,
    WaitTimeout,
)
from actionruns.states import Run, RunState
from actionruns.watching.progress import Progress
from actionruns.watching.settings import WatchSettings
from actionruns.watching.source import ActivePage, RunSource
from actionruns.watching.staleness import start_of
from actionruns.watching.update import Outcome, RunUpdate

__all__ = ["FATAL", "Fleet", "Updates"]

R = TypeVar("R", bound=Run)

_log = logging.getLogger("actionruns.watching")

Updates = asyncio.Queue[RunUpdate[R] | BaseException | None]
"""What a watch tells. Its last item is an error, or None: all is told."""

FATAL = (AuthenticationFailed, ConfigurationError, ClientClosed, InvalidRequest)
"""Nobody can be followed: these end a watch. Every other error concerns a run or a moment."""

# These pass by themselves, or are a run's own, even when nothing has been learnt before. Any other
# error of a first look (no server, no permission, a wrong address) is the caller's to mend.
_PASSING_AT_FIRST = (NotFound, RateLimited, ServerError)

_KEPT = 1000
"""Runs up to which each is kept as last seen. More of them would cost a hundred times the memory of
what is needed to follow them."""

_BATCH = 2000
"""Runs that are gone through in one go before other tasks have a turn."""

_AT_ONCE = 100
"""Rows that are decoded in one go before other tasks have a turn: a first look decodes them all."""


class Fleet(Generic[R]):
    """The followed runs of one service: takes what looks at them have shown, and tells changes.

    Args:
        source: How the service's runs are looked at.
        settings: How they are followed.
        updates: Takes the updates; when it is full, those who look wait (back-pressure).
        progress: Counts what is done.
        when_idle: Called when the last run is followed no longer.

    Attributes:
        ledger: What is known of each run.
        changed: Whether the look under way has shown a change.
        ends: Ends that it has shown.
        refused: Whether it was refused for its rate.
        unpushed: Whether a change was found that nobody had told of.
    """

    def __init__(
        self,
        source: RunSource[R],
        *,
        settings: WatchSettings,
        updates: Updates[R],
        progress: Progress,
        when_idle: Callable[[], None],
    ) -> None:
        self.source = source
        self.settings = settings
        self.ledger = Ledger()
        self.changed = False
        self.ends = 0
        self.refused = False
        self.unpushed = False
        self._when_idle = when_idle
        self._updates = updates
        self._progress = progress
        self._heard = False
        self._last_error: ActionRunsError | None = None
        # The kinds of errors that this look has met, and the one before.
        self._met: set[object] = set()
        self._met_before: set[object] = set()

    def ref(self, followed: Followed) -> str:
        """Return a run's reference."""
        return f"{self.source.service}:{followed.run_id}"

    def follow(
        self, run_id: str, *, status: str | None = None, state: RunState | None = None
    ) -> None:
        """Follow a run; nothing changes when it is followed already.

        Args:
            run_id: Its id.
            status: The service's word that was told of it before; None = nothing was.
            state: The state that was told of it.
        """
        if run_id not in self.ledger:
            self._progress.followed += 1
            self.ledger.add(run_id, status=status, state=state)

    def drop(self, run_id: str) -> None:
        """Follow a run no longer; nothing happens when it is not followed."""
        if run_id in self.ledger:
            self.ledger.drop(run_id)
            self._progress.followed -= 1
            if not self.ledger:
                self._when_idle()

    def begin_look(self) -> None:
        """Begin a look at the runs."""
        self.changed = self.refused = self.unpushed = False
        self.ends = 0
        self._met_before, self._met = self._met, set()

    def raise_first_error(self) -> None:
        """Raise what the first look met when it has learnt nothing at all; later, do nothing.

        What it met is most likely the caller's: a server that is down, a wrong address, a
        permission that lacks. All that comes later are moments.
        """
        error = self._last_error
        if error is not None and self._is_raised(error):
            raise error
        self._heard = True

    async def see_page(self, page: ActivePage) -> None:
        """Take what a page of active runs shows."""
        self._heard = True
        told = 0
        for row in page.rows:
            if not self.ledger.see(row.run_id, row.status):
                continue
            followed = self.ledger.get(row.run_id)
            try:
                run = self.source.from_row(row)
            except DecodeFailed:
                self.ledger.doubt(followed)
                continue
            # A list may lag behind; that a run has ended is reported from its own answer only.
            if run.is_terminal:
                self.ledger.doubt(followed)
            else:
                followed.failing_since = None
                await self._report(followed, run)
                self.ledger.settle(followed)
                told += 1
                if told % _AT_ONCE == 0:
                    await asyncio.sleep(0)

    async def see_run(self, followed: Followed, run: R, *, pushed: bool = False) -> None:
        """Take a run's own answer.

        Args:
            followed: What was known of it.
            run: The answer.
            pushed: Whether it was asked for because somebody told of a change.
        """
        self._heard = True
        followed.unknown_since = followed.failing_since = None
        await self._report(followed, run, pushed=pushed)

    async def see_unknown(self, followed: Followed, error: NotFound, now: float) -> None:
        """Take that the service does not know a run; that is its end only after a while.

        Args:
            followed: What was known of it.
            error: The answer.
            now: A monotonic time in seconds.
        """
        self.note_error(error)
        self._heard = True  # it has answered, if only this
        if followed.unknown_since is None:
            followed.unknown_since = now
        if now - followed.unknown_since >= self.settings.not_found_grace:
            ref = self.ref(followed)
            gone = RunGone(f"{ref} is not known to the service any more: {error}", ref=ref)
            await self.give_up(followed, Outcome.GONE, gone)

    async def see_failure(self, followed: Followed, error: ActionRunsError, now: float) -> None:
        """Take that a run could not be asked for; it is given up when that lasts too long."""
        if followed.failing_since is None:
            followed.failing_since = now
        if now - followed.failing_since >= self.settings.give_up_after:
            await self.give_up(followed, Outcome.FAILED_TO_FOLLOW, error)

    async def see_failure_of_all(self, error: ActionRunsError, now: float) -> None:
        """Count a failed sweep against every run: there is no use in asking for them."""
        for number, followed in enumerate(self.ledger):
            if number % _BATCH == 0:
                await asyncio.sleep(0)
            await self.see_failure(followed, error, now)

    def note_error(self, error: ActionRunsError) -> None:
        """Note a failed request."""
        self._progress.failures += 1
        self.refused |= isinstance(error, RateLimited)
        # What is raised needs no line in the log, and what goes on no second one: a thousand runs
        # that the service does not know are one trouble.
        kind = type(error), getattr(error, "status", None)
        is_news = kind not in self._met and kind not in self._met_before
        self._met.add(kind)
        _log.log(
            logging.WARNING if is_news and not self._is_raised(error) else logging.DEBUG,
            "%s",
            error,
            extra=LogFields(
                service=self.source.service,
                followed=len(self.ledger),
                **fields_of_error(error),
            ),
        )
        self._last_error = error

    def _is_raised(self, error: ActionRunsError) -> bool:
        return not self._heard and not isinstance(error, _PASSING_AT_FIRST)

    async def time_out_all(self) -> None:
        """Tell of each run that the watch's time is up."""
        for followed in self.ledger:
            await self.give_up(followed, Outcome.TIMED_OUT, self._timeout(followed))

    def _timeout(self, followed: Followed) -> WaitTimeout:
        ref, timeout, last = self.ref(followed), self.settings.timeout, self._last_error
        if followed.status is not None:
            problem = f"{ref} did not end within {timeout:g} s (status: {followed.status})"
            problem += "; the run goes on"
        else:
            problem = f"{ref} was not seen within {timeout:g} s"
            problem += f"; the last failure was: {last}" if last is not None else ""
        error = WaitTimeout(problem, ref=ref, run=followed.run)
        error.__cause__ = last
        return error

    async def _report(self, followed: Followed, run: R, *, pushed: bool = False) -> None:
        """Put an update into the queue if the run's status is news or its end."""
        if run.status == followed.status and not run.is_terminal:
            return
        if self.ledger.find([followed.run_id]) != [followed]:
            return  # dropped while it was asked for
        seen_at, moved_at = datetime.now(UTC), self.source.changed_at(run)
        changed_at = None if moved_at is None else aware(moved_at)
        was_seen = followed.status is not None
        # Into the queue first: an update that a cancelled wait leaves out is not noted as told.
        await self._updates.put(
            RunUpdate(
                ref=self.ref(followed),
                run=run,
                state=run.state,
                previous=followed.state,
                seen_at=seen_at,
                changed_at=changed_at,
                outcome=Outcome.ENDED if run.is_terminal else None,
            )
        )
        self._progress.changes += 1
        self.changed = True
        self.unpushed |= was_seen and not pushed
        followed.status, followed.state = run.status, run.state
        followed.run = run if len(self.ledger) <= _KEPT else None
        if self.settings.stale_after is not None:
            followed.started_at = start_of(run)
        if run.is_terminal:
            self.drop(followed.run_id)
            self.ends += 1
            self._progress.note_end(run.state)
            # One that is over at the first sight may have ended before anybody looked.
            if changed_at is not None and was_seen:
                self._progress.note_lag((seen_at - changed_at).total_seconds())

    async def give_up(self, followed: Followed, outcome: Outcome, error: ActionRunsError) -> None:
        """Tell why a run is followed no longer although it has not ended."""
        if self.ledger.find([followed.run_id]) != [followed]:
            return
        await self._updates.put(
            RunUpdate(
                ref=self.ref(followed),
                run=followed.run,
                state=followed.state or RunState.UNKNOWN,
                previous=followed.state,
                seen_at=datetime.now(UTC),
                outcome=outcome,
                error=error,
            )
        )
        self._progress.changes += 1
        self.drop(followed.run_id)
        self._progress.note_loss(outcome)
