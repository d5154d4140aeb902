"""The options that tell how to reach a service, whichever it is."""

from __future__ import annotations

import abc
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import attrs
import typer

from actionruns import RateBudget, RetryPolicy
from actionruns.errors import ConfigurationError
from actionruns.services import ServiceClient

__all__ = ["CONNECTION_PANEL", "Connection", "content_of"]

C = TypeVar("C", bound=ServiceClient)

CONNECTION_PANEL = "Connection"

# Settings that errors of the clients name, and that are options here. They stand at the beginning;
# elsewhere they are words like others.
_LEADING = re.compile(r"^(?:RateBudget: )?(timeout|rate|proxy|max_connections)(?= must )")
_OPTIONS = {"timeout": "--call-timeout", "max_connections": "--max-connections"}


@attrs.frozen(kw_only=True)
class Connection(abc.ABC, Generic[C]):
    """How to reach a service; a service adds its address and credentials.

    There is no option for a secret itself: it would stay in the shell's history and be seen in
    the list of processes.
    """

    url_variable: ClassVar[str]
    """The environment's variable for the service's address."""

    credentials: ClassVar[Mapping[str, str]]
    """The options for credentials, by the pattern of what the client's errors call them."""

    base_url: str | None = None
    call_timeout: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            help="Longest time for one call, all attempts included.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = 30.0
    attempts: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            help="How often a call is tried when it may be repeated.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = 4
    rate: Annotated[
        float | None,
        typer.Option(
            metavar="N",
            help="Requests per second at most; left out, as fast as the service's headers allow.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = None
    max_connections: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help="Requests under way at once.", rich_help_panel=CONNECTION_PANEL
        ),
    ] = 100
    proxy: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Proxy; left out, HTTPS_PROXY and NO_PROXY decide.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = None

    @abc.abstractmethod
    def client(self, *, budget: RateBudget | None = None) -> C:
        """Make the client.

        Args:
            budget: A rate budget that it shares with others; None = one of its own.

        Raises:
            ConfigurationError: Credentials are missing, or a setting makes no sense.
        """

    def settings(self, budget: RateBudget | None) -> dict[str, Any]:
        """Return the settings that all clients have, as their keywords."""
        return {
            "base_url": self.base_url,
            "timeout": self.call_timeout,
            "retry": RetryPolicy(max_attempts=self.attempts),
            "rate": RateBudget(rate=self.rate) if budget is None else budget,
            "max_connections": self.max_connections,
            "proxy": self.proxy,
        }

    def in_options(self, message: str) -> str:
        """Return an error's message with settings named as they are given to a command."""
        message = _LEADING.sub(lambda found: _OPTIONS.get(found[1], f"--{found[1]}"), message)
        for name, option in self.credentials.items():
            message = re.sub(name, option, message)
        if self.base_url is not None:
            source = "--base-url"
        elif os.environ.get(self.url_variable):
            source = self.url_variable
        else:
            source = f"--base-url or {self.url_variable}"
        return re.sub(r"\bbase_url\b", source, message)


def content_of(file: Path | None, option: str) -> str | None:
    """Return the secret that a file holds; ``-`` stands for a line of stdin.

    Raises:
        ConfigurationError: It cannot be read, or is empty.
    """
    if file is None:
        return None
    try:
        text = sys.stdin.readline() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or "it is not text"
        raise ConfigurationError(f"{option}: cannot read {file}: {problem}") from error
    if not text.strip():
        raise ConfigurationError(f"{option}: {file} is empty")
    return text.strip()
