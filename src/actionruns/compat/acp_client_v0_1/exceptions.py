"""The errors of the generated client, which are errors of this package as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actionruns.core.redaction import redact_text
from actionruns.errors import ActionRunsError

__all__ = [
    "ApiAttributeError",
    "ApiException",
    "ApiKeyError",
    "ApiTypeError",
    "ApiValueError",
    "BadRequestException",
    "ConflictException",
    "ForbiddenException",
    "NotFoundException",
    "OpenApiException",
    "ServiceException",
    "UnauthorizedException",
    "UnprocessableEntityException",
]


class OpenApiException(ActionRunsError):
    """Base of all errors of the generated client."""


class _ItemError(OpenApiException):
    """Base of what is wrong with a value.

    Args:
        msg: What is wrong.
        path_to_item: Where the value is, as keys and indices; None = it is not in another one.

    Attributes:
        path_to_item: As given.
    """

    def __init__(self, msg: str = "", path_to_item: Sequence[str | int] | None = None) -> None:
        where = "".join(f"[{step!r}]" for step in path_to_item or ())
        super().__init__(f"{msg} at {where}" if where else msg)
        self.path_to_item = path_to_item


class ApiTypeError(_ItemError, TypeError):
    """A value is of the wrong type; nothing was sent."""


class ApiValueError(_ItemError, ValueError):
    """A value cannot be used: an argument (nothing was sent then), or what the server answered."""


class ApiAttributeError(_ItemError, AttributeError):
    """Something of the generated client is not here; the message says what to use instead."""


class ApiKeyError(_ItemError, KeyError):
    """A key is not there. Never raised by itself; for ``except`` clauses."""


class ApiException(OpenApiException):
    """The server answered with an error status; the class tells which, where it is a usual one.

    Args:
        status: HTTP status.
        reason: What the status means.
        body: The body as text.
        data: The body decoded.
        headers: The headers of the answer.
        description: The call, what the server said about it, and what to do.

    Attributes:
        status: HTTP status; 0 when TLS failed before there was an answer.
        reason: What the status means, for example ``Not Found``.
        body: The body as text, as it was sent; None when there was no answer.
        data: The body decoded from JSON; for an error of the protocol that is a text.
        headers: The headers of the answer, without cookies; look-ups ignore case.
    """

    def __init__(  # one for each attribute
        self,
        status: int | None = None,
        reason: str | None = None,
        *,
        body: str | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        description: str = "",
    ) -> None:
        lines = [f"({status})", f"Reason: {reason}"]
        if description:
            lines.append(description)
        elif body:
            # Redacted before it is cut: half a token is not recognised.
            lines.append(f"HTTP response body: {redact_text(body[:4000])[:2000]}")
        super().__init__("\n".join(lines))
        # It is made anew of these when it is unpickled, before it gets the rest, see `errors`.
        self.args = (status, reason)
        self.status = status
        self.reason = reason
        self.body = body
        self.data = data
        self.headers = headers

    def __str__(self) -> str:
        return self.message


class BadRequestException(ApiException):
    """400: the server refused the request as malformed."""


class UnauthorizedException(ApiException):
    """401: the server wants credentials, or others than these."""


class ForbiddenException(ApiException):
    """403: the credentials are good but may not do this."""


class NotFoundException(ApiException):
    """404: there is no such run, agent or thread."""


class ConflictException(ApiException):
    """409: as the run or the thread stands now, this cannot be done."""


class UnprocessableEntityException(ApiException):
    """422: something that was sent is not as the protocol or the agent wants it."""


class ServiceException(ApiException):
    """5xx: the server failed, also after the retries that are allowed."""
