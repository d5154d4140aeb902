"""Sweeper: reads a service's list of active runs, page by page and part by part."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

import attrs

from actionruns.core.paging import CursorPages
from actionruns.core.reach import Reach
from actionruns.errors import (
    ActionRunsError,
    BadRequest,
    DecodeFailed,
    NotFound,
    PermissionDenied,
    UnprocessableEntity,
)
from actionruns.states import Run
from actionruns.watching.fleet import FATAL, Fleet
from actionruns.watching.mean import MovingMean
from actionruns.watching.progress import Progress
from actionruns.watching.source import ActivePage

__all__ = ["Sweeper", "Swept"]

R = TypeVar("R", bound=Run)

# The list is refused, or is none; single runs may still be asked for.
_NO_LIST = (PermissionDenied, BadRequest, NotFound, UnprocessableEntity, DecodeFailed)

# Looks. A list that was refused is tried again after so many: a gateway that answers for the
# service for a minute must not make single questions of every run for hours.
_LOOKS_WITHOUT_LIST = 10

# A list without a cursor is read in so many parts at most.
_MOST_PARTS = 200


@attrs.frozen
class Swept:
    """What a sweep has come to.

    Attributes:
        read: Whether the list could be read; if not, absence from it means nothing.
        covers: Whether it shows all active runs. Without that, a run that is not on it may just be
            older than the runs on its last page.
    """

    read: bool
    covers: bool = True


class Sweeper(Generic[R]):
    """Reads the list of active runs for a fleet.

    Args:
        fleet: Takes the pages.
        progress: Counts them.

    Attributes:
        deadline: When the watch's time is up, on the loop's clock; None = never.
        seconds: How long a page takes.
        reach: How far the list has to be read.
        failed: Sweeps on end that have failed in a bad moment.
    """

    def __init__(self, fleet: Fleet[R], progress: Progress) -> None:
        self.deadline: float | None = None
        self.seconds = MovingMean()
        self.reach = Reach()
        self.failed = 0
        self._fleet = fleet
        self._progress = progress
        self._looks_without_list = 0

    @property
    def listable(self) -> bool:
        """Whether the service lists runs to these credentials."""
        return self._looks_without_list == 0

    def give_up(self) -> None:
        """Take the list for one that is refused: it is tried again after some looks."""
        self._looks_without_list = _LOOKS_WITHOUT_LIST

    def skip(self) -> None:
        """Note a look without the list."""
        self._looks_without_list = max(0, self._looks_without_list - 1)

    async def sweep(self) -> Swept:
        """Read the list as far as it is worth it."""
        fleet, reach, covers = self._fleet, self.reach, True
        reach.begin()
        parts: deque[str | None] = deque([None])
        seen: set[str | None] = {None}
        is_worth_it = True
        while parts and is_worth_it:
            part, pages, page = parts.popleft(), CursorPages(), None
            while pages.more and is_worth_it:
                unseen = fleet.ledger.unseen
                page = await self._page(pages, part)
                if page is None:
                    return Swept(read=not self.listable, covers=False)
                reach.note_page(found=fleet.ledger.unseen < unseen)
                is_worth_it = reach.worth_another_page(fleet.ledger.unseen)
            if page is not None and page.cut:
                covers = False
                finer = [name for name in fleet.source.parts(part) if name not in seen]
                parts.extend(finer[: _MOST_PARTS - len(seen)])
                seen.update(finer)
        self.failed = 0
        reach.end(fleet.ledger.unseen)
        return Swept(read=True, covers=covers)

    async def _page(self, pages: CursorPages, part: str | None) -> ActivePage | None:
        """Read a page; None when it could not be read.

        Returns:
            The page without its rows, so that there are never two in memory.
        """
        fleet, loop = self._fleet, asyncio.get_running_loop()
        began = loop.time()
        self._progress.in_flight += 1
        limit = asyncio.timeout_at(self.deadline)
        try:
            async with limit:
                if part is None:
                    page = await fleet.source.active_page(pages.cursor)
                else:
                    page = await fleet.source.page_of_part(part, pages.cursor)
            self._progress.pages += 1
            self.seconds.take(loop.time() - began)
            await fleet.see_page(page)
            pages.turn(page.cursor)
        except FATAL:
            raise
        except ActionRunsError as error:
            fleet.note_error(error)
            if isinstance(error, _NO_LIST):
                self.give_up()
            else:  # a bad moment: look again later
                self.failed += 1
                await fleet.see_failure_of_all(error, loop.time())
            return None
        except TimeoutError:
            if not limit.expired():  # the source's own, which is none of what it may raise
                raise
            return None
        else:
            return attrs.evolve(page, rows=())
        finally:
            self._progress.in_flight -= 1
