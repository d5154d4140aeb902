"""Failures: what callers of the gateway are told when a call fails."""

from __future__ import annotations

from typing import Any, Final

import attrs

from actionruns.errors import (
    ActionRunsError,
    ApiError,
    ClientClosed,
    ConnectionFailed,
    DecodeFailed,
    InvalidRequest,
    RequestTimeout,
    RunGone,
    WaitTimeout,
)
from actionruns.gateway.binding import Secrets

__all__ = ["Failure", "failure_of"]


@attrs.frozen(kw_only=True)
class Failure:
    """A failed call.

    Attributes:
        status: HTTP status for a REST caller.
        error: The same as a word: the service's own where it has one.
        message: What happened: the service's own words where it said something.
        body: The service's own answer, when it is JSON; else None.
        retry_after: Seconds after which the service said to come back; None = it did not say.
    """

    status: int
    error: str
    message: str
    body: Any = None
    retry_after: float | None = None

    @property
    def as_json(self) -> Any:
        """What a REST caller gets as the body."""
        if self.body is not None:
            return self.body
        return {"ok": False, "error": self.error, "message": self.message}

    @property
    def as_text(self) -> str:
        """What an agent gets to read."""
        text = f"{self.status} {self.error}: {self.message}"
        if self.retry_after is not None:
            text += f" Come back in {self.retry_after:g} s."
        return text


def failure_of(error: ActionRunsError, secrets: Secrets) -> Failure:
    """Return what callers are told of an error.

    Args:
        error: The error.
        secrets: What must not be in it.
    """
    if isinstance(error, ApiError):
        return _of_answer(error, secrets)
    status, word = _kind(error)
    message = secrets.hidden(str(error))
    if isinstance(error, ConnectionFailed) and error.maybe_sent:
        message += " The service may have done what was asked: look before you repeat it."
    return Failure(status=status, error=word, message=message)


def _of_answer(error: ApiError, secrets: Secrets) -> Failure:
    # An answer of 3xx is none that callers could use: the address in it is the service's business.
    status = error.status if error.status >= 400 else 502
    is_json = isinstance(error.body, dict | list)
    return Failure(
        status=status,
        error=error.code or "service_error",
        message=secrets.hidden(error.message),
        body=secrets.hidden_in(error.body) if is_json and status == error.status else None,
        retry_after=error.retry_after,
    )


# The first class that fits; RequestTimeout is a ConnectionFailed, too.
_KINDS: Final[tuple[tuple[type[ActionRunsError], int, str], ...]] = (
    (InvalidRequest, 400, "invalid_request"),
    (RequestTimeout, 504, "timeout"),
    (WaitTimeout, 504, "timeout"),
    (RunGone, 404, "run_gone"),
    (ConnectionFailed, 502, "service_unreachable"),
    (DecodeFailed, 502, "unexpected_answer"),
    (ClientClosed, 503, "stopping"),
)


def _kind(error: ActionRunsError) -> tuple[int, str]:
    found = ((status, word) for kind, status, word in _KINDS if isinstance(error, kind))
    return next(found, (500, "gateway_error"))
