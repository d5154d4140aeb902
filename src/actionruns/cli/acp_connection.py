"""The options that tell how to reach a server of agents, and the client made of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal, TypeAlias

import attrs
import typer

from actionruns import RateBudget
from actionruns.acp import AsyncAcpV01Client, AsyncAcpV02Client
from actionruns.cli.connecting import CONNECTION_PANEL, Connection, content_of

__all__ = ["AcpConnection", "AnyAcpClient"]

AnyAcpClient: TypeAlias = AsyncAcpV01Client | AsyncAcpV02Client
"""A client of one of the versions."""


@attrs.frozen(kw_only=True)
class AcpConnection(Connection[AnyAcpClient]):
    """How to reach a server of the Agent Connect Protocol; not each wants a key."""

    url_variable: ClassVar[str] = "ACP_URL"
    credentials: ClassVar[Mapping[str, str]] = {r"\bapi_key\b": "--api-key-file"}

    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where the server is. Left out, ACP_URL, else http://localhost.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = None
    acp_version: Annotated[
        Literal["0.1", "0.2"],
        typer.Option(
            help="The version of the protocol that the server speaks. With 0.2, the runs are the "
            "stateless ones, and those on threads as THREAD/RUN.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = "0.1"
    api_key_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File that holds the API key; - reads it from stdin. Left out, ACP_API_KEY.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = None

    def client(self, *, budget: RateBudget | None = None) -> AnyAcpClient:
        """Make the client.

        Args:
            budget: A rate budget that it shares with others; None = one of its own.

        Raises:
            ConfigurationError: The key cannot be one, or a setting makes no sense.
        """
        api_key = content_of(self.api_key_file, "--api-key-file")
        if self.acp_version == "0.2":
            return AsyncAcpV02Client(version="0.2", **self.settings(budget), api_key=api_key)
        return AsyncAcpV01Client(version="0.1", **self.settings(budget), api_key=api_key)
