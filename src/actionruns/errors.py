"""The one error tree, branched by who can mend it: the caller, the network, the service, the SDK.

Nothing of aiohttp, cattrs or orjson leaves this package: their errors are the ``__cause__`` of
these. Every error pickles (Celery and multiprocessing send them between processes) and none holds
a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = [
    "ActionRunsError",
    "ApiError",
    "AuthenticationFailed",
    "BadRequest",
    "ClientClosed",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DecodeFailed",
    "InvalidRequest",
    "NotFound",
    "PayloadTooLarge",
    "PermissionDenied",
    "RateLimited",
    "RequestTimeout",
    "RunGone",
    "ServerError",
    "UnprocessableEntity",
    "WaitTimeout",
    "error_class_for",
]


class ActionRunsError(Exception):
    """Base of every error that this package raises on purpose.

    Attributes:
        message: What happened and what to do about it; also ``str(error)``.
    """

    # BaseException.__reduce__ gives (class, args, __dict__): with one positional argument and
    # everything else in the instance's dict, each subclass pickles without code of its own.
    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class ConfigurationError(ActionRunsError):
    """A setting is missing or contradicts another; nothing was sent."""


class InvalidRequest(ActionRunsError, ValueError):
    """An argument cannot be sent as it is (empty id, wrong type, line break in a header).

    Raised before anything is sent.
    """


class ClientClosed(ActionRunsError):
    """The client was closed, before or during the call; make a new one."""


class ConnectionFailed(ActionRunsError):
    """No answer came: the server could not be reached, or the connection broke.

    Attributes:
        method: HTTP method of the call.
        url: The URL asked for, without credentials.
        attempts: How many times the request was tried.
        maybe_sent: Whether the server may have received (and executed) the request. When it is
            true and the operation changes something, look before you repeat it.
    """

    def __init__(
        self,
        message: str = "",
        *,
        method: str = "",
        url: str = "",
        attempts: int = 1,
        maybe_sent: bool = False,
    ) -> None:
        super().__init__(message)
        self.method = method
        self.url = url
        self.attempts = attempts
        self.maybe_sent = maybe_sent


class RequestTimeout(ConnectionFailed, TimeoutError):
    """The call did not finish within its ``timeout``, all attempts included."""


class DecodeFailed(ActionRunsError):
    """The service answered, but not with what its specification promises.

    Attributes:
        path: Where in the body the first surprise is, for example ``run.requiredApproval.type``.
        body: The body as received, ``bytes``.
        status: HTTP status of the answer, 0 when the value did not come over HTTP.
    """

    def __init__(
        self, message: str = "", *, path: str = "", body: bytes = b"", status: int = 0
    ) -> None:
        super().__init__(message)
        self.path = path
        self.body = body
        self.status = status


class WaitTimeout(ActionRunsError, TimeoutError):
    """A wait reached its ``timeout`` before the run ended. The run itself goes on.

    Attributes:
        ref: The run, for example ``port:r_QOz6WoOB1Q2lmhZZ``.
        run: The run as last seen, or None when it was never seen.
    """

    def __init__(self, message: str = "", *, ref: str = "", run: Any = None) -> None:
        super().__init__(message)
        self.ref = ref
        self.run = run


class RunGone(ActionRunsError):
    """A followed run is no longer known to the service (404 for longer than the grace time).

    Attributes:
        ref: The run, for example ``port:r_QOz6WoOB1Q2lmhZZ``.
    """

    def __init__(self, message: str = "", *, ref: str = "") -> None:
        super().__init__(message)
        self.ref = ref


class ApiError(ActionRunsError):
    """The service answered with an error status.

    Attributes:
        status: HTTP status code.
        body: The decoded JSON body, or the text, or None when it was empty.
        code: The service's own error code, for example ``not_found``; empty when it gave none.
        message: The service's message; ``str(error)`` adds the call and a hint to it.
        request_id: Id of the call: the server's trace id when it sent one, else the id we sent.
        method: HTTP method.
        url: The URL, without credentials.
        attempts: How many times the request was tried.
        retry_after: Seconds after which the service said to come back, or None.
        maybe_sent: Whether the service may have executed the request all the same: after a server
            error (5xx), or when the answer to an earlier attempt was lost. When it is true and the
            operation changes something, look before you repeat it.
    """

    def __init__(  # noqa: PLR0913  # one keyword for each public attribute
        self,
        description: str = "",
        *,
        status: int = 0,
        body: Any = None,
        code: str = "",
        message: str = "",
        request_id: str = "",
        method: str = "",
        url: str = "",
        attempts: int = 1,
        retry_after: float | None = None,
        maybe_sent: bool = False,
    ) -> None:
        super().__init__(description)
        self.message = message or description
        self.status = status
        self.body = body
        self.code = code
        self.request_id = request_id
        self.method = method
        self.url = url
        self.attempts = attempts
        self.retry_after = retry_after
        self.maybe_sent = maybe_sent


class BadRequest(ApiError):
    """400: the service refused the request as malformed."""


class AuthenticationFailed(ApiError):
    """401: no, wrong or expired credentials, also after one refresh of the token."""


class PermissionDenied(ApiError):
    """403: the credentials are good but may not do this."""


class NotFound(ApiError):
    """404: no such run, action or entity, or none that these credentials may see."""


class Conflict(ApiError):
    """409: the run is not in a state that allows this."""


class PayloadTooLarge(ApiError):
    """413: the request body is over the service's limit (Port: 1 MiB)."""


class UnprocessableEntity(ApiError):
    """422: well-formed, but not what the service's schema allows."""


class RateLimited(ApiError):
    """429: too many requests, also after the waits that the retry policy allows."""


class ServerError(ApiError):
    """5xx: the service failed, also after the retries that the policy allows."""


_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: BadRequest,
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    413: PayloadTooLarge,
    422: UnprocessableEntity,
    429: RateLimited,
}


def error_class_for(status: int) -> type[ApiError]:
    """Return the `ApiError` class of an HTTP status code."""
    return _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)
