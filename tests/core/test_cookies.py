"""Cookies: what people copy, what services set."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from actionruns.core.cookies import cookie_header, cookie_value, with_set_cookies
from actionruns.errors import ConfigurationError

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "a%3Bb==",
        " a%3Bb== ",
        "sid=a%3Bb==",
        "Cookie: sid=a%3Bb==",
        "theme=dark; sid=a%3Bb==; lang=en",
    ],
)
def test_a_cookie_is_taken_as_people_copy_it(text: str) -> None:
    """The value alone, with its name, or out of a whole header."""
    assert cookie_value(text, "sid") == "a%3Bb=="


@pytest.mark.parametrize("text", ["", "sid=", "a secret", "secret;more", 'secret"s', "secret-é"])
def test_what_is_no_cookie_is_refused_without_repeating_it(text: str) -> None:
    """It may be a secret with one character too many."""
    with pytest.raises(ConfigurationError, match="'sid'") as caught:
        cookie_value(text, "sid")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "cookies"),
    [
        ("sid=new; Path=/; HttpOnly; SameSite=Strict", {"sid": "new"}),
        ("sid=a=b==", {"sid": "a=b=="}),
        ('sid="quoted"', {"sid": '"quoted"'}),
        ("route=n1", {"sid": "old", "route": "n1"}),
        ("sid=; Max-Age=0", {}),
        ("sid=new; Max-Age=-1; Expires=Fri, 01 Jan 2038 00:00:00 GMT", {}),
        ("sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", {}),
        ("sid=new; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", {"sid": "new"}),
        ("sid=new; Max-Age=soon; Expires=never", {"sid": "new"}),
        ("no cookie", {"sid": "old"}),
        ("bad name=x", {"sid": "old"}),
        ("sid=a,b", {"sid": "old"}),
        ("other=; Max-Age=0", {"sid": "old"}),
    ],
)
def test_answers_set_change_and_remove_cookies(line: str, cookies: dict[str, str]) -> None:
    """As RFC 6265 has it; what makes no sense changes nothing."""
    assert with_set_cookies({"sid": "old"}, [line], NOW) == cookies


def test_several_cookies_are_one_header() -> None:
    """In the order in which they came."""
    assert cookie_header({"sid": "a", "route": "n1"}) == "sid=a; route=n1"
