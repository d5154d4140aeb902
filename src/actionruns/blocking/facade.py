"""Bases of the generated blocking classes."""

from __future__ import annotations

from collections.abc import Awaitable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, Self, TypeVar

from actionruns.blocking.lease import PrivateLoop
from actionruns.core.remake import Recipe, copy_of, recipe_of


class AsyncClient(Protocol):
    """What the facade needs of an async client."""

    def aclose(self) -> Awaitable[object]:
        """Close the client; closing again does nothing."""
        ...


E = TypeVar("E")
C = TypeVar("C", bound=AsyncClient)


class BlockingEndpoints(Generic[E]):
    """Base of a generated blocking class: an async object and the loop that its methods run on.

    Args:
        endpoints: The async object; each method of the blocking class runs its namesake.
        loop: The handle of the client that the object belongs to.
    """

    def __init__(self, endpoints: E, loop: PrivateLoop) -> None:
        self._async = endpoints
        self._loop = loop


class BlockingClient(Generic[C]):
    """Base of a blocking client: runs an async client on the private loop of the process.

    It may be used with or without ``with``, from any number of threads, and, made before a fork, in
    both processes. Nothing starts before the first call. Not closed, it is closed when it is
    dropped or when the process ends. Pickled or copied, it is made again with the same settings.

    Args:
        client: The async client, used by nobody else.
    """

    def __init__(self, client: C) -> None:
        self._async = client
        self._loop = PrivateLoop(client.aclose)

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._loop.closed

    def close(self) -> None:
        """End running calls with `ClientClosed` and give the connections back.

        Calls, iterations and waits of other threads on this client end within a second; those of
        other clients go on. Closing again does nothing.

        Raises:
            ConfigurationError: Called on the private loop itself (in a hook of the async client).
        """
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    if not TYPE_CHECKING:  # A type checker knows by their absence that `async with` cannot be used.

        def __aenter__(self) -> NoReturn:
            raise TypeError(
                f"write 'with {type(self).__name__}(...)', without async; "
                f"for 'async with' there is {type(self._async).__name__}"
            )

        __aexit__ = __aenter__  # `async with` looks for both before it enters.

    def __reduce__(self) -> Recipe:
        return recipe_of(type(self), self._async)

    def __copy__(self) -> Self:
        return copy_of(type(self), self._async)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return copy_of(type(self), self._async)

    def __repr__(self) -> str:
        return repr(self._async).replace(type(self._async).__name__, type(self).__name__, 1)
