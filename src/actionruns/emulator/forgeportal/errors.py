"""ForgePortal's errors: its own ``{error, message?, details?}``, and those of its framework.

What the service doesn't answer by itself is answered by its framework, with ``statusCode`` and, for
the framework's own errors, a ``code``.
"""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

__all__ = [
    "ForgePortalError",
    "conflict",
    "error_response",
    "invalid",
    "invalid_query",
    "not_found",
    "refused",
    "unhandled",
]

_TITLES = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    413: "Payload Too Large",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
}


class ForgePortalError(Exception):
    """A request that ForgePortal refuses.

    Attributes:
        status: HTTP status.
        body: Body of the answer.
        headers: More headers of the answer.
    """

    def __init__(
        self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(body.get("message", body["error"]))
        self.status = status
        self.body = body
        self.headers = headers or {}


def refused(status: int, error: str, message: str | None = None) -> ForgePortalError:
    """Refuse as the service itself does."""
    body = {"error": error}
    if message is not None:
        body["message"] = message
    return ForgePortalError(status, body)


def invalid(issues: list[dict[str, Any]]) -> ForgePortalError:
    """Refuse a body, with what is wrong in it."""
    body = {"error": "ValidationError", "message": "Invalid request body", "details": issues}
    return ForgePortalError(400, body)


def invalid_query(issues: list[dict[str, Any]]) -> ForgePortalError:
    """Refuse query parameters, with what is wrong in them."""
    return ForgePortalError(400, {"error": "ValidationError", "details": issues})


def not_found(kind: str) -> ForgePortalError:
    """Refuse an identifier that names nothing."""
    return refused(404, "NotFound", f"{kind} not found")


def conflict(message: str) -> ForgePortalError:
    """Refuse what the state of a thing doesn't allow."""
    return refused(409, "Conflict", message)


def unhandled(status: int, message: str, code: str | None = None) -> ForgePortalError:
    """Answer as the framework does for what the service doesn't handle."""
    body: dict[str, Any] = {"statusCode": status}
    if code is not None:
        body["code"] = code
    return ForgePortalError(status, body | {"error": _TITLES[status], "message": message})


def error_response(error: ForgePortalError) -> web.Response:
    """Render an error."""
    return web.Response(
        status=error.status,
        body=orjson.dumps(error.body),
        content_type="application/json",
        headers=error.headers,
    )
