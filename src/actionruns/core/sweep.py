"""What a sweep has shown of the followed runs, and which of them are to be asked for.

The cheap way to look at N runs is to read the list of active runs, page by page, and to ask for a
single run only when it is not on it any more: absence from a list is a hint, the single answer is
the truth. This module keeps the books; it neither sends nor waits.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import attrs

from actionruns.states import RunState

__all__ = ["Followed", "Ledger"]


@attrs.define(eq=False)
class Followed:
    """What is known of one followed run.

    Attributes:
        run_id: Its id.
        status: The service's word when last told; None before.
        state: The state when last told; None before.
        round: The last round that saw it.
        asked: The last round that asked for it.
        rest: Rounds for which its absence from the list needs no question.
        patience: Rounds to rest after the next "absent, yet active".
        unknown_since: When the service first did not know it (404), in a row; None = it does.
        failing_since: When asking for it first failed, in a row; None = it does not.
        started_at: When it started, as far as that matters (see `WatchSettings.stale_after`).
        run: The run as last told, in watches that are small enough to keep it.
    """

    run_id: str
    status: str | None = None
    state: RunState | None = None
    round: int = 0
    asked: int = 0
    rest: int = 0
    patience: int = 1
    unknown_since: float | None = None
    failing_since: float | None = None
    started_at: datetime | None = None
    run: Any = None


@attrs.frozen(eq=False)
class _Quiet:
    """What is known of all runs that were told of, were seen last in the same round, and no more.

    One stands for a hundred thousand runs. With an object for each, they would take twice the
    memory, and Python's garbage collector would halt the loop to go through them.
    """

    status: str | None
    state: RunState | None
    round: int


# Rounds; a run that permissions hide from the list is asked for this seldom in the long run.
_LONGEST_REST = 4


class Ledger:
    """The runs that are followed, by id, and what each round has shown of them."""

    def __init__(self, run_ids: Iterable[str] = ()) -> None:
        self._runs: dict[str, Followed | _Quiet] = {}
        self._round = 0
        self._unseen = 0
        self._quiet: dict[tuple[str | None, RunState | None], _Quiet] = {}
        for run_id in run_ids:
            self.add(run_id)

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Followed]:
        """Give the runs; those that are followed no longer when it is their turn are left out."""
        for run_id in list(self._runs):
            if run_id in self._runs:
                yield self.get(run_id)

    def started(self) -> list[Followed]:
        """Return the runs of which it is kept when they started."""
        known = [run for run in self._runs.values() if isinstance(run, Followed)]
        return [run for run in known if run.started_at is not None]

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._runs

    def add(self, run_id: str, *, status: str | None = None, state: RunState | None = None) -> None:
        """Follow a run, unless it is followed. One added during a round is looked at in the next.

        Args:
            run_id: Its id.
            status: The service's word that was told of it before; None = nothing was.
            state: The state that was told of it.
        """
        # Counted as seen in the round under way: its absence from pages read before means nothing.
        if run_id not in self._runs:
            self._runs[run_id] = self._quiet_now(status, state)

    def drop(self, run_id: str) -> None:
        """Follow a run no longer; nothing happens when it is not followed."""
        run = self._runs.pop(run_id, None)
        if run is not None and run.round != self._round:
            self._unseen -= 1

    def get(self, run_id: str) -> Followed:
        """Return what is known of a followed run.

        Raises:
            KeyError: It is not followed.
        """
        run = self._runs[run_id]
        if isinstance(run, _Quiet):
            run = Followed(run_id, status=run.status, state=run.state, round=run.round)
            self._runs[run_id] = run
        return run

    def find(self, run_ids: Iterable[str]) -> list[Followed]:
        """Return those of some runs that are followed."""
        return [self.get(run_id) for run_id in run_ids if run_id in self._runs]

    def begin_round(self) -> None:
        """Begin a round: no run is seen yet."""
        self._round += 1
        self._unseen = len(self._runs)
        self._quiet = {}

    @property
    def unseen(self) -> int:
        """Runs that this round has not seen yet."""
        return self._unseen

    def see(self, run_id: str, status: str) -> bool:
        """Note a run's row on a page of active runs.

        Returns:
            Whether the run is followed and its status is news.
        """
        run = self._runs.get(run_id)
        if run is None:
            return False
        is_news = run.status != status
        if run.round != self._round:
            self._unseen -= 1
        if isinstance(run, _Quiet):
            if run.round != self._round:
                self._runs[run_id] = self._quiet_now(run.status, run.state)
            return is_news
        run.round = self._round
        run.rest = 0
        run.patience = 1
        run.unknown_since = None
        if not is_news:
            run.failing_since = None
            self.settle(run)
        return is_news

    def settle(self, run: Followed) -> None:
        """Keep no object for a run of this round's pages, where nothing but its status matters.

        Args:
            run: The run, which nobody else may have at hand.
        """
        is_plain = run.run is None and run.started_at is None and not run.asked and not run.rest
        is_well = run.unknown_since is None and run.failing_since is None
        is_seen = self._runs.get(run.run_id) is run and run.round == self._round
        if is_plain and is_well and is_seen:
            self._runs[run.run_id] = self._quiet_now(run.status, run.state)

    def _quiet_now(self, status: str | None, state: RunState | None) -> _Quiet:
        quiet = self._quiet.get((status, state))
        if quiet is None:
            quiet = self._quiet[status, state] = _Quiet(status, state, self._round)
        return quiet

    def doubt(self, run: Followed) -> None:
        """Count a run as not seen in this round after all: its row says what needs confirming."""
        if run.round == self._round:
            run.round = self._round - 1
            self._unseen += 1

    def missing(self) -> list[str]:
        """Return the ids of the runs that this round has not seen."""
        if not self._unseen:
            return []
        return [name for name, run in self._runs.items() if run.round != self._round]

    def to_confirm(
        self,
        at_most: int | None = None,
        *,
        of: Iterable[str] | None = None,
        looks: int = 1,
    ) -> list[Followed]:
        """Return the runs that the list did not show and that are to be asked for.

        Args:
            at_most: So many of them, the longest not asked first; the others have their turn in
                later rounds. None = all.
            of: Those of these alone, out of `missing`; None = of all.
            looks: For how many looks this one stands, when they come more seldom than usual. A run
                is left out only if its rest lasts until the next.
        """
        due = []
        for name in self.missing() if of is None else of:
            run = self._runs.get(name)
            if run is None:
                continue
            if isinstance(run, Followed):
                left = run.rest - looks
                run.rest = max(0, left)
                if left >= looks - 1:
                    continue
            due.append(name)
        if at_most is not None and len(due) > at_most:
            due = heapq.nsmallest(at_most, due, key=self._turn)
        runs = self.find(due)
        for run in runs:
            run.asked = self._round
        return runs

    def _turn(self, run_id: str) -> tuple[int, int]:
        """Order those to be asked: the longest not asked, and of these the last seen on the list.

        A run that was on the list a moment ago has most likely ended; one that never is on it is
        hidden from it.
        """
        run = self._runs[run_id]
        return run.asked if isinstance(run, Followed) else 0, -run.round

    def is_active_after_all(self, run: Followed) -> None:
        """Note that a run which the list did not show is active by its own answer.

        Lists lag behind, and permissions hide rows: let it rest for a while, longer each time.
        """
        run.rest = run.patience
        run.patience = min(_LONGEST_REST, run.patience * 2)
