"""``actionruns gateway``: a capability document, served as REST and as MCP."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from typing import Annotated

import attrs
import typer
from rich.text import Text

from actionruns.cli.consoles import clean, errors
from actionruns.cli.failing import failing
from actionruns.cli.groups import with_groups
from actionruns.cli.loop import run_async
from actionruns.core.rate import RateBudget
from actionruns.errors import ConfigurationError
from actionruns.gateway import Gateway, GatewaySettings, read_capability

__all__ = ["add_gateway_command"]

_SERVICE = "The service"
_CALLERS = "Callers"
_DEFAULTS = GatewaySettings()


@attrs.frozen(kw_only=True)
class Listening:
    """Where the gateway listens, and for whom."""

    rest_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port of REST; left out, the document's; 0: a free one."
        ),
    ] = None
    mcp_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port of MCP; left out, the document's; 0: a free one."
        ),
    ] = None
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on. One that other machines reach needs --api-key-env.",
            rich_help_panel=_CALLERS,
        ),
    ] = _DEFAULTS.host
    api_key_env: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Variable that holds the key which callers have to show, as a bearer token or as "
            "x-api-key.",
            rich_help_panel=_CALLERS,
        ),
    ] = None
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A name, besides addresses and localhost, that callers may use for the gateway; "
            "may be repeated.",
            rich_help_panel=_CALLERS,
        ),
    ] = None
    read_only: Annotated[
        bool,
        typer.Option(
            "--read-only", help="Leave out what changes something.", rich_help_panel=_CALLERS
        ),
    ] = False
    run_tools: Annotated[
        bool,
        typer.Option(
            "--run-tools",
            help="Add tools that wait for a run, watch several, and approve one with a reason.",
            rich_help_panel=_CALLERS,
        ),
    ] = False


@attrs.frozen(kw_only=True)
class Service:
    """How the gateway reaches the service."""

    base_uri: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where the service is. Left out, the document's baseUri; where that is empty, "
            "PORT_BASE_URL, FORGEPORTAL_URL or ACP_URL, else the service's usual address.",
            rich_help_panel=_SERVICE,
        ),
    ] = None
    sdk_credentials: Annotated[
        bool,
        typer.Option(
            "--sdk-credentials",
            help="Authorise as the other commands do (PORT_CLIENT_ID and PORT_CLIENT_SECRET, ...), "
            "in place of what the document says.",
            rich_help_panel=_SERVICE,
        ),
    ] = False
    timeout: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            help="Longest time for one call, all attempts included.",
            rich_help_panel=_SERVICE,
        ),
    ] = _DEFAULTS.timeout
    rate: Annotated[
        float | None,
        typer.Option(
            metavar="N",
            help="Requests per second at most; left out, as fast as the service's headers allow.",
            rich_help_panel=_SERVICE,
        ),
    ] = None
    max_connections: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help="Requests under way at once.", rich_help_panel=_SERVICE
        ),
    ] = _DEFAULTS.max_connections


def add_gateway_command(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("gateway")(with_groups(gateway))


def gateway(
    listening: Listening,
    service: Service,
    capability: Annotated[
        str,
        typer.Argument(
            metavar="CAPABILITY",
            help="A capability document, YAML or JSON; or one that comes along: "
            "port-action-runs, forgeportal-action-runs, acp-runs.",
        ),
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Check the document, and serve nothing.")
    ] = False,
    mcp_stdio: Annotated[
        bool,
        typer.Option(
            "--mcp-stdio", help="Serve the tools over stdin and stdout, and nothing else."
        ),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Serve a capability document as a REST adapter and as an MCP server.

    Prints "ready rest http://127.0.0.1:N" and "ready mcp http://127.0.0.1:N/mcp" on stdout when it
    listens. Ctrl-C or SIGTERM ends it, after the requests under way.
    """
    with failing(debug=debug, wording=_in_options):
        settings = GatewaySettings(
            host=listening.host,
            rest_port=listening.rest_port,
            mcp_port=listening.mcp_port,
            api_key=_key(listening.api_key_env),
            allowed_hosts=tuple(listening.allowed_host or ()),
            read_only=listening.read_only,
            run_tools=listening.run_tools,
            base_uri=service.base_uri,
            sdk_credentials=service.sdk_credentials,
            timeout=service.timeout,
            rate=RateBudget(rate=service.rate),
            max_connections=service.max_connections,
        )
        served = Gateway(read_capability(capability), settings)
        for notice in served.notices:
            _note(str(notice))
        if check:
            _tell(served)
            return
        # Ctrl-C is how a server is ended: no failure.
        with contextlib.suppress(KeyboardInterrupt):
            run_async(served.serve_stdio() if mcp_stdio else _serve(served))


def _in_options(message: str) -> str:
    """Return an error's message with settings named as they are given to the command."""
    return re.sub(r"\bbase_url\b", "--base-uri", message)


def _key(variable: str | None) -> str | None:
    if variable is None:
        return None
    key = os.environ.get(variable)
    if not key:
        raise ConfigurationError(f"--api-key-env: the variable {variable} is not set")
    return key


async def _serve(served: Gateway) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
        loop.add_signal_handler(signal.SIGTERM, stop.set)
    async with served:
        for kind, url in (("rest", served.rest_url), ("mcp", served.mcp_url)):
            if url is not None:
                typer.echo(f"ready {kind} {url}")
        sys.stdout.flush()
        if served.mcp_url is None and served.capability.mcp is not None:
            _note("the document's tools are for stdin and stdout: --mcp-stdio serves them")
        await stop.wait()


def _note(text: str) -> None:
    errors().print(Text.assemble(("note:", "yellow"), " ", clean(text)), soft_wrap=True)


def _tell(served: Gateway) -> None:
    """Tell what each call means: in the document, that may be left to the parameters."""
    for rest in served.rest_calls:
        typer.echo(f"rest {rest.method} {rest.path} -> {rest.target.request}")
    for tool in served.tool_calls:
        typer.echo(f"tool {tool.name} -> {tool.target.request}")
    typer.echo(f"{served.capability.file} is good")
