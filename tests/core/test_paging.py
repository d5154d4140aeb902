"""How pages follow one another."""

from __future__ import annotations

import pytest

from actionruns.core.model import UNSET, Unset
from actionruns.core.paging import CursorPages, OffsetPages
from actionruns.errors import DecodeFailed


def test_the_first_page_has_no_cursor() -> None:
    """The first page is asked for without a cursor."""
    pages = CursorPages()
    assert (pages.cursor, pages.more) == (None, True)


def test_a_cursor_leads_on() -> None:
    """A page with a cursor has a successor, which is asked for with that cursor."""
    pages = CursorPages()
    pages.turn("abc")
    assert (pages.cursor, pages.more) == ("abc", True)


@pytest.mark.parametrize("cursor", [None, UNSET, ""])
def test_only_the_absence_of_a_cursor_ends(cursor: str | Unset | None) -> None:
    """A page without a cursor is the last."""
    pages = CursorPages()
    pages.turn("abc")
    pages.turn(cursor)
    assert (pages.cursor, pages.more) == (None, False)


@pytest.mark.parametrize("cursors", [["a", "a"], ["a", "b", "c", "a"]])
def test_a_repeated_cursor_is_an_error(cursors: list[str]) -> None:
    """A cursor that comes for the second time would never end: it is an error instead."""
    pages = CursorPages()
    for cursor in cursors[:-1]:
        pages.turn(cursor)
    with pytest.raises(DecodeFailed, match="the same cursor twice") as caught:
        pages.turn(cursors[-1])
    assert caught.value.path == "next"


def test_counted_pages_begin_at_the_start() -> None:
    """The first counted page has nothing before it."""
    pages = OffsetPages(50)
    assert (pages.offset, pages.more) == (0, True)


@pytest.mark.parametrize(("count", "more"), [(50, True), (51, True), (49, False), (0, False)])
def test_a_short_page_is_the_last(count: int, more: bool) -> None:
    """A page with fewer items than asked for is the last one."""
    pages = OffsetPages(50)
    pages.turn(count)
    assert (pages.offset, pages.more) == (count, more)


def test_offsets_add_up() -> None:
    """The next offset is the number of all items before."""
    pages = OffsetPages(2)
    pages.turn(2)
    pages.turn(2)
    assert pages.offset == 4
