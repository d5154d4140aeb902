"""AsyncServiceClient: what the async clients of all services have in common."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from actionruns.core.budgets import shared_budget
from actionruns.core.rate import RateBudget
from actionruns.core.remake import Remade
from actionruns.errors import ConfigurationError
from actionruns.transport.send import Transport

__all__ = ["AsyncServiceClient", "address_of", "budget_of", "check_texts", "from_environment"]


def from_environment(value: str | None, variable: str) -> str | None:
    """Return a setting: the value given, else the environment's, else None (empty = not set)."""
    return value if value is not None else os.environ.get(variable) or None


def budget_of(
    rate: RateBudget | None, base_url: str, credentials: Mapping[str, str | None]
) -> RateBudget:
    """Return the rate budget of a client: the one given, else that of all with its credentials.

    Args:
        rate: What was given.
        base_url: Where the service is.
        credentials: What was given of what the service knows its client by, by the variable of the
            environment that stands in for it.
    """
    if rate is not None:
        return rate
    return shared_budget(base_url, *(from_environment(v, name) for name, v in credentials.items()))


def check_texts(**given: object) -> None:
    """Refuse credentials that are no texts.

    Args:
        given: What was given, by the setting's name.

    Raises:
        ConfigurationError: One of them is something else, and not None either.
    """
    for name, value in given.items():
        if not isinstance(value, str | None):
            # Of what type it is, not what it is: it may be a secret all the same.
            raise ConfigurationError(f"{name} must be a text, but is of {type(value).__name__}")


def address_of(base_url: object, variable: str, default: str) -> str:
    """Return where a service is: as given, else by the environment, else the default.

    Raises:
        ConfigurationError: What is given is no text.
    """
    if not isinstance(base_url, str | None):
        raise ConfigurationError(f"base_url must be a text, but is {base_url!r}")
    return (from_environment(base_url, variable) or default).rstrip("/")


class AsyncServiceClient(Remade):
    """Base of the async clients: holds the transport and closes it.

    A client needs no event loop to be made and opens its first connection with the first call. It
    may be used from several event loops; each gets connections of its own. Leaving ``async with``
    or `aclose` closes them; a client that is simply dropped closes them, too. Pickled or copied, it
    is made again with the settings that it was given.

    Args:
        transport: What sends.
        given: What the client was made with, by keyword; None = it can't be pickled or copied.
    """

    def __init__(self, transport: Transport, given: Mapping[str, Any] | None = None) -> None:
        super().__init__(given)
        self._transport = transport

    @property
    def base_url(self) -> str:
        """Where the service is."""
        return self._transport.settings.base_url

    @property
    def closed(self) -> bool:
        """Whether `aclose` was called."""
        return self._transport.closed

    async def aclose(self) -> None:
        """Close the client. Later calls raise `ClientClosed`; closing again does nothing."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    if not TYPE_CHECKING:  # A type checker knows by their absence that `with` cannot be used.

        def __enter__(self) -> NoReturn:
            raise TypeError(
                f"write 'async with {type(self).__name__}(...)', in an 'async def'; "
                f"for plain 'with' there is {type(self).__name__.removeprefix('Async')}"
            )

        __exit__ = __enter__  # `with` looks for both before it enters.

    def __repr__(self) -> str:
        state = " closed" if self.closed else ""
        return f"<{type(self).__name__} {self.base_url}{state}>"
