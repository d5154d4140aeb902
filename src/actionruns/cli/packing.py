"""Facts side by side, in as many lines as a width needs."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

__all__ = ["pack"]

_GAP = "  "


def pack(facts: Iterable[Text], width: int) -> list[Text]:
    """Return facts in lines of a width; one that is longer than a line is cut.

    Args:
        facts: What stands side by side; empty ones are left out.
        width: Columns of a line.
    """
    lines: list[Text] = []
    for fact in facts:
        if not fact:
            continue
        if lines and lines[-1].cell_len + len(_GAP) + fact.cell_len <= width:
            lines[-1].append(_GAP).append_text(fact)
        else:
            lines.append(fact.copy())
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines
