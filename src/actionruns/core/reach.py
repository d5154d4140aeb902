"""Reach: how far into a list a sweep reads before it asks for the runs that are still unseen."""

from __future__ import annotations

import attrs

__all__ = ["Reach"]

_SURPRISING = 10
"""So many unseen runs more than usual are no surprise yet."""

_WEIGHT = 0.2
"""Share of the newest sweep in the mean."""


@attrs.define
class Reach:
    """How far a sweep has to read, learnt from those before.

    Attributes:
        pages: Pages within which the last whole sweep had all followed runs that the list has; None
            before the first.
        absent: Followed runs that sweeps have lately not found.
    """

    pages: int | None = None
    absent: float = 0.0
    _read: int = attrs.field(default=0, init=False)
    _fruitful: int = attrs.field(default=0, init=False)
    _is_cut_short: bool = attrs.field(default=False, init=False)

    def begin(self) -> None:
        """Begin a sweep."""
        self._read = self._fruitful = 0
        self._is_cut_short = False

    def note_page(self, *, found: bool) -> None:
        """Note a page.

        Args:
            found: Whether it had a followed run that no page before it had.
        """
        self._read += 1
        if found:
            self._fruitful = self._read

    def worth_another_page(self, unseen: int) -> bool:
        """Tell whether to read on, or to ask for the unseen runs one by one.

        Args:
            unseen: Followed runs that no page of this sweep has shown yet.
        """
        if unseen == 0:
            return False
        if self.pages is None:
            # Nothing is known of the list: read no more pages than there are runs.
            return self._read < unseen
        if self._read < self.pages:
            self._is_cut_short = self.pages - self._read > unseen
            return not self._is_cut_short
        if unseen > 2 * self.absent + _SURPRISING:
            # Others have made many runs, and ours are further down now.
            return self._read - self.pages < unseen
        return self._read == self._fruitful and unseen > 1

    def end(self, unseen: int) -> None:
        """Take in what a sweep has shown that was not broken off by a failure.

        Args:
            unseen: Followed runs that it has not shown.
        """
        if not self._is_cut_short:
            self.pages = max(1, self._fruitful)
        self.absent += (unseen - self.absent) * _WEIGHT
