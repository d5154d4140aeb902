"""How long a bearer token is trusted."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from actionruns.core.token import Token, TokenShelf

NOW = 1_714_564_800.0


def jwt(claims: Any) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJIUzI1NiJ9.{middle}.c2ln"


def shelf(value: str, *, lifetime: float | None = None, now: float = NOW) -> TokenShelf:
    made = TokenShelf()
    made.put(value, lifetime=lifetime, now=now)
    return made


def test_an_empty_shelf_has_nothing() -> None:
    """Before the first token there is none to use."""
    assert TokenShelf().usable(NOW) is None


def test_put_gives_the_token_back() -> None:
    """Whoever fetched the token goes on with it."""
    assert TokenShelf().put("t", lifetime=60, now=NOW) == "t"


def test_a_token_is_not_shown() -> None:
    """The repr of a token hides its value."""
    assert "hush" not in repr(Token("hush", 1.0))


@pytest.mark.parametrize(("after", "usable"), [(0, True), (3589, True), (3591, False)])
def test_a_token_is_used_until_shortly_before_its_end(after: float, usable: bool) -> None:
    """A token is replaced some seconds before its stated end."""
    assert (shelf("t", lifetime=3600).usable(NOW + after) is not None) is usable


def test_a_token_without_an_end_is_used_until_refused() -> None:
    """Without a lifetime, only a refusal ends a token."""
    assert shelf("t").usable(NOW + 10**9) == "t"


@pytest.mark.parametrize(("after", "usable"), [(0, True), (85, True), (95, False)])
def test_the_claim_goes_over_the_stated_lifetime(after: float, usable: bool) -> None:
    """The token's own `exp` counts: a reused token may be about to die."""
    token = jwt({"exp": NOW + 100})
    assert (shelf(token, lifetime=10_800).usable(NOW + after) is not None) is usable


@pytest.mark.parametrize(
    "token",
    [
        "opaque",
        "a.b",
        "a.b.c",
        "a.!!!.c",
        "a.é.c",
        f"a.{base64.urlsafe_b64encode(b'no json').decode()}.c",
        jwt([1, 2]),
        jwt({}),
        jwt({"exp": "soon"}),
        jwt({"exp": None}),
        jwt({"exp": True}),
    ],
)
def test_a_token_without_a_claim_lives_as_stated(token: str) -> None:
    """A token that tells nothing of its end is trusted for the stated lifetime."""
    made = shelf(token, lifetime=100)
    assert (made.usable(NOW + 80), made.usable(NOW + 100)) == (token, None)


def test_the_same_token_again_is_used_to_its_end() -> None:
    """When the service hands out the same token, asking early is of no use: no margin is kept."""
    token = jwt({"exp": NOW + 100})
    made = shelf(token)
    made.put(token, lifetime=None, now=NOW + 50)
    assert (made.usable(NOW + 99), made.usable(NOW + 100)) == (token, None)


def test_another_token_has_its_margin_again() -> None:
    """A new token after a reused one is replaced in time."""
    old, new = jwt({"exp": NOW + 100}), jwt({"exp": NOW + 1000})
    made = shelf(old)
    made.put(old, lifetime=None, now=NOW + 95)
    made.put(new, lifetime=None, now=NOW + 100)
    assert made.usable(NOW + 995) is None


@pytest.mark.parametrize("again", [0, 1])
def test_a_clock_that_is_ahead_does_not_kill_a_token(again: int) -> None:
    """A token just fetched and dead by our clock means that the clock is wrong: a 401 decides."""
    ahead = NOW + 10**6
    token = jwt({"exp": NOW + 10_800})
    made = shelf(token, lifetime=10_800, now=ahead)
    for _ in range(again):
        made.put(token, lifetime=10_800, now=ahead)
    assert made.usable(ahead + 3600) == token


def test_a_short_lived_token_is_used_for_most_of_its_life() -> None:
    """A token that lives shorter than the margin is used all the same, not fetched each time."""
    made = shelf("t", lifetime=5)
    assert (made.usable(NOW + 4), made.usable(NOW + 5)) == ("t", None)


def test_a_token_without_any_life_is_used_until_refused() -> None:
    """A stated lifetime of nothing makes no sense, so it is not believed."""
    assert shelf("t", lifetime=0).usable(NOW + 1) == "t"
