"""Query parameters, read as the service reads them: hardly checked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import attrs
from aiohttp import web

from actionruns.emulator.forgeportal.errors import unhandled
from actionruns.emulator.forgeportal.ids import database_uuid

__all__ = ["Number", "checked_numbers", "filters", "limited", "skipped"]


_PAGE = 20
_DIGITS = re.compile(r"\s*[+-]?[0-9]{1,15}")


@attrs.frozen
class Number:
    """A number of a query.

    Attributes:
        used: What the route works with.
        shown: What it answers; None: the text was no number.
    """

    used: int
    shown: int | None


def number(request: web.Request, name: str, default: int) -> int | None:
    """Read a whole number as the service's language does: by the digits at the beginning.

    Returns:
        The number; None for what doesn't begin with one: the service goes on with "not a number",
        which JSON shows as null.
    """
    found = _DIGITS.match(request.query.get(name, str(default)))
    return int(found[0]) if found else None


def limited(request: web.Request, most: int) -> Number:
    """Read the parameter ``limit``: 20 by default, and no more than the most.

    That the default limits the page when it is no number is *inferred*.

    Raises:
        ForgePortalError: 500, it is negative: only the database minds.
    """
    value = number(request, "limit", _PAGE)
    if value is not None and value < 0:
        raise unhandled(500, "LIMIT must not be negative")
    return Number(_PAGE, None) if value is None else Number(min(value, most), min(value, most))


def skipped(request: web.Request) -> Number:
    """Read the parameter ``offset``: none by default, and none when it is negative."""
    value = number(request, "offset", 0)
    if value is None:
        return Number(0, None)
    # No more than the database can count.
    return Number(min(max(value, 0), 1 << 53), max(value, 0))


def checked_numbers(
    request: web.Request, limits: Mapping[str, tuple[int, int, int]]
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Read whole numbers on a route that checks them.

    Args:
        request: The request.
        limits: Name -> default, least and most.

    Returns:
        The numbers, and what is wrong with the others.
    """
    numbers: dict[str, int] = {}
    issues: list[dict[str, Any]] = []
    for name, (default, least, most) in limits.items():
        text = request.query.get(name)
        try:
            value = default if text is None else float(text or "0")
        except ValueError:
            value = math.nan
        problem = _problem(value, least, most)
        if problem is None:
            numbers[name] = int(value)
        else:
            issues.append({**problem, "path": [name]})
    return numbers, issues


def _problem(value: float, least: int, most: int) -> dict[str, Any] | None:
    if math.isnan(value):
        return {
            "code": "invalid_type",
            "expected": "number",
            "received": "nan",
            "message": "Expected number, received nan",
        }
    if value != value // 1:
        return {
            "code": "invalid_type",
            "expected": "integer",
            "received": "float",
            "message": "Expected integer, received float",
        }
    if value < least:
        words = f"greater than or equal to {least}"
        limit: dict[str, Any] = {"code": "too_small", "minimum": least}
    elif value > most:
        words = f"less than or equal to {most}"
        limit = {"code": "too_big", "maximum": most}
    else:
        return None
    rest = {"type": "number", "inclusive": True, "exact": False}
    return limit | rest | {"message": f"Number must be {words}"}


def filters(request: web.Request, **columns: str) -> dict[str, str]:
    """Return the filters of a list, as column -> value.

    Args:
        request: The request.
        columns: Name of the parameter -> column; columns ending in ``_id`` hold UUIDs.

    Raises:
        ForgePortalError: 500, a UUID is none.
    """
    found = {}
    for name, column in columns.items():
        value = request.query.get(name)
        # An empty value is none, as an empty text is false in the service's language.
        if value:
            found[column] = database_uuid(value) if column.endswith("_id") else value
    return found
