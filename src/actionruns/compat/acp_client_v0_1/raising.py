"""Which error of this package becomes which one of the generated client."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from multidict import CIMultiDict

from actionruns.compat.acp_client_v0_1.exceptions import (
    ApiException,
    ApiValueError,
    BadRequestException,
    ConflictException,
    ForbiddenException,
    NotFoundException,
    ServiceException,
    UnauthorizedException,
    UnprocessableEntityException,
)
from actionruns.core.response import Response
from actionruns.errors import (
    ActionRunsError,
    ApiError,
    AuthenticationFailed,
    BadRequest,
    Conflict,
    ConnectionFailed,
    DecodeFailed,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    ServerError,
    UnprocessableEntity,
)

__all__ = ["ANSWERED", "REFUSED", "as_generated", "shown_headers"]

ANSWERED: Final[Mapping[type[ApiError], type[ApiException]]] = {
    BadRequest: BadRequestException,
    AuthenticationFailed: UnauthorizedException,
    PermissionDenied: ForbiddenException,
    NotFound: NotFoundException,
    Conflict: ConflictException,
    UnprocessableEntity: UnprocessableEntityException,
    ServerError: ServiceException,
}
"""Errors that the server answered with; all others of them are plain `ApiException`."""

REFUSED: Final = (InvalidRequest, DecodeFailed)
"""What does not fit, before it is sent or in an answer: `ApiValueError`.

The generated client's validation raised a ValueError of its own for both.
"""


def as_generated(error: ActionRunsError, response: Response | None = None) -> ActionRunsError:
    """Return what the generated client would have raised; raise it from the error.

    A lost connection, a time-out, a closed client and wrong settings have no counterpart that would
    say what happened: they stay as they are.

    Args:
        error: One of ours.
        response: The answer that it tells of, if there was one.
    """
    if isinstance(error, ApiError):
        headers = None if response is None else shown_headers(response)
        body = None if response is None else response.body.decode("utf-8", "replace")
        return ANSWERED.get(type(error), ApiException)(
            error.status,
            _reason(error.status),
            body=body,
            data=error.body,
            headers=headers,
            description=str(error),
        )
    if isinstance(error, REFUSED):
        return ApiValueError(str(error))
    if isinstance(error, ConnectionFailed) and isinstance(error.__cause__, ssl.SSLError):
        return ApiException(0, str(error))
    return error


def shown_headers(response: Response) -> Mapping[str, str]:
    """Return the headers of an answer without cookies; look-ups ignore case."""
    shown = CIMultiDict(response.headers)
    shown.popall("Set-Cookie", None)
    return shown


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
