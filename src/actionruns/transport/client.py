"""AsyncServiceClient: what the async clients of all services have in common."""

from __future__ import annotations

import os
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from actionruns.transport.send import Transport

__all__ = ["AsyncServiceClient", "from_environment"]


def from_environment(value: str | None, variable: str) -> str | None:
    """Return a setting: the value given, else the environment's, else None (empty = not set)."""
    return value if value is not None else os.environ.get(variable) or None


class AsyncServiceClient:
    """Base of the async clients: holds the transport and closes it.

    A client needs no event loop to be made and opens its first connection with the first call. It
    may be used from several event loops; each gets connections of its own. Leaving ``async with``
    or `aclose` closes them; a client that is simply dropped closes them, too.
    """

    def __init__(self, transport: Transport) -> None:
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
