"""No secret where a person may read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.core.redaction import is_secret_name, redact_headers, redact_text, redact_url

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (TOKEN, "***"),
        (f"token {TOKEN}, expired", "token ***, expired"),
        (TOKEN.rpartition(".")[0], "***"),
        ("Authorization: Bearer abc123def", "Authorization: Bearer ***"),
        ("bearer  abc.def-ghi_jkl=", "bearer  ***"),
        ('{"clientSecret": "hush"}', '{"clientSecret": "***"}'),
        ('{"client_secret":"hush"}', '{"client_secret":"***"}'),
        ('{"accessToken": "hush", "x": "y"}', '{"accessToken": "***", "x": "y"}'),
        ('{"refresh_token": "hush"}', '{"refresh_token": "***"}'),
        ('{"token": ""}', '{"token": "***"}'),
        ("{'apiKey': 'hush'}", "{'apiKey': '***'}"),
        ('{"X-API-KEY": "hush"}', '{"X-API-KEY": "***"}'),
        ('{"password": "a\\"b"}', '{"password": "***"}'),
        ('{"password": "it\'s"}', '{"password": "***"}'),
        ('{"Authorization": "Basic aHVzaA=="}', '{"Authorization": "***"}'),
        ("http://ann:hush@proxy.test:3128/x", "http://***@proxy.test:3128/x"),
        ("at https://hush@host.test.", "at https://***@host.test."),
    ],
)
def test_credentials_in_a_text_are_hidden(text: str, redacted: str) -> None:
    """Tokens, bearer values, secret members of JSON and user names in URLs are hidden."""
    assert redact_text(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no such run r_QOz6WoOB1Q2lmhZZ",
        '{"tokenType": "Bearer", "expiresIn": 10800}',
        '{"identifier": "secret-service"}',
        "no bearer",
        "mail ann@host.test about https://host.test/a@b",
        "eyJ",
    ],
)
def test_other_texts_are_left_alone(text: str) -> None:
    """A text without a credential stays as it is."""
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "name",
    [
        *("Authorization", "authorization", "Cookie", "Set-Cookie", "X-Api-Key", "X-CSRF-Token"),
        *("Proxy-Authorization", "csrf-token", "xsrf-token", "x-xsrf-token"),
    ],
)
def test_credentials_in_headers_are_hidden(name: str) -> None:
    """Headers that carry credentials lose their value, whatever their case."""
    assert redact_headers({name: "hush", "Accept": "x"}) == {name: "***", "Accept": "x"}


@pytest.mark.parametrize(
    ("url", "redacted"),
    [
        ("http://ann:hush@host.test:80/p?q=1#f", "http://host.test:80/p?q=1#f"),
        ("http://ann@host.test", "http://host.test"),
        ("http://a@b:c@host.test/x", "http://host.test/x"),
        ("http://host.test/a@b", "http://host.test/a@b"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("", ""),
        ("http://ann:hush@[", "***"),
        ("http://host.test/p?limit=5&api_key=hush&x", "http://host.test/p?limit=5&api_key=***&x"),
        ("http://host.test/p?api%5Fkey=hush", "http://host.test/p?api%5Fkey=***"),
        ("http://ann:hush@host.test?password=a=b#f", "http://host.test?password=***#f"),
        ("http://host.test/p?token", "http://host.test/p?token"),
    ],
)
def test_secrets_in_urls_are_hidden(url: str, redacted: str) -> None:
    """A URL loses its user name, its password and the values of secrets in its query.

    One that can't be read is hidden as a whole.
    """
    assert redact_url(url) == redacted


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("accessToken", True),
        ("client_secret", True),
        ("x-api-key", True),
        ("Password", True),
        ("session", True),
        ("tokenType", False),
        ("secretary", False),
        ("sessionCount", False),
        ("id", False),
    ],
)
def test_names_tell_what_is_secret(name: str, secret: bool) -> None:
    """A member's name tells whether it holds a credential."""
    assert is_secret_name(name) is secret


@given(st.text())
def test_redacting_again_changes_nothing(text: str) -> None:
    """What is redacted stays so."""
    assert redact_text(redact_text(text)) == redact_text(text)


@pytest.mark.parametrize(
    "unit", ["eyJxxxxxxxx-", '"tokentoken', "bearer ", "a://", "a.", "a-", '"token": "\\']
)
def test_a_hostile_text_takes_no_longer_than_its_length(unit: str) -> None:
    """A long text made of beginnings of secrets is redacted without backtracking for ever.

    The suite's limit for a test is far below what a search in square time takes for it.
    """
    assert redact_text(unit * 100_000)
