"""The options that tell how to reach Port, and the client made of them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import attrs
import typer

from actionruns import AsyncPortClient, RateBudget, RetryPolicy
from actionruns.errors import ConfigurationError

__all__ = ["Connection"]

_PANEL = "Connection"


@attrs.frozen(kw_only=True)
class Connection:
    """How to reach Port.

    There is no option for a secret itself: it would stay in the shell's history and be seen in
    the list of processes.
    """

    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where Port is. Left out, PORT_BASE_URL, else the region's address.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    region: Annotated[
        Literal["eu", "us"] | None,
        typer.Option(help="Port's region; left out, eu.", rich_help_panel=_PANEL),
    ] = None
    client_id: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Client id; left out, PORT_CLIENT_ID. Its secret comes from PORT_CLIENT_SECRET, "
            "a file, or is asked for on a terminal.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    client_secret_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File that holds the client secret; - reads it from stdin.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File that holds an access token, instead of client id and secret; - reads it "
            "from stdin. Left out, PORT_API_KEY when no client id is set.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    timeout: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            help="Longest time for one call, all attempts included.",
            rich_help_panel=_PANEL,
        ),
    ] = 30.0
    attempts: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            help="How often a call is tried when it may be repeated.",
            rich_help_panel=_PANEL,
        ),
    ] = 4
    rate: Annotated[
        float | None,
        typer.Option(
            metavar="N",
            help="Requests per second at most; left out, as fast as Port's headers allow.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    max_connections: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help="Requests under way at once.", rich_help_panel=_PANEL
        ),
    ] = 100
    proxy: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Proxy; left out, HTTPS_PROXY and NO_PROXY decide.",
            rich_help_panel=_PANEL,
        ),
    ] = None

    def client(self) -> AsyncPortClient:
        """Make the client.

        Raises:
            ConfigurationError: Credentials are missing, or a setting makes no sense.
        """
        return AsyncPortClient(
            base_url=self.base_url,
            region=self.region,
            client_id=self.client_id,
            client_secret=self._secret(),
            token=_content(self.token_file, "--token-file"),
            timeout=self.timeout,
            retry=RetryPolicy(max_attempts=self.attempts),
            rate=RateBudget(rate=self.rate),
            max_connections=self.max_connections,
            proxy=self.proxy,
        )

    def _secret(self) -> str | None:
        if self.client_secret_file is not None:
            return _content(self.client_secret_file, "--client-secret-file")
        if self.token_file is not None or os.environ.get("PORT_CLIENT_SECRET"):
            return None
        client_id = self.client_id or os.environ.get("PORT_CLIENT_ID")
        if client_id and sys.stdin.isatty():
            secret: str = typer.prompt(f"Client secret of {client_id}", hide_input=True, err=True)
            return secret
        return None


def _content(file: Path | None, option: str) -> str | None:
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
