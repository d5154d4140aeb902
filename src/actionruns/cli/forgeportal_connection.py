"""The options that tell how to reach ForgePortal, and the client made of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar

import attrs
import typer

from actionruns import AsyncForgePortalClient, RateBudget
from actionruns.cli.connecting import CONNECTION_PANEL, Connection, content_of

__all__ = ["ForgePortalConnection"]


@attrs.frozen(kw_only=True)
class ForgePortalConnection(Connection[AsyncForgePortalClient]):
    """How to reach ForgePortal; a portal in dev mode asks for no session."""

    url_variable: ClassVar[str] = "FORGEPORTAL_URL"
    credentials: ClassVar[Mapping[str, str]] = {r"\bsession_cookie\b": "--session-file"}

    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where ForgePortal is. Left out, FORGEPORTAL_URL, else http://localhost:4000.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = None
    session_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File that holds the value of the cookie forgeportal.sid of a user who has logged "
            "in; - reads it from stdin. Left out, FORGEPORTAL_SESSION.",
            rich_help_panel=CONNECTION_PANEL,
        ),
    ] = None

    def client(self, *, budget: RateBudget | None = None) -> AsyncForgePortalClient:
        """Make the client.

        Args:
            budget: A rate budget that it shares with others; None = one of its own.

        Raises:
            ConfigurationError: The cookie cannot be one, or a setting makes no sense.
        """
        session = content_of(self.session_file, "--session-file")
        return AsyncForgePortalClient(**self.settings(budget), session_cookie=session)
