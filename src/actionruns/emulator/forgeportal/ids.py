"""UUIDs in paths, queries and bodies."""

from __future__ import annotations

import re

from actionruns.emulator.forgeportal.errors import unhandled

__all__ = ["database_uuid", "is_uuid"]

# Any version and variant: ids as aaaa0000-0000-0000-0000-000000000001 are documented.
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID."""
    return _UUID.fullmatch(text) is not None


def database_uuid(text: str) -> str:
    """Return an id of a path or a query as the database has it.

    Raises:
        ForgePortalError: 500, it is no UUID: nobody checks it before the database does (*inferred*
            from the service's routes and its columns).
    """
    if not is_uuid(text):
        raise unhandled(500, f'invalid input syntax for type uuid: "{text}"')
    return text.lower()
