"""Fleet: where the runs of a measurement are, and which they are."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

__all__ = ["Fleet"]


@attrs.frozen
class Fleet:
    """Runs that a server has.

    Attributes:
        base_url: Where they are.
        run_ids: Their ids.
    """

    base_url: str
    run_ids: Sequence[str]
