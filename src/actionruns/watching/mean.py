"""MovingMean: what something has lately come to."""

from __future__ import annotations

import attrs

__all__ = ["MovingMean"]

_WEIGHT = 0.2
"""Share of the newest value in the mean."""


@attrs.define
class MovingMean:
    """A mean in which older values count for less and less.

    Attributes:
        value: The mean; None before the first value.
    """

    value: float | None = None

    def take(self, value: float) -> None:
        """Take a value in."""
        mean = value if self.value is None else self.value
        self.value = mean + (value - mean) * _WEIGHT

    def __float__(self) -> float:
        """Return the mean, 0 before the first value."""
        return self.value or 0.0
