"""A simulated service: runs with histories, lists with every fault that lists have."""

from __future__ import annotations

import asyncio
import enum
import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import attrs

from actionruns.errors import (
    ActionRunsError,
    ConnectionFailed,
    DecodeFailed,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
)
from actionruns.watching import ActivePage, ActiveRow, RunSource
from tests.watching.fakes import STATES, FakeRun

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Paging(enum.Enum):
    """How the service's list goes on after a page."""

    CURSOR = "a cursor names the run to go on with"
    OFFSET = "an offset counts rows, which shift as runs come and go"
    CUT = "it doesn't: one page is all there is, but filters divide it"


class Fault(enum.Enum):
    """What may go wrong with a request."""

    SERVER = ServerError
    CONNECTION = ConnectionFailed
    RATE = RateLimited
    DECODE = DecodeFailed
    FORBIDDEN = PermissionDenied

    def error(self) -> ActionRunsError:
        """Return a new error of this kind."""
        error: ActionRunsError = self.value("simulated")
        return error


@attrs.frozen(kw_only=True)
class History:
    """What becomes of a run.

    Attributes:
        phases: How long it has which status, from the start.
        end: Its status after that, for good.
        vanishes: Seconds after its end at which the service forgets it; None = never.
        hidden: From when to when the list does not show it.
        broken: Whether its row cannot be decoded.
        part: The filter that finds it.
    """

    phases: Sequence[tuple[float, str]]
    end: str
    vanishes: float | None = None
    hidden: tuple[float, float] = (0.0, 0.0)
    broken: bool = False
    part: str = "a"

    @property
    def end_time(self) -> float:
        """When it has its last status."""
        return sum(seconds for seconds, _ in self.phases)

    def status(self, now: float) -> str:
        """Return its status at a time."""
        for seconds, status in self.phases:
            if now < seconds:
                return status
            now -= seconds
        return self.end

    @property
    def ends(self) -> bool:
        """Whether it ends at all."""
        return STATES[self.end].is_terminal

    def next_change(self, now: float) -> float:
        """Return when it has another status, infinity when that was its last."""
        at = 0.0
        for seconds, _ in self.phases:
            at += seconds
            if at > now:
                return at
        return math.inf

    def is_known(self, now: float) -> bool:
        """Tell whether the service knows it at a time."""
        return self.vanishes is None or now < self.end_time + self.vanishes


@attrs.frozen(kw_only=True)
class Habits:
    """How the service behaves.

    Attributes:
        paging: How its list goes on after a page.
        page_size: Rows of a page.
        lag: Seconds by which the list is behind.
        page_seconds: How long a page takes.
        single_seconds: How long a single run takes.
        empty_pages: Empty pages before the first full one; only where there is a cursor.
        faults: By the number of a request, what goes wrong with it.
        skew: Seconds by which its clock is ahead of ours.
        hold: Seconds for which it holds an answer until a run moves; None = it can't.
    """

    paging: Paging = Paging.CURSOR
    page_size: int = 4
    lag: float = 0.0
    page_seconds: float = 0.05
    single_seconds: float = 0.02
    empty_pages: int = 0
    faults: dict[int, Fault] = attrs.Factory(dict)
    skew: float = 0.0
    hold: float | None = None


class SimulatedSource(RunSource[FakeRun]):
    """A service whose runs have histories, on the time of the event loop.

    Args:
        histories: By run id; the first is the newest.
        habits: How it behaves.

    Attributes:
        look: The number of the look under way; tests set what tells it.
        asked: How often a run was asked for in a look, by (look, run id).
        shown: Runs whose rows a look has shown as they are, by (look, run id).
        pages: Pages of a look.
    """

    service = "sim"

    def __init__(self, histories: dict[str, History], habits: Habits) -> None:
        self.histories = histories
        self.habits = habits
        self.hold_seconds = habits.hold
        self.look: Callable[[], int] = lambda: 0
        self.requests = 0
        self.asked: Counter[tuple[int, str]] = Counter()
        self.shown: set[tuple[int, str]] = set()
        self.pages: Counter[int] = Counter()

    @staticmethod
    def now() -> float:
        """Return the time of the loop."""
        return asyncio.get_running_loop().time()

    async def _serve(self, seconds: float) -> None:
        self.requests += 1
        fault = self.habits.faults.get(self.requests)
        await asyncio.sleep(seconds)
        if fault is not None:
            raise fault.error()

    async def get(self, run_id: str) -> FakeRun:
        """Return a run as it stands."""
        self.asked[self.look(), run_id] += 1
        await self._serve(self.habits.single_seconds)
        history = self.histories[run_id]
        if not history.is_known(self.now()):
            raise NotFound(f"no run {run_id}", status=404)
        return FakeRun(run_id, history.status(self.now()))

    async def hold(self, run_id: str) -> None:
        """Return when a run has moved, or after a while; at once when it has ended."""
        await self._serve(self.habits.single_seconds)
        history, now = self.histories[run_id], self.now()
        if not history.is_known(now):
            raise NotFound(f"no run {run_id}", status=404)
        if now < history.end_time or not history.ends:
            await asyncio.sleep(min(self.habits.hold or 0.0, history.next_change(now) - now))

    async def active_page(self, cursor: str | None) -> ActivePage:
        """Return a page of the active runs."""
        return await self._page(cursor, None)

    async def page_of_part(self, part: str, cursor: str | None) -> ActivePage:
        """Return a page of the active runs of a part."""
        return await self._page(cursor, part)

    def parts(self, part: str | None) -> Sequence[str]:
        """Return the filters, if the list goes no further than a page."""
        divided = part is None and self.habits.paging is Paging.CUT
        return sorted({history.part for history in self.histories.values()}) if divided else ()

    async def _page(self, cursor: str | None, part: str | None) -> ActivePage:
        self.pages[self.look()] += 1
        await self._serve(self.habits.page_seconds)
        habits = self.habits
        kind, _, place = (cursor or "row:").partition(":")
        if kind == "row" and not place and habits.empty_pages and habits.paging is Paging.CURSOR:
            return ActivePage([], "empty:1")
        if kind == "empty" and int(place) < habits.empty_pages:
            return ActivePage([], f"empty:{int(place) + 1}")
        rows = self._rows(part)
        if habits.paging is Paging.CURSOR:
            order = list(self.histories)
            begin = order.index(place) if kind == "row" and place else 0
            rows = [row for row in rows if order.index(row.run_id) >= begin]
            following = rows[habits.page_size :]
            page = ActivePage(
                rows[: habits.page_size], f"row:{following[0].run_id}" if following else None
            )
        elif habits.paging is Paging.OFFSET:
            begin = int(place or 0)
            some = rows[begin : begin + habits.page_size]
            is_full = len(some) == habits.page_size
            page = ActivePage(some, f"row:{begin + len(some)}" if is_full else None)
        else:
            some = rows[: habits.page_size]
            page = ActivePage(some, None, cut=len(some) == habits.page_size)
        self.shown.update((self.look(), row.run_id) for row in page.rows)
        return page

    def _rows(self, part: str | None) -> list[ActiveRow]:
        now = self.now()
        rows = []
        for run_id, history in self.histories.items():
            begin, end = history.hidden
            status = history.status(max(0.0, now - self.habits.lag))
            is_over = STATES[status].is_terminal if status in STATES else False
            if is_over or begin <= now < end or part not in (None, history.part):
                continue
            rows.append(ActiveRow(run_id, status, {"broken": history.broken}))
        return rows

    def from_row(self, row: ActiveRow) -> FakeRun:
        """Decode a row."""
        if row.data.get("broken"):
            raise DecodeFailed(f"row {row.run_id} is broken")
        return FakeRun(row.run_id, row.status)

    def changed_at(self, run: FakeRun) -> datetime | None:
        """Return when a run ended, by the service's own clock."""
        at = EPOCH + timedelta(seconds=self.histories[run.id].end_time + self.habits.skew)
        return at if run.is_terminal else None
