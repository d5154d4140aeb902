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
    """What is known of one followed run. There may be a hundred thousand of these: it is small.

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


# Rounds; a run that permissions hide from the list is asked for this seldom in the long run.
_LONGEST_REST = 4


class Ledger:
    """The runs that are followed, by id, and what each round has shown of them."""

    def __init__(self, run_ids: Iterable[str] = ()) -> None:
        self._runs: dict[str, Followed] = {}
        self._round = 0
        self._unseen = 0
        for run_id in run_ids:
            self.add(run_id)

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Followed]:
        return iter(self._runs.values())

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._runs

    def add(self, run_id: str) -> Followed:
        """Follow a run. One that is added during a round is looked at in the next."""
        # Counted as seen in the round under way: its absence from pages read before means nothing.
        return self._runs.setdefault(run_id, Followed(run_id, round=self._round))

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
        return self._runs[run_id]

    def find(self, run_ids: Iterable[str]) -> list[Followed]:
        """Return those of some runs that are followed."""
        found = map(self._runs.get, run_ids)
        return [run for run in found if run is not None]

    def begin_round(self) -> None:
        """Begin a round: no run is seen yet."""
        self._round += 1
        self._unseen = len(self._runs)

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
        if run.round != self._round:
            run.round = self._round
            self._unseen -= 1
        run.rest = 0
        run.patience = 1
        run.unknown_since = None
        if run.status != status:
            return True
        run.failing_since = None
        return False

    def doubt(self, run: Followed) -> None:
        """Count a run as not seen in this round after all: its row says what needs confirming."""
        if run.round == self._round:
            run.round = self._round - 1
            self._unseen += 1

    def to_confirm(self, at_most: int | None = None) -> list[Followed]:
        """Return the runs that the list did not show and that are to be asked for.

        Args:
            at_most: So many of them, the longest not asked first; the others have their turn in
                later rounds. None = all.
        """
        due = []
        for run in self._runs.values():
            if run.round == self._round:
                continue
            if run.rest > 0:
                run.rest -= 1
            else:
                due.append(run)
        if at_most is not None and len(due) > at_most:
            due = heapq.nsmallest(at_most, due, key=_turn)
        for run in due:
            run.asked = self._round
        return due

    def is_active_after_all(self, run: Followed) -> None:
        """Note that a run which the list did not show is active by its own answer.

        Lists lag behind, and permissions hide rows: let it rest for a while, longer each time.
        """
        run.rest = run.patience
        run.patience = min(_LONGEST_REST, run.patience * 2)


def _turn(run: Followed) -> tuple[int, int]:
    """Order those to be asked: the longest not asked, and of these the last seen on the list.

    A run that was on the list a moment ago has most likely ended; one that never is on it is
    hidden from it.
    """
    return run.asked, -run.round
