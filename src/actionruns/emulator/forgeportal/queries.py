"""Query parameters, read as the service reads them: hardly checked."""

from __future__ import annotations

import attrs
from aiohttp import web

from actionruns.emulator.forgeportal.ids import database_uuid

__all__ = ["Number", "filters", "number"]


@attrs.frozen
class Number:
    """A number of a query.

    Attributes:
        used: What the route works with.
        shown: What it answers; None: the text was no number.
    """

    used: int
    shown: int | None


def number(
    request: web.Request, name: str, default: int, least: int, most: int = 1 << 53
) -> Number:
    """Read a number; one that is out of the limits is moved to the nearer of them.

    A text that is no number isn't refused: the service goes on with "not a number", which JSON
    shows as null. That the default then limits the page is *inferred*.
    """
    text = request.query.get(name)
    if text is None:
        return Number(default, default)
    try:
        value = int(float(text or "0"))
    except (ValueError, OverflowError):
        return Number(default, None)
    value = min(max(value, least), most)
    return Number(value, value)


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
