"""Tables in the documentation's page, between two marks."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.watch.table import Table

__all__ = ["BEGIN", "END", "with_tables"]

BEGIN = "<!-- figures: written by `make bench-watch` -->"
END = "<!-- end of figures -->"


def with_tables(page: str, tables: Sequence[Table], condition: str) -> str:
    """Return a page with other tables between its marks.

    Args:
        page: The page as it is.
        tables: What to put there.
        condition: A sentence on where it was measured.

    Raises:
        ValueError: The page has no marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page needs the marks {BEGIN!r} and {END!r}")
    parts = [BEGIN, condition, *map(_markdown, tables), END]
    return before + "\n\n".join(parts) + after


def _markdown(table: Table) -> str:
    lines = [table.head, ["---"] * len(table.head), *table.rows]
    rows = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"### {table.title}\n\n{rows}"
