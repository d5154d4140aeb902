"""What aiohttp's exceptions mean."""

from __future__ import annotations

import ssl

import aiohttp
import pytest
from yarl import URL

from actionruns.core.response import Call
from actionruns.core.retry import Failure
from actionruns.errors import ConfigurationError, ConnectionFailed
from actionruns.transport.failures import connection_error, failure_of

CALL = Call(operation="get_thing", method="GET", url="https://api.test/things/t_1")


@pytest.mark.parametrize(
    ("error", "first", "later"),
    [
        (aiohttp.ServerDisconnectedError(), Failure.STALE, Failure.BROKEN),
        (aiohttp.ClientOSError(104, "reset"), Failure.STALE, Failure.BROKEN),
        (aiohttp.ClientConnectionResetError("closing"), Failure.STALE, Failure.BROKEN),
        (BrokenPipeError(), Failure.STALE, Failure.BROKEN),
        (aiohttp.ClientPayloadError("half"), Failure.BROKEN, Failure.BROKEN),
        (aiohttp.SocketTimeoutError(), Failure.BROKEN, Failure.BROKEN),
        (TimeoutError(), Failure.BROKEN, Failure.BROKEN),
        (aiohttp.ConnectionTimeoutError(), Failure.NOT_SENT, Failure.NOT_SENT),
        (ssl.SSLError(), None, None),
        (aiohttp.InvalidURL(URL("http:")), None, None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_each_error_is_a_failure(
    error: Exception, first: Failure | None, later: Failure | None
) -> None:
    """Each error of the library stands for one way to fail, the first time and later."""
    assert (failure_of(error, first=True), failure_of(error, first=False)) == (first, later)


@pytest.mark.parametrize(
    ("error", "maybe_sent"),
    [
        (aiohttp.ServerDisconnectedError(), True),
        (aiohttp.ClientPayloadError("half"), True),
        (aiohttp.ConnectionTimeoutError(), False),
        (ssl.SSLError(), True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_an_error_tells_whether_it_may_have_been_sent(error: Exception, maybe_sent: bool) -> None:
    """Only a connection that was there may have carried the request."""
    made = connection_error(error, CALL, attempts=1, idempotent=True)
    assert isinstance(made, ConnectionFailed)
    assert made.maybe_sent is maybe_sent


def test_an_unusable_url_is_a_configuration_error() -> None:
    """A URL that the library doesn't take is a mistake in the settings."""
    error = aiohttp.InvalidURL(URL("http:"))
    made = connection_error(error, CALL, attempts=1, idempotent=True)
    assert isinstance(made, ConfigurationError)


def test_an_error_without_words_is_named() -> None:
    """Where the library says nothing, its error's name is told."""
    made = connection_error(ConnectionResetError(), CALL, attempts=1, idempotent=True)
    assert "(ConnectionResetError)" in str(made)


def test_a_message_is_one_line() -> None:
    """What a server sent in place of headers doesn't spread over lines."""
    error = aiohttp.ClientPayloadError("400, message:\n  Invalid header:\n\n    ^")
    made = connection_error(error, CALL, attempts=1, idempotent=True)
    assert "\n" not in str(made)


def test_no_secret_of_a_library_message_is_repeated() -> None:
    """User names and passwords in the library's message are hidden."""
    error = aiohttp.ClientPayloadError("from http://ann:hush@proxy.test")
    made = connection_error(error, CALL, attempts=1, idempotent=True)
    assert "hush" not in str(made)
