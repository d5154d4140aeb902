"""CookieSession: credentials of a browser's session, with the token that its changes carry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from actionruns.core.cookies import cookie_header, with_set_cookies
from actionruns.core.request import check_header
from actionruns.transport.flight import SingleFlight

__all__ = ["CookieSession"]

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

_NOT_NEEDED: Final = ""
"""Instead of a token: the service has no route for one, so it does not want any."""


class CookieSession:
    """A session that is known by its cookie, protected against forged changes by a CSRF token.

    The token is fetched before the first change, once for however many calls need it ("single
    flight"): a service may keep the token's secret in the cookie, so that two first fetches at
    once would make two secrets of which one is lost. Cookies that answers set are kept. A change
    that is refused with 403 has the token fetched again, once. A call that is refused with 401,
    because another one's answer has set the cookie anew meanwhile, goes with the newest one, once.

    Args:
        name: Name of the session's cookie.
        value: Its value.
        fetch_token: Fetches a token; returns None when the service has no route for one.
        header: The header that carries the token.
        hint: What to tell a person whose session is refused.
    """

    def __init__(
        self,
        name: str,
        value: str,
        fetch_token: Callable[[], Awaitable[str | None]],
        *,
        header: str = "X-CSRF-Token",
        hint: str = "",
    ) -> None:
        self.hint = hint
        self._name = name
        self._cookies: dict[str, str] = {name: value}
        self._fetch = fetch_token
        self._fetch_once = SingleFlight(self._fetch_and_keep)
        self._header = header
        self._token: str | None = None
        self._reading: Mapping[str, str] = {}
        self._changing: Mapping[str, str] = {}
        self._write_headers()

    def ready(self, method: str = "GET") -> Mapping[str, str] | None:
        """Return the headers for a method; None when it changes something and lacks its token."""
        if method in _READING:
            return self._reading
        return None if self._token is None else self._changing

    async def headers(self, method: str = "GET") -> Mapping[str, str]:
        """Return the headers for a method, fetching the token first where needed."""
        if method not in _READING and self._token is None:
            await self._fetch_once()
        return self._reading if method in _READING else self._changing

    async def renew(self, used: Mapping[str, str], status: int) -> bool:
        """Say after a 401 whether there is a newer cookie; after a 403, renew the token."""
        if status == 401:
            # Without another one: a session that has ended begins with a person's login only.
            return self._name in self._cookies and used.get("Cookie") != self._reading["Cookie"]
        return await self._renew_token(used)

    async def _renew_token(self, used: Mapping[str, str]) -> bool:
        """Fetch the token anew for a change, unless another call has done so."""
        shown = used.get(self._header)
        if shown is None:
            if self._token == _NOT_NEEDED:
                self._token = None  # it may be needed by now: ask before the next change
            return False
        if shown == self._token:
            await self._fetch_once()
        return bool(self._token)

    def keep_cookies(self, lines: Sequence[str]) -> None:
        """Keep the cookies that an answer sets."""
        self._cookies = with_set_cookies(self._cookies, lines, datetime.now(UTC))
        self._write_headers()

    async def _fetch_and_keep(self) -> None:
        token = await self._fetch()
        self._token = _NOT_NEEDED if token is None else check_header(self._header, token)
        self._write_headers()

    def _write_headers(self) -> None:
        cookies = cookie_header(self._cookies)
        self._reading = {"Cookie": check_header("Cookie", cookies)} if cookies else {}
        self._changing = dict(self._reading)
        if self._token:
            self._changing = {**self._reading, self._header: self._token}
