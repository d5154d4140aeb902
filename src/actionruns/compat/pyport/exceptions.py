"""The exceptions of pyport, by its names and with its attributes.

Each is an `ActionRunsError`, too, and each that a call raises has the error of the SDK, which tells
more, as its ``__cause__``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actionruns.errors import ActionRunsError, ConfigurationError

__all__ = [
    "PortApiError",
    "PortAuthenticationError",
    "PortConfigurationError",
    "PortConnectionError",
    "PortNetworkError",
    "PortPermissionError",
    "PortRateLimitError",
    "PortResourceNotFoundError",
    "PortServerError",
    "PortTimeoutError",
    "PortValidationError",
]


class PortApiError(ActionRunsError):
    """A call failed; the base of all others but `PortConfigurationError`.

    Attributes:
        status_code: HTTP status, None when no answer came.
        endpoint: What was called, for example ``actions/runs/r_1``.
        method: HTTP method.
        response_body: The answer's JSON object, None when it was none.
        request_params: The query parameters given, by their names on the wire; None = there were
            none, or they were refused.
    """

    def __init__(
        self,
        message: str,
        status_code: int | None = None,
        endpoint: str | None = None,
        method: str | None = None,
        response_body: Mapping[str, Any] | None = None,
        request_params: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.endpoint = endpoint
        self.method = method
        self.response_body = response_body
        self.request_params = request_params

    def is_client_error(self) -> bool:
        """Tell whether the service found fault with the request (4xx)."""
        return 400 <= (self.status_code or 0) < 500

    def is_server_error(self) -> bool:
        """Tell whether the service failed (5xx)."""
        return 500 <= (self.status_code or 0) < 600

    def is_transient(self) -> bool:
        """Tell whether the same call may succeed later; the client has repeated it already."""
        passing = (PortRateLimitError, PortConnectionError, PortTimeoutError)
        return self.is_server_error() or isinstance(self, passing)


class PortAuthenticationError(PortApiError):
    """401: no, wrong or expired credentials."""


class PortPermissionError(PortApiError):
    """403: the credentials may not do this."""


class PortResourceNotFoundError(PortApiError):
    """404: there is no such run."""


class PortValidationError(PortApiError):
    """400 or 422, or nothing was sent: the service, or this client, does not take the request."""


class PortRateLimitError(PortApiError):
    """429: too many requests.

    Attributes:
        retry_after: Whole seconds after which the service said to come back; None = it did not say.
    """

    def __init__(
        self,
        message: str,
        status_code: int | None = None,
        endpoint: str | None = None,
        method: str | None = None,
        response_body: Mapping[str, Any] | None = None,
        request_params: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message, status_code, endpoint, method, response_body, request_params)
        self.retry_after = retry_after


class PortServerError(PortApiError):
    """5xx: the service failed."""


class PortTimeoutError(PortApiError):
    """The call took longer than the client's ``timeout``."""


class PortConnectionError(PortApiError):
    """No answer came: no connection, or a broken one."""


class PortNetworkError(PortApiError):
    """Never raised, neither by pyport itself; here for code that names it."""


class PortConfigurationError(ConfigurationError):
    """A setting is missing, contradicts another, or has nothing that it could mean here."""
