"""Bearer tokens: how long one can be trusted."""

from __future__ import annotations

import base64
import binascii

import attrs
import orjson

__all__ = ["Token", "TokenShelf"]


@attrs.frozen
class Token:
    """A bearer token.

    Attributes:
        value: The secret.
        expires_at: Unix time in seconds at which it dies; None = only a 401 will tell.
    """

    value: str = attrs.field(repr=False)
    expires_at: float | None


class TokenShelf:
    """Holds the token in use and knows when to ask for another.

    The lifetime that a service states is a hint: Port hands out the same active token until it
    expires, so a freshly fetched token may be about to die (facts D2). The ``exp`` claim inside the
    token goes first, and a 401 goes over both.
    """

    MARGIN = 10.0
    """Seconds before its end at which a token is replaced."""
    MARGIN_SHARE = 0.1
    """The same as a share of its life, which counts for tokens that live for seconds."""

    def __init__(self) -> None:
        self._token: Token | None = None
        self._margin = 0.0

    def usable(self, now: float) -> str | None:
        """Return the token's value if it is good at this Unix time, else None."""
        token = self._token
        if token is None:
            return None
        if token.expires_at is not None and now >= token.expires_at - self._margin:
            return None
        return token.value

    def put(self, value: str, *, lifetime: float | None, now: float) -> str:
        """Take a fetched token in.

        Args:
            value: The token.
            lifetime: Seconds that the service says it lives, or None.
            now: Unix time in seconds.
        """
        expires_at = _expiry_claim(value)
        if expires_at is None and lifetime is not None:
            expires_at = now + lifetime
        if expires_at is not None and now >= expires_at:
            # Nobody hands out a dead token, so our clock is wrong: a 401 decides.
            expires_at = None
        if expires_at is None or (self._token is not None and self._token.value == value):
            # The same token again: asking earlier than its end is of no use.
            self._margin = 0.0
        else:
            self._margin = min(self.MARGIN, self.MARGIN_SHARE * (expires_at - now))
        self._token = Token(value, expires_at)
        return value


def _expiry_claim(value: str) -> float | None:
    """Return the ``exp`` claim of a JSON Web Token (RFC 7519, 4.1.4); None if there is none."""
    parts = value.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    expires_at = claims.get("exp") if isinstance(claims, dict) else None
    if isinstance(expires_at, bool) or not isinstance(expires_at, int | float):
        return None
    return float(expires_at)
