"""How long a watch waits from one look to the next."""

from __future__ import annotations

import attrs

__all__ = ["Tempo"]

_GROWTH = 1.5
"""By which the interval grows with each look that shows no change."""

_BACK_OFF = 2.0
"""By which it is multiplied when the service refuses a request for its rate (429)."""

_RECOVERY = 0.1
"""Share of the slow-down that each look without a refusal takes back: up fast, down slowly."""

_NEGLIGIBLE = 0.01

_MOST_SLOWED = 64.0

_TRUST = 4.0
"""By which the interval is longer while every change is pushed to us before a look finds it."""


@attrs.define
class Tempo:
    """The interval between two looks: short after a change, longer while all is quiet.

    A value of its own state, told what each look has shown; it has no clock and draws no lots.

    Attributes:
        shortest: The smallest interval, in seconds; the first one.
        longest: The largest one while nothing slows it down.
        fixed: The interval that the caller wants, in any case; None = as this class finds it.
        slowed: By how much refusals for rate stretch the interval; 1 = not at all.
        pushed: Whether changes reach us without our looking.
    """

    shortest: float
    longest: float
    fixed: float | None = None
    slowed: float = 1.0
    pushed: bool = False
    _quiet: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._quiet = self.shortest

    def after_look(self, *, changed: bool, refused: bool) -> None:
        """Take in what a look has shown.

        Args:
            changed: A run had changed.
            refused: A request was refused for its rate, with status 429.
        """
        self._quiet = self.shortest if changed else min(self.longest, self._quiet * _GROWTH)
        if refused:
            self.slowed = min(_MOST_SLOWED, self.slowed * _BACK_OFF)
        else:
            extra = (self.slowed - 1) * (1 - _RECOVERY)
            self.slowed = 1 + extra if extra > _NEGLIGIBLE else 1.0

    def after_change(self, *, pushed: bool) -> None:
        """Note how a change reached us: by a push, or because we looked.

        Polling slows down while each change was pushed. The first that was not makes it a matter
        of looking again.
        """
        self.pushed = pushed

    def interval(self, *, least: float = 0.0) -> float:
        """Return the seconds to the next look.

        Args:
            least: What the plan needs at least, to stay within the rate budget.
        """
        seconds = self._quiet if self.fixed is None else self.fixed
        if self.pushed and self.fixed is None:
            seconds = self.longest * _TRUST
        return max(seconds * self.slowed, least)
