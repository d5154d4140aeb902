"""Settings: what is refused when a client is made, and how it is said."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns.core.rate import RateBudget
from actionruns.core.retry import RetryPolicy
from actionruns.errors import ConfigurationError
from actionruns.transport import TransportSettings, from_environment

API = "https://api.test"


@pytest.mark.parametrize(
    ("base_url", "kept"),
    [
        ("https://api.test", "https://api.test"),
        ("https://api.test/", "https://api.test"),
        ("http://127.0.0.1:8000/port//", "http://127.0.0.1:8000/port"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_a_base_url_is_kept_without_its_last_slash(base_url: str, kept: str) -> None:
    """A base URL is taken as it is, without slashes at its end."""
    assert TransportSettings(base_url=base_url).base_url == kept


@pytest.mark.parametrize(
    ("base_url", "message"),
    [
        (None, "must be a URL"),
        ("", "must be a URL"),
        (7, "must be a URL"),
        ("api.test", "must begin with http:// or https://"),
        ("localhost:8000", "must begin with http:// or https://"),
        ("ftp://api.test", "must begin with http:// or https://"),
        ("https://", "name a host"),
        ("https:///v1", "name a host"),
        ("https://api.test?x=1", "no query"),
        ("https://api.test/?", "no query"),
        ("https://api.test/#x", "no fragment"),
        ("https://ann:hush@api.test", "must not hold a user name or password"),
        ("ftp://ann:hush@api.test", "must begin with"),
        ("https://api.test\n", "without spaces and line ends"),
        (" https://api.test", "without spaces and line ends"),
        ("https://api test", "without spaces and line ends"),
        ("https://api.test:port", "is no URL"),
        ("https://api.test:99999", "is no URL"),
        ("https://[::1", "is no URL"),
        ("https://[::1]x", "is no URL"),
        ("https://a\\b", "is no URL"),
        ("https://a..b", "is no URL"),
        ("https://" + "x" * 64 + ".test", "is no URL"),
    ],
)
def test_a_wrong_base_url_is_refused(base_url: Any, message: str) -> None:
    """A base URL that can't work is refused at once, and no password is repeated."""
    with pytest.raises(ConfigurationError, match=message) as caught:
        TransportSettings(base_url=base_url)
    assert "base_url" in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("timeout", 0, "timeout must be above 0"),
        ("timeout", -1, "timeout must be above 0"),
        ("timeout", "30", "timeout must be a number above 0"),
        ("timeout", float("nan"), "timeout must be above 0"),
        ("max_connections", 0, "max_connections must be at least 1"),
        ("max_connections", 1.5, "max_connections must be a whole number"),
        ("max_connections", None, "max_connections must be a whole number"),
        ("max_response_size", 0, "max_response_size must be at least 1"),
        ("headers", [("A", "b")], "headers must be a mapping"),
        ("headers", {"A": 1}, "headers: the value of the header 'A' must be a text"),
        ("headers", {"A": "b\r\nX: y"}, "headers: the value of the header 'A'"),
        ("headers", {"A\n": "b"}, "headers: .* is no name of a header"),
        ("headers", {1: "b"}, "headers: 1 is no name of a header"),
        ("retry", 3, r"retry must be RetryPolicy\(\.\.\.\)"),
        ("rate", 10, r"rate must be RateBudget\(rate=\.\.\.\)"),
        ("proxy", 3128, "proxy must be a URL"),
        ("ssl", "cert.pem", "ssl must be an SSLContext or a bool"),
        ("session", object(), "session must be an aiohttp session"),
    ],
)
def test_a_wrong_setting_is_refused(setting: str, value: Any, message: str) -> None:
    """A setting of a wrong type or out of its range is refused, and named."""
    with pytest.raises(ConfigurationError, match=message):
        TransportSettings(base_url=API, **{setting: value})


def test_defaults_are_safe() -> None:
    """Without settings there is a time limit, verification, and a bound of everything."""
    settings = TransportSettings(base_url=API)
    assert (settings.timeout, settings.ssl, settings.max_connections) == (30.0, True, 100)
    assert (settings.max_response_size, settings.retry) == (64 * 2**20, RetryPolicy())
    assert (settings.rate.rate, settings.headers, settings.session) == (None, {}, None)


def test_no_time_limit_can_be_asked_for() -> None:
    """None means no time limit."""
    assert TransportSettings(base_url=API, timeout=None).timeout is None


def test_clients_do_not_share_a_budget_by_accident() -> None:
    """Each client has a rate budget of its own unless one is given."""
    shared = RateBudget()
    first, second = TransportSettings(base_url=API), TransportSettings(base_url=API)
    assert first.rate is not second.rate
    assert TransportSettings(base_url=API, rate=shared).rate is shared


def test_the_headers_are_a_copy() -> None:
    """A mapping that the caller changes later doesn't change the client."""
    headers = {"A": "b"}
    settings = TransportSettings(base_url=API, headers=headers)
    headers["A"] = "c\n"
    assert settings.headers == {"A": "b"}


@pytest.mark.parametrize(
    ("given", "variable", "found"),
    [("x", "y", "x"), (None, "y", "y"), (None, "", None), (None, None, None), ("", "y", "")],
)
def test_the_environment_fills_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, given: str | None, variable: str | None, found: str | None
) -> None:
    """A setting that isn't given is the environment's; an empty variable is none."""
    monkeypatch.delenv("SOME_SETTING", raising=False)
    if variable is not None:
        monkeypatch.setenv("SOME_SETTING", variable)
    assert from_environment(given, "SOME_SETTING") == found
