"""A service in memory whose runs move when a test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import attrs

from actionruns.errors import ActionRunsError, DecodeFailed, NotFound
from actionruns.states import RunState, has_ended, state_of
from actionruns.watching import ActivePage, ActiveRow, RunSource, RunUpdate, Watch, WatchSettings

STATES = {
    "queued": RunState.QUEUED,
    "running": RunState.RUNNING,
    "success": RunState.SUCCEEDED,
    "failure": RunState.FAILED,
}


@attrs.define
class FakeRun:
    """A run of the fake service."""

    id: str
    status: str = "running"
    ended: str | None = None

    @property
    def state(self) -> RunState:
        """The normalised state."""
        return state_of(self.status, STATES)

    @property
    def is_terminal(self) -> bool:
        """Whether the run has ended."""
        return has_ended(self.state, self.ended)


class FakeSource(RunSource[FakeRun]):
    """A `RunSource` over a dict of runs.

    Args:
        run_ids: Its runs, all running.
        page_size: Rows on a page.

    Attributes:
        runs: The runs, by id; tests change them.
        hidden: Ids that the list leaves out.
        stale: Ids that the list shows with another status than they have.
        broken: Ids whose rows cannot be decoded.
        list_error: Raised by the list, when set.
        errors: Raised for single runs, by id, the first of each list first; the last one stays.
        each_round: Called when a first page is asked for, with the number of the round.
        cursors: Whether pages name their successor.
        in_flight: Single requests under way.
        most_in_flight: The most there ever were.
        gate: Single requests wait for it.
    """

    service = "fake"

    def __init__(self, run_ids: Iterable[str] = (), *, page_size: int = 1000) -> None:
        self.runs = {run_id: FakeRun(run_id) for run_id in run_ids}
        self.page_size = page_size
        self.hidden: set[str] = set()
        self.stale: dict[str, str] = {}
        self.broken: set[str] = set()
        self.list_error: ActionRunsError | None = None
        self.errors: dict[str, list[ActionRunsError | None]] = {}
        self.each_round: Callable[[int], None] = lambda _: None
        self.cursors = True
        self.empty_pages = 0
        self.repeat_cursor = False
        self.rounds = 0
        self.pages = 0
        self.singles: list[str] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.gate = asyncio.Event()
        self.gate.set()

    def end(self, run_id: str, status: str = "success") -> None:
        """End a run."""
        self.runs[run_id].status = status

    async def get(self, run_id: str) -> FakeRun:
        """Return a copy of a run."""
        self.singles.append(run_id)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(0)
            await self.gate.wait()
            planned = self.errors.get(run_id)
            if planned:
                error = planned.pop(0) if len(planned) > 1 else planned[0]
                if error is not None:
                    raise error
            if run_id not in self.runs:
                raise NotFound(f"no run {run_id}", status=404)
            return attrs.evolve(self.runs[run_id])
        finally:
            self.in_flight -= 1

    async def active_page(self, cursor: str | None) -> ActivePage:
        """Return a page of what has not ended."""
        await asyncio.sleep(0)
        if cursor is None:
            self.rounds += 1
            self.each_round(self.rounds)
        self.pages += 1
        if self.list_error is not None:
            raise self.list_error
        if cursor is None and self.empty_pages:
            return ActivePage([], "0")
        active = [r for r in self.runs.values() if not r.is_terminal or r.id in self.stale]
        active = [r for r in active if r.id not in self.hidden]
        begin = int(cursor or 0)
        rows = [
            ActiveRow(run.id, self.stale.get(run.id, run.status), {})
            for run in active[begin : begin + self.page_size]
        ]
        end = begin + self.page_size
        more = self.cursors and end < len(active)
        following = str(end) if more else None
        return ActivePage(rows, "0" if self.repeat_cursor else following)

    def from_row(self, row: ActiveRow) -> FakeRun:
        """Decode a row."""
        if row.run_id in self.broken:
            raise DecodeFailed(f"row {row.run_id} is broken")
        return FakeRun(row.run_id, row.status)


def ids(count: int) -> list[str]:
    """Return so many run ids."""
    return [f"r_{number}" for number in range(count)]


# Rounds follow each other at once; nothing in these tests depends on how long they take.
FAST = WatchSettings(interval=1e-6)


def watch(source: FakeSource, *run_ids: str, settings: WatchSettings = FAST) -> Watch[FakeRun]:
    """Watch runs of a source, all of them when none is named."""
    return Watch([(source, run_ids or list(source.runs))], settings)


async def collect(watching: Watch[FakeRun]) -> list[RunUpdate[FakeRun]]:
    """Return all updates of a watch."""
    return [update async for update in watching]


def end_all_in_round(source: FakeSource, last: int) -> Callable[[int], None]:
    """Return a hook that ends every run when a round begins."""

    def end_all(number: int) -> None:
        if number == last:
            for run_id in source.runs:
                source.end(run_id)

    return end_all


def last_by_run(updates: list[RunUpdate[FakeRun]]) -> dict[str, RunUpdate[FakeRun]]:
    """Return the last update of each run."""
    return {update.run_id: update for update in updates}
