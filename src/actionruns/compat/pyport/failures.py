"""Failures: which exception of pyport an error of the SDK becomes."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any, Final
from urllib.parse import urlsplit

from actionruns.compat.pyport.exceptions import (
    PortApiError,
    PortAuthenticationError,
    PortConfigurationError,
    PortConnectionError,
    PortPermissionError,
    PortRateLimitError,
    PortResourceNotFoundError,
    PortServerError,
    PortTimeoutError,
    PortValidationError,
)
from actionruns.errors import (
    ActionRunsError,
    ApiError,
    AuthenticationFailed,
    BadRequest,
    ConfigurationError,
    ConnectionFailed,
    DecodeFailed,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RateLimited,
    RequestTimeout,
    ServerError,
    UnprocessableEntity,
)

__all__ = ["EXCEPTIONS", "failure_of"]

EXCEPTIONS: Final[Mapping[type[ActionRunsError], type[PortApiError]]] = {
    ActionRunsError: PortApiError,
    AuthenticationFailed: PortAuthenticationError,
    BadRequest: PortValidationError,
    ConnectionFailed: PortConnectionError,
    InvalidRequest: PortValidationError,
    NotFound: PortResourceNotFoundError,
    PermissionDenied: PortPermissionError,
    RateLimited: PortRateLimitError,
    RequestTimeout: PortTimeoutError,
    ServerError: PortServerError,
    # pyport documents PortValidationError for what the service refuses as invalid, but raises it
    # for 400 alone, which Port never answers: it answers 422.
    UnprocessableEntity: PortValidationError,
}
"""SDK error -> exception of pyport; a class that is not here becomes what its base becomes."""


def failure_of(
    error: ActionRunsError, *, method: str, endpoint: str, params: Mapping[str, Any] | None
) -> PortApiError | PortConfigurationError:
    """Return the exception to raise from an error.

    Args:
        error: The error.
        method: HTTP method of the call.
        endpoint: What was called.
        params: The query parameters given to it.
    """
    if isinstance(error, ConfigurationError):
        return PortConfigurationError(str(error))
    kind = next(EXCEPTIONS[base] for base in type(error).__mro__ if base in EXCEPTIONS)
    failure = kind(
        str(error),
        endpoint=endpoint,
        method=method,
        request_params=None if isinstance(error, InvalidRequest) else params,
    )
    if isinstance(error, ApiError | ConnectionFailed) and error.url:
        # It may be that of the route that gives tokens.
        failure.endpoint = urlsplit(error.url).path.rpartition("/v1/")[2]
        failure.method = error.method
    if isinstance(error, ApiError | DecodeFailed):
        failure.status_code = error.status or None
    if isinstance(error, ApiError) and isinstance(error.body, dict):
        failure.response_body = error.body
    if isinstance(failure, PortRateLimitError) and isinstance(error, ApiError):
        failure.retry_after = None if error.retry_after is None else ceil(error.retry_after)
    return failure
