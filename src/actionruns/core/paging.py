"""How the pages of a list follow one another."""

from __future__ import annotations

from actionruns.core.model import Unset
from actionruns.errors import DecodeFailed

__all__ = ["CursorPages", "OffsetPages"]


class CursorPages:
    """Pages that name their successor.

    Only the absence of a cursor ends the list: a page may be short, or empty, while there is one
    (facts D12).

    Attributes:
        cursor: What to send for the next page; None for the first.
        more: Whether there is a next page.
    """

    def __init__(self) -> None:
        self.cursor: str | None = None
        self.more = True
        self._seen: set[str] = set()

    def turn(self, cursor: str | Unset | None) -> None:
        """Go on with the cursor of the page just read.

        Raises:
            DecodeFailed: The service gave a cursor for the second time; following it would never
                end.
        """
        self.cursor = cursor or None
        self.more = self.cursor is not None
        if self.cursor is None:
            return
        if self.cursor in self._seen:
            problem = "the service gave the same cursor twice, the pages would never end"
            raise DecodeFailed(problem, path="next")
        self._seen.add(self.cursor)


class OffsetPages:
    """Pages counted by the items before them.

    Args:
        page_size: Items asked for with each page.

    Attributes:
        offset: Items before the next page.
        more: Whether there may be a next page.
    """

    def __init__(self, page_size: int) -> None:
        self.page_size = page_size
        self.offset = 0
        self.more = True

    def turn(self, count: int) -> None:
        """Go on after a page of ``count`` items; a short one is the last."""
        self.offset += count
        self.more = count >= self.page_size
