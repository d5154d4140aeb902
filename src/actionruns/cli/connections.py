"""Connections: the options that reach each service, in one command."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from typing import Annotated, Any, Self, get_type_hints

import attrs

from actionruns import RateBudget
from actionruns.cli.connecting import CONNECTION_PANEL, Connection
from actionruns.cli.served import SERVED
from actionruns.errors import ConfigurationError
from actionruns.services import ServiceClient

__all__ = ["Connections"]

_SHARED = tuple(f.name for f in attrs.fields(Connection) if f.name != "base_url")


class Connections(AsyncExitStack):
    """Makes clients of the services that a command has to do with, and closes them.

    The options that all services have are given once; those of a service have its name before
    theirs: ``--port-base-url``. All clients share one rate budget.

    Args:
        options: The values of the options, by the names of `parameters`.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__()
        self._options = options
        self._made: dict[str, ServiceClient] = {}
        self._budget: RateBudget | None = None

    @staticmethod
    def parameters() -> list[inspect.Parameter]:
        """Return the options as a command's parameters."""
        found: dict[str, inspect.Parameter] = {}
        for service, served in SERVED.items():
            hints = get_type_hints(served.connection, include_extras=True)
            for field in attrs.fields(served.connection):
                is_shared = field.name in _SHARED
                name = field.name if is_shared else _prefixed(field.name, service)
                panel = CONNECTION_PANEL if is_shared else f"{CONNECTION_PANEL} to {service}"
                found[name] = inspect.Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    annotation=_on_panel(hints[field.name], panel),
                    default=field.default,
                )
        return list(found.values())

    @classmethod
    def take_from(cls, options: dict[str, Any]) -> Self:
        """Take the options of the connections out of those of a command."""
        return cls({p.name: options.pop(p.name) for p in cls.parameters()})

    def open(self, services: Iterable[str]) -> dict[str, ServiceClient]:
        """Return the clients of services, each made once.

        Raises:
            ConfigurationError: Credentials are missing, or a setting makes no sense.
        """
        for service in services:
            if service not in self._made:
                connection = self._connection(service)
                with _worded(connection, service):
                    if self._budget is None:
                        self._budget = RateBudget(rate=connection.rate)
                    client = connection.client(budget=self._budget)
                self._made[service] = client
                self.push_async_callback(client.aclose)
        return dict(self._made)

    def in_options(self, message: str) -> str:
        """Return an error's message with settings named as they are given to the command."""
        if len(self._made) != 1:
            return message  # nobody can say which service's they are
        (service,) = self._made
        return _in_options(message, self._connection(service), service)

    def _connection(self, service: str) -> Connection[Any]:
        kind = SERVED[service].connection
        names = [field.name for field in attrs.fields(kind)]
        return kind(
            **{
                name: self._options[name if name in _SHARED else _prefixed(name, service)]
                for name in names
            }
        )


def _prefixed(name: str, service: str) -> str:
    return name if name.startswith(f"{service}_") else f"{service}_{name}"


def _on_panel(hint: Any, panel: str) -> Any:
    """Return an option's annotation with the option on another panel of the help."""
    option = copy.copy(hint.__metadata__[0])
    option.rich_help_panel = panel
    return Annotated[hint.__origin__, option]


@contextmanager
def _worded(connection: Connection[Any], service: str) -> Iterator[None]:
    try:
        yield
    except ConfigurationError as error:
        message = _in_options(str(error), connection, service)
        raise type(error)(f"{service}: {message}") from error


def _in_options(message: str, connection: Connection[Any], service: str) -> str:
    message = connection.in_options(message)
    for field in attrs.fields(type(connection)):
        if field.name not in _SHARED:
            option, own = (_option(name) for name in (field.name, _prefixed(field.name, service)))
            message = re.sub(rf"{option}\b(?!-)", own, message)
    return message


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
