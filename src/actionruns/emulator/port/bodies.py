"""Request bodies: their size, and their members as the routes' schemas say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import orjson
from aiohttp import web

from actionruns.emulator.port.errors import PortError, invalid

__all__ = ["BODY_LIMIT", "Member", "read_body"]

BODY_LIMIT = 1024 * 1024
"""Bytes of the largest body that Port takes."""

_NAMES = {str: "string", dict: "object", list: "array", type(None): "null"}


@attrs.frozen
class Member:
    """What a member of a body has to be.

    Attributes:
        types: Its possible types; a list holds strings.
        required: Whether it has to be there.
        choices: The values that it may have; empty: any.
    """

    types: tuple[type, ...]
    required: bool = False
    choices: tuple[str, ...] = ()


async def read_body(
    request: web.Request,
    members: Mapping[str, Member],
    *,
    optional: bool = False,
    closed: bool = True,
) -> dict[str, Any]:
    """Read a JSON object that has these members.

    Args:
        request: The request.
        members: What its body may hold.
        optional: Whether no body at all stands for an empty object.
        closed: Whether other members are refused; they are left out otherwise.

    Raises:
        PortError: 413, it is over 1 MiB; 422, it is no JSON or doesn't fit.
    """
    raw = await _read(request)
    if not raw and optional:
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        msg = "body must be valid JSON"
        raise invalid(msg) from None
    if not isinstance(body, dict):
        msg = "body must be object"
        raise invalid(msg)
    for name in body.keys() - members.keys():
        if closed:
            msg = f'body must NOT have additional properties: "{name}"'
            raise invalid(msg)
        del body[name]
    for name, member in members.items():
        _check(name, member, body)
    return body


async def _read(request: web.Request) -> bytes:
    # Not request.read(): its limit is one for the whole server.
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_LIMIT:
            msg = "Request body is too large"
            raise PortError(413, "payload_too_large", msg)
    return bytes(body)


def _check(name: str, member: Member, body: dict[str, Any]) -> None:
    if name not in body:
        if member.required:
            msg = f"body must have required property '{name}'"
            raise invalid(msg)
        return
    value = body[name]
    if type(value) not in member.types:
        expected = " or ".join(_NAMES[kind] for kind in member.types)
        msg = f"body/{name} must be {expected}"
        raise invalid(msg)
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        msg = f"body/{name} must hold only strings"
        raise invalid(msg)
    if member.choices and value not in member.choices:
        msg = f"body/{name} must be equal to one of the allowed values: {', '.join(member.choices)}"
        raise invalid(msg)
