"""Paths into a JSON answer: the part of JSONPath that capability documents use."""

from __future__ import annotations

import re
from typing import Any, Final

__all__ = ["Path", "found_at", "path_of"]

Path = tuple[str | int | None, ...]
"""Steps: a member by its name, an element by its number, None = each element."""

_STEP: Final = re.compile(
    r"""\.(?P<name>[\w-]+)|\[(?P<number>\d+)\]|\[(?P<each>\*)\]|\[(?P<q>["'])(?P<quoted>.+?)(?P=q)\]"""
)


def path_of(text: str) -> Path | None:
    """Read a path: ``$.`` (or ``$``) is everything, ``$.run.id``, ``$.runs[0]``, ``$.runs[*].id``.

    Returns:
        Its steps; None when it is something else.
    """
    if not text.startswith("$"):
        return None
    if text in ("$", "$."):
        return ()
    steps: list[str | int | None] = []
    at = 1
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            return None
        at = step.end()
        if step["each"]:
            steps.append(None)
        elif step["number"]:
            steps.append(int(step["number"]))
        else:
            steps.append(step["name"] or step["quoted"])
    return tuple(steps)


def found_at(value: Any, path: Path) -> Any:
    """Return what is at a path; None where there is nothing."""
    for number, step in enumerate(path):
        if step is None:
            rest = path[number + 1 :]
            return [found_at(item, rest) for item in value] if isinstance(value, list) else None
        if isinstance(step, int):
            is_there = isinstance(value, list) and step < len(value)
        else:
            is_there = isinstance(value, dict) and step in value
        if not is_there:
            return None
        value = value[step]
    return value
