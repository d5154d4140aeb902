"""Port's errors: a status and a body ``{ok: false, error, message}``.

The codes are those of Port's API reference where it names one; a code marked *inferred* is ours.
"""

from __future__ import annotations

import orjson
from aiohttp import web

__all__ = [
    "PortError",
    "already_exists",
    "error_response",
    "exhausted",
    "invalid",
    "not_found",
    "unauthorized",
]


class PortError(Exception):
    """A request that Port refuses.

    Attributes:
        status: HTTP status.
        code: What went wrong, for programs.
        message: What went wrong, for people.
        headers: More headers of the answer.
    """

    def __init__(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def invalid(message: str) -> PortError:
    """Refuse what doesn't fit the route's schema."""
    return PortError(422, "invalid_request", message)


def not_found(kind: str, identifier: str) -> PortError:
    """Refuse an identifier that names nothing."""
    return PortError(404, "not_found", f'{kind} with identifier "{identifier}" was not found')


def unauthorized(message: str) -> PortError:
    """Refuse credentials; the code is *inferred*."""
    return PortError(401, "unauthorized", message)


def exhausted(run_id: str) -> PortError:
    """Refuse to change a run that is over."""
    return PortError(422, "run_exhausted", f'Action run "{run_id}" already finished execution')


def already_exists(kind: str, identifier: str) -> PortError:
    """Refuse an identifier that is taken."""
    return PortError(
        409, "identifier_taken", f'{kind} with identifier "{identifier}" already exists'
    )


def error_response(error: PortError) -> web.Response:
    """Render an error."""
    body = orjson.dumps({"ok": False, "error": error.code, "message": error.message})
    return web.Response(
        status=error.status, body=body, content_type="application/json", headers=error.headers
    )
