"""The page of figures, as `make bench-watch` writes it."""

from __future__ import annotations

import pytest

from benchmarks.watch.page import BEGIN, END, with_tables
from benchmarks.watch.table import Table
from tests.project.tree import ROOT

TABLE = Table("Costs", ("runs", "time"), [("1,000", "2 ms"), ("2,000", "4 ms")])
WRITTEN = """### Costs

| runs | time |
| --- | --- |
| 1,000 | 2 ms |
| 2,000 | 4 ms |"""


def test_tables_stand_between_the_marks() -> None:
    """What stood between the marks is replaced, and nothing else is touched."""
    page = f"# Before\n\n{BEGIN}\n\nold\n\n{END}\n\nAfter.\n"
    written = with_tables(page, [TABLE], "Here.")
    assert written == f"# Before\n\n{BEGIN}\n\nHere.\n\n{WRITTEN}\n\n{END}\n\nAfter.\n"


def test_writing_twice_changes_nothing() -> None:
    """The marks stay, so that the next measurement finds them."""
    once = with_tables(f"{BEGIN}{END}", [TABLE], "Here.")
    assert with_tables(once, [TABLE], "Here.") == once


def test_a_page_without_marks_is_left_alone() -> None:
    """A page that has lost its marks is an error, not overwritten."""
    with pytest.raises(ValueError, match="marks"):
        with_tables("# Benchmarks\n", [TABLE], "Here.")


def test_the_documentation_has_the_marks() -> None:
    """The page of this project can be written."""
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert WRITTEN in with_tables(page, [TABLE], "Here.")
