"""Request bodies and query parameters, checked as the protocol describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from actionruns.emulator.acp.errors import AcpError
from actionruns.emulator.port.inputs import require_jsonschema

__all__ = ["BODY_LIMIT", "body_of", "choice", "fits", "flag", "number"]

BODY_LIMIT = 4 * 1024 * 1024
"""Bytes of the largest body that is taken; the protocol names no limit."""


async def body_of(request: web.Request, schema: Mapping[str, Any]) -> Any:
    """Read and check the body of a request.

    Raises:
        AcpError: 413, it is over 4 MiB; 422, it is no JSON or doesn't fit.
    """
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > BODY_LIMIT:
            raise AcpError(413, "The body is too large")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise AcpError(422, "The body is not valid JSON") from None
    fits("body", body, schema)
    return body


def fits(place: str, value: Any, schema: Mapping[str, Any]) -> None:
    """Check a value against its schema.

    Raises:
        AcpError: 422 with the first thing that doesn't fit.
    """
    jsonschema = require_jsonschema()
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    error = next(validator.iter_errors(value), None)
    if error is not None:
        path = "/".join([place, *map(str, error.absolute_path)])
        msg = f"{path}: {error.message}"
        raise AcpError(422, msg)


def number(request: web.Request, name: str, default: int, least: int) -> int:
    """Read a number of the query.

    Raises:
        AcpError: 422, it is no whole number or below the least.
    """
    text = request.query.get(name)
    if text is None:
        return default
    if re.fullmatch(r"[0-9]{1,15}", text) is None or int(text) < least:
        msg = f"query/{name}: {text!r} is not a whole number of at least {least}"
        raise AcpError(422, msg)
    return int(text)


def flag(request: web.Request, name: str) -> bool:
    """Read a truth value of the query; without it, it is false.

    Raises:
        AcpError: 422, it is neither ``true`` nor ``false``.
    """
    return choice(request, name, ("false", "true")) == "true"


def choice(request: web.Request, name: str, known: tuple[str, ...]) -> str:
    """Read a word of the query; without it, it is the first known one.

    Raises:
        AcpError: 422, it is none of the known ones.
    """
    text = request.query.get(name, known[0])
    if text not in known:
        msg = f"query/{name}: {text!r} is not one of {', '.join(known)}"
        raise AcpError(422, msg)
    return text
