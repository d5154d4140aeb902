"""What aiohttp's exceptions mean: the one place where they are mapped."""

from __future__ import annotations

import ssl

import aiohttp

from actionruns.core.redaction import redact_text
from actionruns.core.response import Call
from actionruns.core.retry import Failure
from actionruns.errors import ActionRunsError, ConfigurationError, ConnectionFailed

__all__ = ["connection_error", "failure_of"]


_FINAL = (
    aiohttp.ClientSSLError,
    ssl.SSLError,
    aiohttp.InvalidURL,
    aiohttp.ClientHttpProxyError,
)
# ConnectionError: writing into a connection that has just been closed is one, and no ClientOSError.
_LOST = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError)


def failure_of(error: Exception, *, first: bool) -> Failure | None:
    """Classify a failed attempt.

    Args:
        error: What aiohttp raised.
        first: Whether no other attempt of this call has lost its connection.

    Returns:
        How it failed; None when another attempt cannot go better (certificate, malformed URL, a
        proxy that refuses).
    """
    if isinstance(error, _FINAL):
        return None
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Failure.NOT_SENT
    if first and isinstance(error, _LOST):
        return Failure.STALE
    return Failure.BROKEN


def connection_error(
    error: Exception, call: Call, *, attempts: int, idempotent: bool
) -> ActionRunsError:
    """Return the public error of an attempt that got no answer."""
    if isinstance(error, aiohttp.InvalidURL):
        return ConfigurationError(f"the URL {call.url!r} cannot be used: {error}")
    failure = failure_of(error, first=False)
    maybe_sent = failure is Failure.BROKEN
    return ConnectionFailed(
        f"{call.operation}: {call.method} {call.url}: {_reason(error, maybe_sent, idempotent)}"
        + (f" Tried {attempts} times." if attempts > 1 else ""),
        method=call.method,
        url=call.url,
        attempts=attempts,
        maybe_sent=maybe_sent,
    )


_REASONS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    (
        (aiohttp.ClientConnectorDNSError,),
        "the host name cannot be resolved ({}). Check base_url and the network.",
    ),
    (
        (aiohttp.ClientProxyConnectionError,),
        "the proxy cannot be reached ({}). Check proxy, HTTPS_PROXY and HTTP_PROXY.",
    ),
    (
        (aiohttp.ClientHttpProxyError,),
        "the proxy refused ({}). Check the user name and password in the proxy's URL.",
    ),
    (
        (aiohttp.ClientSSLError, ssl.SSLError),
        "TLS failed ({}). Give ssl=<context> if the server has an authority of its own.",
    ),
)


def _reason(error: Exception, maybe_sent: bool, idempotent: bool) -> str:
    detail = redact_text(" ".join(str(error).split()) or type(error).__name__)
    for classes, reason in _REASONS:
        if isinstance(error, classes):
            return reason.format(detail)
    if not maybe_sent:
        return f"no connection ({detail}). Is the server running, and is base_url right?"
    broken = f"the connection broke before the whole answer had come ({detail})."
    if idempotent:
        return broken
    return f"{broken} The server may have executed the request: look before you repeat it."
