"""Source: what a service must be able to do for its runs to be followed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

import attrs

from actionruns.errors import InvalidRequest
from actionruns.states import Run

__all__ = ["ActivePage", "ActiveRow", "RunSource"]

R = TypeVar("R", bound=Run)


class ActiveRow(NamedTuple):
    """A run on a page of active runs, not decoded further than a sweep needs.

    A tuple, since a sweep makes one for each run: they cost a third of what objects do.

    Attributes:
        run_id: Its id.
        status: The service's own word.
        data: The row as it came.
    """

    run_id: str
    status: str
    data: Mapping[str, Any]


@attrs.frozen
class ActivePage:
    """A page of active runs.

    Attributes:
        rows: Its runs; may be none although more pages follow. They may be made only as they are
            looked at: a thousand that exist at once set off the garbage collector.
        cursor: What to give for the next page; None on the last.
        cut: Whether the list ends here for no other reason than that the page is full: of the runs
            that come after its last one, it says nothing.
    """

    rows: Iterable[ActiveRow]
    cursor: str | None
    cut: bool = False


class RunSource(ABC, Generic[R]):
    """How one service's runs are looked at.

    A service needs three methods: `get`, `active_page` and `from_row`. The others have answers for
    a service that can do no more, and are for those that can.
    """

    service: str
    """The service's name, the first part of a run's reference."""

    hold_seconds: float | None = None
    """Seconds for which `hold` waits at most; None = the service can't hold an answer."""

    stream_seconds: float | None = None
    """Seconds for which `listen` waits at most; None = the service has no streams."""

    @abstractmethod
    async def get(self, run_id: str) -> R:
        """Return a run by its id, as the service knows it now."""

    @abstractmethod
    async def active_page(self, cursor: str | None) -> ActivePage:
        """Return a page of the runs that have not ended; None = the first."""

    @abstractmethod
    def from_row(self, row: ActiveRow) -> R:
        """Decode a row. Fields that a sweep leaves out are absent from it."""

    def parts(self, part: str | None) -> Sequence[str]:  # noqa: ARG002  # for those that have some
        """Return the parts into which filters divide a list that was cut; none = it has none.

        Args:
            part: The part whose list was cut; None = the whole list.
        """
        return ()

    async def page_of_part(self, part: str, cursor: str | None) -> ActivePage:  # noqa: ARG002  # as above
        """Return a page of one of the `parts`; None = the first."""
        raise InvalidRequest(f"{self.service} has no part {part!r} of its list")

    async def hold(self, run_id: str) -> None:
        """Return when a run has changed, or after `hold_seconds`."""
        raise InvalidRequest(f"{self.service} cannot hold the answer for {run_id!r} back")

    async def listen(self, run_id: str) -> None:
        """Return when a run's stream tells of a change or ends, or after `stream_seconds`."""
        raise InvalidRequest(f"{self.service} has no stream for {run_id!r}")

    def changed_at(self, run: R) -> datetime | None:  # noqa: ARG002  # for those that tell it
        """Return when a run came to where it stands, by the service's clock; None = not told.

        A time without a zone is taken as UTC.
        """
        return None

    def allowance(self) -> float | None:
        """Return the requests a second that the rate budget allows now; None = not known."""
        return None

    def remaining(self) -> int | None:
        """Return the requests left in the service's period as last told; None = not known."""
        return None

    def refusals(self) -> int:
        """Return how many answers had status 429 so far, those that were tried again included."""
        return 0
