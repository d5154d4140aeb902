"""Errors of the Agent Connect Protocol: a bare JSON text, or FastAPI's object around it."""

from __future__ import annotations

from typing import Any, Literal

import orjson
from aiohttp import web

__all__ = ["AcpError", "error_response", "not_found"]


class AcpError(Exception):
    """A request that the service refuses.

    Attributes:
        status: HTTP status.
        message: What is wrong.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def not_found(kind: str, identifier: str) -> AcpError:
    """Refuse an identifier that names nothing."""
    return AcpError(404, f"{kind} {identifier} not found")


def error_response(error: AcpError, form: Literal["text", "detail"]) -> web.Response:
    """Render an error.

    Args:
        error: What is refused.
        form: "text" as the protocol has it, "detail" as FastAPI, on which servers are built.
    """
    body: Any = error.message if form == "text" else {"detail": error.message}
    return web.Response(
        status=error.status, body=orjson.dumps(body), content_type="application/json"
    )
