"""What aiohttp's exceptions mean: the one place where they are mapped."""

from __future__ import annotations

import ssl

import aiohttp

from actionruns.core.redaction import redact_text
from actionruns.core.response import Call
from actionruns.core.retry import Failure
from actionruns.errors import ActionRunsError, ConfigurationError, ConnectionFailed

__all__ = ["connection_error", "failure_of"]


def failure_of(error: Exception, *, first: bool) -> Failure | None:
    """Classify a failed attempt.

    Args:
        error: What aiohttp raised.
        first: Whether no other attempt of this call has lost its connection.

    Returns:
        How it failed; None when another attempt cannot go better (certificate, malformed URL).
    """
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError | aiohttp.InvalidURL):
        return None
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Failure.NOT_SENT
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError) and first:
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


def _reason(error: Exception, maybe_sent: bool, idempotent: bool) -> str:
    detail = redact_text(str(error) or type(error).__name__)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"the host name cannot be resolved ({detail}). Check base_url and the network."
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return f"the proxy cannot be reached ({detail}). Check proxy, HTTPS_PROXY and HTTP_PROXY."
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return (
            f"TLS failed ({detail}). Give ssl=<context> if the server has an authority of its own."
        )
    if not maybe_sent:
        return f"no connection ({detail}). Is the server running, and is base_url right?"
    if idempotent:
        return f"the connection broke before the whole answer had come ({detail})."
    return (
        f"the connection broke before the whole answer had come ({detail}). The server may have "
        "executed the request: look before you repeat it."
    )
