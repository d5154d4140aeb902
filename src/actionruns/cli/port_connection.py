"""The options that tell how to reach Port, and the client made of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import attrs
import typer

from actionruns import AsyncPortClient, RateBudget
from actionruns.cli.connecting import CONNECTION_PANEL, Connection, content_of

__all__ = ["PortConnection"]


@attrs.frozen(kw_only=True)
class PortConnection(Connection[AsyncPortClient]):
    """How to reach Port."""

    url_variable: ClassVar[str] = "PORT_BASE_URL"
    credentials: ClassVar[Mapping[str, str]] = {
        r"\bclient_id\b": "--client-id",
        r"\bclient_secret\b": "--client-secret-file",
        r"\btoken=|(?<=, or )token(?=[,;])": "--token-file",
    }

    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where Port is. Left out, PORT_BASE_URL, else the region's address.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = None
    region: Annotated[
        Literal["eu", "us"] | None,
        typer.Option(help="Port's region; left out, eu.", rich_help_panel=CONNECTION_PANEL),
    ] = None
    client_id: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Client id; left out, PORT_CLIENT_ID. Its secret comes from PORT_CLIENT_SECRET, "
            "a file, or is asked for on a terminal.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = None
    client_secret_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File that holds the client secret; - reads it from stdin.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = None
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File that holds an access token, instead of client id and secret; - reads it "
            "from stdin. Left out, PORT_API_KEY when no client id is set.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = None

    def client(self, *, budget: RateBudget | None = None) -> AsyncPortClient:
        """Make the client.

        Args:
            budget: A rate budget that it shares with others; None = one of its own.

        Raises:
            ConfigurationError: Credentials are missing, or a setting makes no sense.
        """
        return AsyncPortClient(
            **self.settings(budget),
            region=self.region,
            client_id=self.client_id,
            client_secret=self._secret(),
            token=content_of(self.token_file, "--token-file"),
        )

    def _secret(self) -> str | None:
        if self.client_secret_file is not None:
            return content_of(self.client_secret_file, "--client-secret-file")
        if self.token_file is not None or os.environ.get("PORT_CLIENT_SECRET"):
            return None
        client_id = self.client_id or os.environ.get("PORT_CLIENT_ID")
        if client_id and sys.stdin.isatty():
            secret: str = typer.prompt(f"Client secret of {client_id}", hide_input=True, err=True)
            return secret
        return None
