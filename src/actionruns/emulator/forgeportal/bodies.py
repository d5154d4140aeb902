"""Request bodies: read as ForgePortal's framework does, checked as its schemas do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import attrs
import orjson
from aiohttp import web

from actionruns.emulator.forgeportal.errors import invalid, unhandled
from actionruns.emulator.forgeportal.ids import is_uuid

__all__ = ["BODY_LIMIT", "Member", "checked", "read_body"]

BODY_LIMIT = 1024 * 1024
"""Bytes of the largest body that the framework takes."""

_ABSENT = object()
_NAMES = {
    str: "string",
    dict: "object",
    list: "array",
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    object: "undefined",
}
_EMPTY = "Body cannot be empty when content-type is set to 'application/json'"
_NO_JSON = "Body is not valid JSON but content-type is set to 'application/json'"


@attrs.frozen
class Member:
    """What a member of a body has to be.

    Attributes:
        kind: An object, a text, or a text that is a UUID.
        required: Whether it has to be there; an object that isn't is empty.
        longest: Characters of the longest text; None: any number.
    """

    kind: Literal["object", "string", "uuid"]
    required: bool = False
    longest: int | None = None


async def read_body(request: web.Request) -> Any:
    """Read the body of a change, before anything else looks at the request.

    Returns:
        What it holds; `checked` tells an absent body from a null one.

    Raises:
        ForgePortalError: 400, it is empty or no JSON though it is said to be JSON; 413, it is over
            1 MiB; 415, it is something else.
    """
    # Not request.read(): its limit is one for the whole server.
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > BODY_LIMIT:
            code = "FST_ERR_CTP_BODY_TOO_LARGE"
            raise unhandled(413, "Request body is too large", code)
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not kind and not raw:
        return _ABSENT
    if kind == "text/plain":
        return raw.decode(errors="replace")
    if kind != "application/json":
        raise unhandled(415, "Unsupported Media Type", "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    if not raw:
        raise unhandled(400, _EMPTY, "FST_ERR_CTP_EMPTY_JSON_BODY")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise unhandled(400, _NO_JSON, "FST_ERR_CTP_INVALID_JSON_BODY") from None


def checked(body: Any, members: Mapping[str, Member]) -> dict[str, Any]:
    """Return the known members of a body; others are left out, as the service does.

    Raises:
        ForgePortalError: 400 with the list of what doesn't fit.
    """
    if not isinstance(body, dict):
        raise invalid([_wrong_type("object", body, [])])
    issues = []
    values: dict[str, Any] = {}
    for name, member in members.items():
        value = body.get(name, _ABSENT)
        if value is _ABSENT and not member.required:
            if member.kind == "object":
                values[name] = {}
            continue
        issue = _issue(name, member, value)
        if issue is not None:
            issues.append(issue)
        values[name] = value
    if issues:
        raise invalid(issues)
    return values


def _issue(name: str, member: Member, value: Any) -> dict[str, Any] | None:
    expected = "object" if member.kind == "object" else "string"
    if _NAMES[type(value)] != expected:
        return _wrong_type(expected, value, [name])
    if member.kind == "uuid" and not is_uuid(value):
        return {
            "validation": "uuid",
            "code": "invalid_string",
            "message": "Invalid uuid",
            "path": [name],
        }
    if member.longest is not None and len(value) > member.longest:
        return {
            "code": "too_big",
            "maximum": member.longest,
            "type": "string",
            "inclusive": True,
            "exact": False,
            "message": f"String must contain at most {member.longest} character(s)",
            "path": [name],
        }
    return None


def _wrong_type(expected: str, value: Any, path: list[str]) -> dict[str, Any]:
    received = _NAMES[type(value)]
    message = "Required" if received == "undefined" else f"Expected {expected}, received {received}"
    return {
        "code": "invalid_type",
        "expected": expected,
        "received": received,
        "path": path,
        "message": message,
    }
