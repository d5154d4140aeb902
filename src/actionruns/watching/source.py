"""Source: what a service must be able to do for its runs to be followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

import attrs

from actionruns.states import Run

__all__ = ["ActivePage", "ActiveRow", "RunSource"]

R_co = TypeVar("R_co", bound=Run, covariant=True)


@attrs.frozen
class ActiveRow:
    """A run on a page of active runs, not decoded further than a sweep needs.

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
        rows: Its runs; may be empty although more pages follow.
        cursor: What to give for the next page; None on the last.
    """

    rows: Sequence[ActiveRow]
    cursor: str | None


class RunSource(Protocol[R_co]):
    """How one service's runs are looked at.

    Attributes:
        service: The service's name, the first part of a run's reference.
    """

    @property
    def service(self) -> str:
        """The service's name, the first part of a run's reference."""

    async def get(self, run_id: str) -> R_co:
        """Return a run by its id, as the service knows it now."""

    async def active_page(self, cursor: str | None) -> ActivePage:
        """Return a page of the runs that have not ended; None = the first."""

    def from_row(self, row: ActiveRow) -> R_co:
        """Decode a row. Fields that a sweep leaves out are absent from it."""
