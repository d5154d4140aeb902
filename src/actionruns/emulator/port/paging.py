"""The cursor of a list of runs, and pages that hold less than they could."""

from __future__ import annotations

import base64
import binascii
import itertools

import attrs
import orjson

from actionruns.emulator.lifecycle import draw
from actionruns.emulator.port.errors import invalid
from actionruns.emulator.port.run_store import Filters, RunStore
from actionruns.emulator.settings import EmulatorSettings

__all__ = ["Cursor", "Page", "Pager"]


@attrs.frozen
class Cursor:
    """Where a list goes on: below the run with this number.

    Numbers grow with creation and never change, so a walk shows each of the runs that there were
    at its beginning once, whatever is created or ends between its pages. ``hop`` makes each cursor
    differ from the one before, even over an empty page.
    """

    before: int
    hop: int = 0

    def encode(self) -> str:
        """Return it as the opaque text that clients pass back."""
        return base64.urlsafe_b64encode(orjson.dumps([self.before, self.hop])).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Read what `encode` made.

        Raises:
            PortError: 422, it isn't a cursor.
        """
        try:
            before, hop = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if type(before) is int and type(hop) is int and abs(before) < 1 << 62:
                return cls(before, hop)
        except (binascii.Error, TypeError, ValueError):
            pass
        msg = "query parameter next is not a cursor of this list"
        raise invalid(msg)


@attrs.frozen
class Page:
    """Rendered runs, and where the list goes on; None: it is at its end."""

    documents: list[bytes]
    cursor: Cursor | None


class Pager:
    """Cut lists of runs into pages.

    Port says that a page may be short or even empty while ``next`` is there; how often is set, and
    which page it is depends on the seed and on how many pages were asked for before.
    """

    def __init__(self, runs: RunStore, settings: EmulatorSettings) -> None:
        self._runs = runs
        self._settings = settings
        self._pages = itertools.count()

    def page(self, filters: Filters, cursor: Cursor | None, limit: int) -> Page:
        """Return the page after the cursor."""
        cursor = cursor or Cursor(self._runs.next_number)
        if not self._settings.cursor:
            rows = self._runs.page(filters, cursor.before, limit)
            return Page([document for _, document in rows], None)
        size = self._size(next(self._pages), limit)
        if size == 0:
            return Page([], Cursor(cursor.before, cursor.hop + 1))
        # One row more than the page holds tells whether there is another page.
        rows = self._runs.page(filters, cursor.before, size + 1)
        documents = [document for _, document in rows[:size]]
        if len(rows) <= size:
            return Page(documents, None)
        return Page(documents, Cursor(rows[size - 1][0], cursor.hop + 1))

    def _size(self, page: int, limit: int) -> int:
        settings = self._settings
        if draw(settings.seed, page, "empty page") < settings.empty_page_rate:
            return 0
        if draw(settings.seed, page, "short page") < settings.short_page_rate:
            return max(1, int(limit * draw(settings.seed, page, "rows")))
        return limit
