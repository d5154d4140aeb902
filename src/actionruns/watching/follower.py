"""Follower: follows the runs of one service, look by look, by the plan."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Generic, TypeVar

from actionruns.core.log_fields import LogFields
from actionruns.core.plan import Circumstances, Look, Plan, make_plan
from actionruns.core.tempo import Tempo
from actionruns.states import Run
from actionruns.watching.asking import Asker
from actionruns.watching.bulletin import Bulletin
from actionruns.watching.fleet import Fleet
from actionruns.watching.holding import Holder
from actionruns.watching.mean import MovingMean
from actionruns.watching.progress import Progress
from actionruns.watching.staleness import staleness
from actionruns.watching.sweeping import Sweeper
from actionruns.watching.update import Outcome

__all__ = ["Follower"]

R = TypeVar("R", bound=Run)

_log = logging.getLogger("actionruns.watching")

# Looks after which a server that could not hold answers is asked again whether it can.
_LOOKS_WITHOUT_HOLD = 100

# Sweeps on end that have failed before a single run is asked for.
_FAILED_SWEEPS = 3

# Runs that are gone through in one go before other tasks have a turn.
_BATCH = 2000


class Follower(Generic[R]):
    """Follows the runs of one service until it is cancelled.

    Args:
        fleet: The runs, and what is told of them.
        progress: Counts what is done.

    Attributes:
        plan: The plan of the last look; None before the first.
        interval: Seconds from the last look to the next.
    """

    def __init__(self, fleet: Fleet[R], progress: Progress) -> None:
        self.fleet = fleet
        self.plan: Plan | None = None
        self.interval = fleet.settings.shortest
        self._progress = progress
        self._asker = Asker(fleet, progress)
        self._sweeper = Sweeper(fleet, progress)
        self._bulletin = Bulletin(fleet.source.service, progress)
        settings = fleet.settings
        self._tempo = Tempo(settings.shortest, settings.longest, settings.interval)
        self._ends, self._hidden = MovingMean(), MovingMean()
        self._refused_holds: dict[Look, int] = {}
        self._poked: dict[str, None] = {}
        self._is_hurried = False
        self._news = asyncio.Event()
        self._holder = Holder(fleet, self._asker, progress, self._news)
        self._refusals = fleet.source.refusals()
        self._deadline: float | None = None

    def hurry(self) -> None:
        """Look again as soon as the shortest interval is over: there are new runs."""
        self._is_hurried = True
        self._news.set()

    def poke(self, run_ids: Iterable[str]) -> None:
        """Ask for runs at once: somebody told that they have changed."""
        self._poked.update(dict.fromkeys(run_ids))
        self._news.set()

    async def run(self) -> None:
        """Follow the runs, those that come later too; the task is cancelled when it is enough.

        Raises:
            AuthenticationFailed: The credentials are refused.
            ClientClosed: The client was closed.
        """
        timeout = self.fleet.settings.timeout
        if timeout is not None:
            self._deadline = asyncio.get_running_loop().time() + timeout
            self._asker.deadline = self._sweeper.deadline = self._deadline
        while not self._time_is_up():
            if not self.fleet.ledger:
                await self._until_news(self._deadline)
                continue
            self.plan = self._make_plan()
            began = asyncio.get_running_loop().time()
            await self._look(self.plan)
            self.fleet.raise_first_error()
            await self._give_up_stale()
            await self._pause(began, self.plan)
        await self.fleet.time_out_all()

    def _time_is_up(self) -> bool:
        return self._deadline is not None and asyncio.get_running_loop().time() >= self._deadline

    def _make_plan(self) -> Plan:
        source, settings = self.fleet.source, self.fleet.settings
        plan = make_plan(
            Circumstances(
                followed=len(self.fleet.ledger),
                pages=self._sweeper.reach.pages,
                ends=float(self._ends),
                hidden=int(float(self._hidden)),
                interval=settings.interval or settings.shortest,
                in_flight=settings.max_in_flight,
                page_seconds=float(self._sweeper.seconds),
                single_seconds=float(self._asker.seconds),
                rate=source.allowance(),
                listable=self._sweeper.listable,
                hold_seconds=self._held(Look.HOLD, source.hold_seconds),
                stream_seconds=self._held(Look.STREAM, source.stream_seconds),
            )
        )
        if self.plan is None or plan.look is not self.plan.look:
            extra = LogFields(
                service=source.service,
                look=plan.look.name.lower(),
                requests=plan.requests,
                followed=len(self.fleet.ledger),
            )
            _log.info("%s: %s", source.service, plan.explain(), extra=extra)
        return plan

    def _held(self, look: Look, seconds: float | None) -> float | None:
        return None if self._refused_holds.get(look) else seconds

    def explain(self) -> str:
        """Return in words what is done, why, and when next."""
        service, count = self.fleet.source.service, len(self.fleet.ledger)
        if self.plan is None:
            return f"{service}: {count:,} runs to follow; nothing was asked yet"
        words = f"{service}: {count:,} followed; {self.plan.explain()}"
        if self.plan.look not in (Look.HOLD, Look.STREAM):
            words += f"; {self.interval:.1f} s from one look to the next{self._pace()}"
        return words

    def _pace(self) -> str:
        if self._tempo.pushed:
            return ", since changes are pushed to us before we find them"
        if self._tempo.slowed > 1:
            return f", {self._tempo.slowed:.1f} times as long since the service refused requests"
        return ""

    async def _look(self, plan: Plan) -> None:
        """Look at every followed run once."""
        fleet = self.fleet
        self._progress.rounds += 1
        fleet.begin_look()
        fleet.ledger.begin_round()
        self._sweeper.skip()
        self._refused_holds = {look: n - 1 for look, n in self._refused_holds.items() if n > 1}
        if plan.look is Look.SINGLE:
            await self._asker.ask_all(fleet.ledger)
        elif plan.look is Look.SWEEP:
            swept = await self._sweeper.sweep()
            if swept.read:
                await self._confirm(plan, None if swept.covers else plan.singles)
            elif self._sweeper.failed >= _FAILED_SWEEPS:
                await self._try_without_list()
        else:
            await self._hold(plan.look)
        self._ends.take(fleet.ends)

    async def _confirm(self, plan: Plan, at_most: int | None) -> None:
        """Ask for the runs that the list did not show."""
        ledger, hidden = self.fleet.ledger, 0
        # Looks are seldom while changes are pushed, after refusals, and where the caller wants.
        usual = max(self.fleet.settings.longest, plan.interval)
        looks = max(1, round(self.interval / usual))
        missing = ledger.missing()
        some = _BATCH if at_most is None else max(1, len(missing))
        for begin in range(0, len(missing), some):
            due = ledger.to_confirm(at_most, of=missing[begin : begin + some], looks=looks)
            await self._asker.ask_all(due)
            hidden += self._asker.hidden
            for run in due:
                if run.unknown_since is None and run.failing_since is None:
                    ledger.is_active_after_all(run)
        self._hidden.take(hidden)

    async def _try_without_list(self) -> None:
        """Ask for one run, to learn whether it is the list alone that fails."""
        for followed in self.fleet.ledger.find(self.fleet.ledger.missing()[:1]):
            await self._asker.ask(followed)
            if followed.failing_since is None:
                self._sweeper.give_up()

    async def _hold(self, look: Look) -> None:
        source = self.fleet.source
        held = look is Look.HOLD
        is_offered = await self._holder.hold_all(
            list(self.fleet.ledger),
            source.hold if held else source.listen,
            (source.hold_seconds if held else source.stream_seconds) or 0.0,
        )
        if not is_offered:
            self._refused_holds[look] = _LOOKS_WITHOUT_HOLD

    async def _give_up_stale(self) -> None:
        limit = self.fleet.settings.stale_after
        for number, followed in enumerate(() if limit is None else self.fleet.ledger.started()):
            if number % _BATCH == 0:
                await asyncio.sleep(0)
            error = staleness(
                self.fleet.ref(followed),
                followed.state,
                followed.started_at,
                limit=limit or 0,
                now=datetime.now(UTC),
            )
            if error is None:
                continue
            before = followed.status, followed.started_at
            await self._asker.ask(followed)  # it may have ended just now
            is_known = followed.failing_since is None and followed.unknown_since is None
            if is_known and (followed.status, followed.started_at) == before:
                error.run = followed.run
                await self.fleet.give_up(followed, Outcome.STALE, error)

    async def _pause(self, began: float, plan: Plan) -> None:
        """Wait until it is time for the next look; ask meanwhile for what is pushed."""
        refusals = self.fleet.source.refusals()
        refused = self.fleet.refused or refusals > self._refusals
        self._progress.refusals += refusals - self._refusals
        self._refusals = refusals
        self._tempo.after_look(changed=self.fleet.changed, refused=refused)
        if self.fleet.unpushed:
            self._tempo.after_change(pushed=False)
        seconds = self._tempo.interval(least=plan.interval)
        if self._tempo.fixed is None:
            # Watches that start together shall not ask together for ever.
            seconds *= random.uniform(0.9, 1.1)
        loop = asyncio.get_running_loop()
        self.interval = seconds
        self._bulletin.tell(loop.time(), followed=len(self.fleet.ledger), interval=seconds)
        # Holding an answer is waiting already.
        held = plan.look in (Look.HOLD, Look.STREAM)
        until = max(loop.time(), began + seconds) if held else loop.time() + seconds
        if self._deadline is not None:
            until = min(until, self._deadline)
        while self.fleet.ledger and loop.time() < until:
            await self._until_news(until)
            if self._is_hurried:
                self._is_hurried = False
                until = min(until, loop.time() + self.fleet.settings.shortest)
            poked, self._poked = self._poked, {}
            if poked:
                await self._ask_poked(poked)

    async def _until_news(self, until: float | None) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    async def _ask_poked(self, run_ids: Iterable[str]) -> None:
        runs = self.fleet.ledger.find(run_ids)
        self._progress.pushes += len(runs)
        self.fleet.begin_look()
        await self._asker.ask_all(runs, pushed=True)
        if self.fleet.changed and not self.fleet.unpushed:
            self._tempo.after_change(pushed=True)
