"""What is pickled and copied as the call that made it.

A client is settings, and what grew of them in one process: connections, a loop, tokens, what was
learnt of the service's pace. Only the settings mean anything elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any, Self, TypeAlias, TypeVar

from actionruns.errors import ConfigurationError

__all__ = ["Recipe", "Remade", "arguments", "copy_of", "recipe_of", "refuse", "remake"]

T = TypeVar("T")
Settings: TypeAlias = Mapping[str, Any]
Recipe: TypeAlias = tuple[Callable[..., Any], tuple[Callable[..., Any], Settings]]


def arguments(names: Settings) -> Settings:
    """Return the arguments of a constructor from the ``locals()`` of its first line."""
    return {name: value for name, value in names.items() if name not in ("self", "__class__")}


def remake(kind: Callable[..., T], settings: Settings) -> T:
    """Make a thing again; what an unpickled recipe calls."""
    return kind(**settings)


class Remade:
    """Base of clients: another one with the same settings is what a copy is, and what is unpickled.

    Settings that were not given are looked up in the environment again, there and then: secrets of
    the environment are in no pickle. Those that were given are, since a worker needs them.

    Args:
        given: The settings, by keyword of the class; None = they are not kept.
    """

    def __init__(self, given: Settings | None) -> None:
        self._given = given

    def __reduce__(self) -> Recipe:
        return recipe_of(type(self), self)

    def __copy__(self) -> Self:
        return copy_of(type(self), self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # The settings are not copied: a rate budget is there to be shared.
        return copy_of(type(self), self)


def recipe_of(kind: type[Any], client: object) -> Recipe:
    """Return how to make one of a class with the settings of a client, for pickle.

    Raises:
        ConfigurationError: One of the settings belongs to this process.
        TypeError: The class has a constructor that does not take them.
    """
    settings = _settings(kind, client)
    for name, what in (("session", "an aiohttp session"), ("ssl", "an SSL context")):
        if not isinstance(settings.get(name), bool | None):
            raise ConfigurationError(
                f"a client with {name}=... of yours cannot be pickled, since {what} belongs to the "
                "process that made it; make the client in the process that uses it"
            )
    return remake, (kind, settings)


def copy_of(kind: Callable[..., T], client: object) -> T:
    """Return one of a class with the settings of a client, and with the same session if any.

    Raises:
        TypeError: The class has a constructor that does not take them.
    """
    return kind(**_settings(kind, client))


def _settings(kind: Any, client: object) -> Settings:
    if not isinstance(client, Remade) or client._given is None:
        raise TypeError(f"cannot copy or pickle {type(client).__name__}: its settings are not kept")
    try:
        signature(kind.__init__).bind(client, **client._given)
    except TypeError as error:
        raise TypeError(
            f"cannot copy or pickle {kind.__name__}: its constructor does not take the settings of "
            f"its base ({error}); give it a __reduce__, and a __copy__ and __deepcopy__, of its own"
        ) from error
    return client._given


def refuse(what: str) -> ConfigurationError:
    """Return the error of pickling a part of a client."""
    return ConfigurationError(
        f"{what} cannot be pickled: it belongs to a client of this process. Pickle the client "
        "itself, and take what you need of it on the other side"
    )
