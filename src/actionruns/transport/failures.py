"""What aiohttp's exceptions mean: the one place where they are mapped."""

from __future__ import annotations

import errno
import os
import ssl

import aiohttp

from actionruns.core.redaction import redact_text
from actionruns.core.response import Call
from actionruns.core.retry import Failure
from actionruns.errors import ActionRunsError, ConfigurationError, ConnectionFailed

__all__ = ["connection_error", "failure_of", "shown_cause", "was_sent"]


_FINAL = (
    aiohttp.ClientSSLError,
    ssl.SSLError,
    aiohttp.InvalidURL,
    aiohttp.ClientHttpProxyError,
)
# What there was no connection for. Anything else may have come after the request had left.
_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
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


def was_sent(error: Exception) -> bool:
    """Tell whether the server may have received the request of a failed attempt."""
    return not isinstance(error, _NOT_SENT)


def connection_error(
    error: Exception, call: Call, *, attempts: int, idempotent: bool, maybe_sent: bool = False
) -> ActionRunsError:
    """Return the public error of an attempt that got no answer.

    Args:
        error: What aiohttp raised.
        call: The call.
        attempts: How many times it was tried.
        idempotent: Whether it may be executed twice.
        maybe_sent: Whether the server may have received it with an earlier attempt.
    """
    if isinstance(error, aiohttp.InvalidURL):
        return ConfigurationError(f"the URL {call.url!r} cannot be used: {error}")
    sent = was_sent(error)
    return ConnectionFailed(
        f"{call.operation}: {call.method} {call.url}: {_reason(error, sent, idempotent)}"
        + (f" Tried {attempts} times." if attempts > 1 else ""),
        method=call.method,
        url=call.url,
        attempts=attempts,
        maybe_sent=sent or maybe_sent,
    )


def shown_cause(error: Exception) -> Exception | None:
    """Return the error as a cause that a traceback may print; None when it holds a secret."""
    # Its text repeats the proxy's URL, with the password in it.
    return None if isinstance(error, aiohttp.ClientHttpProxyError) else error


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


# What OpenSSL, older and newer, says of an answer that is no TLS.
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})


def _reason(error: Exception, maybe_sent: bool, idempotent: bool) -> str:
    detail = redact_text(" ".join(_detail(error).split()) or type(error).__name__)
    if isinstance(error, aiohttp.ClientConnectorSSLError) and (
        getattr(error.os_error, "reason", None) in _NO_TLS
    ):
        return (
            f"TLS failed: {error.host}:{error.port} does not speak it. "
            "Is it plain HTTP? Then base_url begins with http://, not https://."
        )
    for classes, reason in _REASONS:
        if isinstance(error, classes):
            return reason.format(detail)
    if not maybe_sent:
        return f"no connection ({detail}). Is the server running, and is base_url right?"
    broken = f"the connection broke before the whole answer had come ({detail})."
    if idempotent:
        return broken
    return f"{broken} The server may have executed the request: look before you repeat it."


def _detail(error: Exception) -> str:
    """Return the system's own words where aiohttp's text adds nothing but its internals."""
    if not isinstance(error, aiohttp.ClientConnectorError) or isinstance(
        error, aiohttp.ClientSSLError
    ):
        return str(error)
    cause = error.os_error
    # The event loop words its errors itself: "Connect call failed ('127.0.0.1', 9)".
    number = cause.errno or 0
    words = os.strerror(number) if number in errno.errorcode else cause.strerror
    return f"{error.host}:{error.port}: {words or cause}"
