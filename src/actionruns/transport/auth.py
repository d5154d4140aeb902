"""Credentials: what to put on a request, and what to do when they are refused."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from actionruns.core.request import check_header
from actionruns.core.token import TokenShelf
from actionruns.errors import ConfigurationError, InvalidRequest
from actionruns.transport.flight import SingleFlight

__all__ = ["Authorizer", "FixedHeaders", "TokenAuthorizer"]


class Authorizer(Protocol):
    """Puts credentials on requests.

    Attributes:
        hint: What to tell a person whose credentials are refused.
    """

    hint: str

    def ready(self, method: str = "GET") -> Mapping[str, str] | None:
        """Return the headers that carry the credentials, None when they must be fetched first.

        Args:
            method: HTTP method of the request.
        """

    async def headers(self, method: str = "GET") -> Mapping[str, str]:
        """Return the headers that carry the credentials, fetching them first where needed."""

    async def renew(self, used: Mapping[str, str], status: int) -> bool:
        """React to a refusal.

        Args:
            used: The headers that were refused.
            status: The HTTP status of the refusal.

        Returns:
            Whether other credentials are at hand now, so that one replay makes sense.
        """

    def keep_cookies(self, lines: Sequence[str]) -> None:
        """Take in what an answer says by its ``Set-Cookie`` headers.

        Args:
            lines: Their values; there is one at least.
        """


class FixedHeaders:
    """Credentials that never change: a token or key of the user's, or none at all."""

    def __init__(self, headers: Mapping[str, str], *, hint: str = "") -> None:
        try:
            self._headers = {name: check_header(name, text) for name, text in headers.items()}
        except InvalidRequest as error:
            raise ConfigurationError(f"the credentials cannot be sent: {error}") from error
        self.hint = hint

    def ready(self, method: str = "GET") -> Mapping[str, str]:  # noqa: ARG002  # the same for all
        """Return the headers."""
        return self._headers

    async def headers(self, method: str = "GET") -> Mapping[str, str]:  # noqa: ARG002  # as above
        """Return the headers."""
        return self._headers

    async def renew(self, used: Mapping[str, str], status: int) -> bool:  # noqa: ARG002
        """Say that there is nothing else to try."""  # whatever was used and answered
        return False

    def keep_cookies(self, lines: Sequence[str]) -> None:
        """Leave cookies alone: these credentials are no session."""


class TokenAuthorizer:
    """A bearer token that is fetched with credentials, and again when it is refused.

    However many calls need a token at once, one request fetches it ("single flight"). A refusal
    goes over the clock: a 401 fetches anew even when the token should still live.

    Args:
        fetch: Fetches a token; returns it with its stated lifetime in seconds, or None.
        hint: What to tell a person whose credentials are refused.
    """

    def __init__(
        self, fetch: Callable[[], Awaitable[tuple[str, float | None]]], *, hint: str = ""
    ) -> None:
        self.hint = hint
        self._fetch = fetch
        self._fetch_once = SingleFlight(self._fetch_and_keep)
        self._shelf = TokenShelf()
        self._bearer: tuple[str, Mapping[str, str]] = ("", {})

    def ready(self, method: str = "GET") -> Mapping[str, str] | None:  # noqa: ARG002  # same for all
        """Return the ``Authorization`` header if a token that should be good is at hand."""
        token = self._shelf.usable(time.time())
        return None if token is None else self._headers_of(token)

    async def headers(self, method: str = "GET") -> Mapping[str, str]:  # noqa: ARG002  # as above
        """Return the ``Authorization`` header, fetching a token first where needed."""
        return self.ready() or self._headers_of(await self._fetch_once())

    async def renew(self, used: Mapping[str, str], status: int) -> bool:
        """Fetch a token anew after a 401, unless another call has done so meanwhile."""
        if status != 401:
            return False
        token = self._shelf.usable(time.time())
        if token is None or self._headers_of(token) == used:
            await self._fetch_once()
        return True

    def keep_cookies(self, lines: Sequence[str]) -> None:
        """Leave cookies alone: the token is all there is."""

    async def _fetch_and_keep(self) -> str:
        value, lifetime = await self._fetch()
        return self._shelf.put(value, lifetime=lifetime, now=time.time())

    def _headers_of(self, token: str) -> Mapping[str, str]:
        if self._bearer[0] != token:
            value = check_header("Authorization", f"Bearer {token}")
            self._bearer = (token, {"Authorization": value})
        return self._bearer[1]
