"""Conductor: follows the runs of all services of a watch at once, from first look to last word."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from itertools import islice
from typing import Generic, TypeVar

from actionruns.errors import InvalidRequest
from actionruns.states import Run
from actionruns.watching.checkpoint import Checkpoint
from actionruns.watching.fleet import Fleet, Updates
from actionruns.watching.follower import Follower
from actionruns.watching.progress import Progress
from actionruns.watching.redelivery import as_update
from actionruns.watching.settings import WatchSettings
from actionruns.watching.source import RunSource
from actionruns.watching.update import Outcome, split_ref

__all__ = ["Conductor"]

R = TypeVar("R", bound=Run)

# Runs that are taken in one go before other tasks have a turn.
_BATCH = 2000


class Conductor(Generic[R]):
    """Runs a follower for each service, and knows when all is told.

    Args:
        following: Services and the runs to follow there.
        settings: How they are followed.
        updates: Takes the updates, and the end.
        progress: Counts what is done.
        checkpoint: Where it is kept what is followed and was told; None = nowhere.
        open_source: Gives the source of a service that comes to be followed later.

    Attributes:
        followers: The followers, by service.
    """

    def __init__(
        self,
        following: Sequence[tuple[RunSource[R], Iterable[str]]],
        *,
        settings: WatchSettings,
        updates: Updates[R],
        progress: Progress,
        checkpoint: Checkpoint | None,
        open_source: Callable[[str], RunSource[R]] | None,
    ) -> None:
        self.followers: dict[str, Follower[R]] = {}
        self._settings = settings
        self._updates = updates
        self._progress = progress
        self._checkpoint = checkpoint
        self._open_source = open_source
        self._group: asyncio.TaskGroup | None = None
        self._is_beginning = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        # What is to be followed from the start: reference -> id, the caller's own text where there
        # are many; with the fleets once that has come.
        self._to_come: dict[str, str] = {}
        # What the checkpoint is to forget before it is read, and what was asked for while it was.
        self._dropped: list[str] = []
        self._later: list[Callable[[], None]] = []
        for source, run_ids in following:
            if source.service in self.followers:
                raise InvalidRequest(
                    f"a watch looks at {source.service!r} by one source; give all its runs to "
                    "that one, or make another watch for another account"
                )
            self._add_follower(source)
            self._to_come.update((f"{source.service}:{name}", name) for name in run_ids)
        progress.followed = len(self._to_come)

    def ref_of(self, name: str) -> str:
        """Return the reference of a run that is named by it, or by its id where that will do.

        Raises:
            InvalidRequest: Several services are followed, and the name tells none of them.
        """
        service = split_ref(name)[0]
        if name != service and self._knows(service):
            return name
        if len(self.followers) == 1 and self._open_source is None:
            return f"{next(iter(self.followers))}:{name}"
        raise InvalidRequest(
            f"this watch refers to a run as '<service>:<run id>', with one of the services "
            f"{', '.join(self.followers)}; {name!r} names none of them"
        )

    def _knows(self, service: str) -> bool:
        if service not in self.followers and self._open_source is not None:
            self._add_follower(self._open_source(service))
        return service in self.followers

    def add(self, refs: Sequence[str]) -> None:
        """Follow more runs; the next look finds them.

        Raises:
            InvalidRequest: All is told already, and nobody looks any more.
        """
        if self._over.is_set():
            raise InvalidRequest(
                "this watch is over, and follows no more runs: make another one, or give it "
                "keep_open=True"
            )
        if self._is_beginning:
            self._later.append(partial(self.add, refs))
            return
        if self._group is None:
            self._to_come.update((ref, split_ref(ref)[1]) for ref in refs)
            self._progress.followed = len(self._to_come)
            return
        if self._checkpoint is not None:
            refs = self._checkpoint.follow(refs)
        for ref in refs:
            service, run_id = split_ref(ref)
            self.followers[service].fleet.follow(run_id)
            self.followers[service].hurry()

    def drop(self, refs: Sequence[str]) -> None:
        """Follow runs no longer, and tell no more of them."""
        if self._is_beginning:
            self._later.append(partial(self.drop, refs))
            return
        if self._group is None:
            for ref in refs:
                self._to_come.pop(ref, None)
            self._dropped += refs
            self._progress.followed = len(self._to_come)
            return
        if self._checkpoint is not None:
            self._checkpoint.forget(refs)
        for ref in refs:
            service, run_id = split_ref(ref)
            self.followers[service].fleet.drop(run_id)

    def poke(self, refs: Sequence[str]) -> None:
        """Ask for runs at once; those that are not followed are passed over."""
        for ref in refs:
            service, run_id = split_ref(ref)
            self.followers[service].poke([run_id])

    async def run(self, held: AbstractAsyncContextManager[object]) -> None:
        """Follow until every run has had its last update, then put the end into the queue.

        Args:
            held: Held open meanwhile.
        """
        end: BaseException | None = None
        try:
            async with held, asyncio.TaskGroup() as group:
                await self._begin()
                self._group = group
                for follower in self.followers.values():
                    self._start(follower)
                self._catch_up()
                self._note_idle()
                await self._over.wait()
                for task in self._under_way:
                    task.cancel()
        except BaseExceptionGroup as errors:  # one follower's end is the end of all
            end = errors.exceptions[0]
        except Exception as error:  # noqa: BLE001  # of what is held open; told to who iterates
            end = error
        finally:
            self._over.set()
        this = asyncio.current_task()
        if this is not None and this.cancelling():
            # Some followers have met an error in their cancellation, which takes its place. Nobody
            # may be there to make room for it.
            raise asyncio.CancelledError
        await self._updates.put(end)

    async def _begin(self) -> None:
        """Take what the checkpoint tells, and what the caller named, as far as it is not over."""
        self._is_beginning = True
        self._progress.followed = 0
        checkpoint = self._checkpoint
        if checkpoint is not None:
            checkpoint.open()
            checkpoint.forget(self._dropped)
            await self._restore(checkpoint)
            await _in_batches(self._to_come, checkpoint.follow)
        await _in_batches(self._to_come, self._follow_all)
        self._to_come = {}

    def _catch_up(self) -> None:
        """Add and drop what was asked for in the meantime, in the order in which it was."""
        self._is_beginning = False
        for change in self._later:
            change()
        self._later = []

    async def _restore(self, checkpoint: Checkpoint) -> None:
        in_flight = checkpoint.in_flight()
        is_in_flight_kept = False
        for number, (ref, told) in enumerate(checkpoint):
            if number % _BATCH == 0:
                await asyncio.sleep(0)
            service, run_id = split_ref(ref)
            self._to_come.pop(ref, None)
            is_in_flight_kept |= in_flight is not None and ref == in_flight.ref
            if told.outcome is None and self._knows(service):
                fleet = self.followers[service].fleet
                fleet.follow(run_id, status=told.status, state=told.state)
        if in_flight is None:
            return
        service, run_id = split_ref(in_flight.ref)
        if self._knows(service):
            fleet = self.followers[service].fleet
            if in_flight.outcome is None and is_in_flight_kept:  # else it was dropped since
                fleet.follow(run_id)
                followed = fleet.ledger.get(run_id)
                followed.status, followed.state = in_flight.status, in_flight.state
            elif in_flight.outcome is not Outcome.TIMED_OUT:  # one of those is followed on
                fleet.drop(run_id)
            await self._updates.put(as_update(in_flight, fleet.source))

    def _follow_all(self, refs: Iterable[str]) -> None:
        for ref in refs:
            self.followers[split_ref(ref)[0]].fleet.follow(self._to_come[ref])

    def _add_follower(self, source: RunSource[R]) -> None:
        fleet = Fleet(
            source,
            settings=self._settings,
            updates=self._updates,
            progress=self._progress,
            when_idle=self._note_idle,
        )
        follower = self.followers[source.service] = Follower(fleet, self._progress)
        if self._group is not None:
            self._start(follower)

    def _start(self, follower: Follower[R]) -> None:
        if self._group is not None:
            task = self._group.create_task(follower.run())
            self._under_way.add(task)
            task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        # It ends by itself when the watch's time is up.
        self._under_way.discard(task)
        if not self._under_way:
            self._over.set()

    def _note_idle(self) -> None:
        is_begun = self._group is not None
        if is_begun and not self._progress.followed and not self._settings.keep_open:
            self._over.set()


async def _in_batches(refs: Iterable[str], take: Callable[[list[str]], object]) -> None:
    """Hand references on, so many at a time that other tasks have their turn."""
    remaining = iter(refs)
    while batch := list(islice(remaining, _BATCH)):
        take(batch)
        await asyncio.sleep(0)
