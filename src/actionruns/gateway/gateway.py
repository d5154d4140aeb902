"""Gateway: a capability, served."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from actionruns.codegen.errors import Notice, require
from actionruns.errors import ConfigurationError
from actionruns.gateway.binding import check_templates
from actionruns.gateway.calls import RestCall, ToolCall, rest_calls, tool_calls
from actionruns.gateway.document.model import Capability, McpAdapter, RestAdapter
from actionruns.gateway.rest import make_rest_app
from actionruns.gateway.settings import GatewaySettings
from actionruns.gateway.upstream import Upstreams

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

    from actionruns.gateway.tools.tool import ServedTool

__all__ = ["Gateway"]

_log = logging.getLogger("actionruns.gateway")


class Gateway:
    """A capability, served as REST and as MCP.

    An async context manager: what the document exposes is served for as long as its body goes on::

        capability = read_capability("port-action-runs")
        async with Gateway(capability, GatewaySettings(rest_port=0, mcp_port=0)) as gateway:
            print(gateway.rest_url, gateway.mcp_url)

    Making one checks the whole document, but needs none of the values that it binds.

    Args:
        capability: The document, see `read_capability`.
        settings: How it is served; None = as the document says, for this machine only.
        environment: Where the values come from that the document binds; None = the environment.
            What the SDK's clients read for themselves is always the environment's.

    Attributes:
        rest_calls: What is exposed over REST.
        tool_calls: What is exposed as tools.
        notices: What of the document has no effect.

    Raises:
        CodegenError: What the document exposes calls something that is not there, or is ambiguous.
    """

    def __init__(
        self,
        capability: Capability,
        settings: GatewaySettings | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings or GatewaySettings()
        self.capability = capability
        self.notices: tuple[Notice, ...] = capability.notices
        check_templates(capability)
        read_only = self.settings.read_only
        # All are made, whether they are served or not: a document is checked as a whole.
        self.rest_calls: tuple[RestCall, ...] = tuple(
            call for call in rest_calls(capability) if call.reads or not read_only
        )
        self.tool_calls: tuple[ToolCall, ...] = tuple(
            call for call in tool_calls(capability) if call.reads or not read_only
        )
        self._environment = os.environ if environment is None else environment
        self._stack = AsyncExitStack()
        self._stopping = asyncio.Event()
        self._rest_url: str | None = None
        self._mcp_url: str | None = None

    @property
    def rest_url(self) -> str | None:
        """Where the REST adapter listens; None when there is none."""
        return self._rest_url

    @property
    def mcp_url(self) -> str | None:
        """Where the MCP server listens; None when there is none."""
        return self._mcp_url

    async def __aenter__(self) -> Self:
        """Start to listen.

        Raises:
            CodegenError: A variable that the document binds is not set, or it is not said where a
                service is.
            ConfigurationError: Nothing is exposed, a port is taken, or the extra ``mcp`` is not
                installed.
        """
        self._stopping.clear()  # it may have been served before
        rest, mcp = self.capability.rest, self.capability.mcp
        if mcp is not None:
            _require_mcp()
        async with AsyncExitStack() as stack:
            stack.callback(self._forget_addresses)
            upstreams = Upstreams(self.capability, self.settings, self._environment)
            stack.push_async_callback(upstreams.aclose)
            if rest is not None:
                await self._start_rest(rest, stack, upstreams)
            if mcp is not None and mcp.transport == "http":
                await self._start_mcp(mcp, stack, upstreams)
            if not (self._rest_url or self._mcp_url):
                raise ConfigurationError(
                    f"{self.capability.file} exposes nothing over HTTP; --mcp-stdio serves tools "
                    "over stdin and stdout"
                )
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop to listen, let requests under way end, and close the connections."""
        self._stopping.set()
        await self._stack.aclose()

    async def serve_stdio(self) -> None:
        """Serve the tools over stdin and stdout, until stdin ends; nothing else is served.

        Raises:
            CodegenError: A variable that the document binds is not set, or it is not said where a
                service is.
            ConfigurationError: The document exposes no tools, or the extra ``mcp`` is not
                installed.
        """
        if self.capability.mcp is None:
            raise ConfigurationError(f"{self.capability.file} exposes no tools: no mcp adapter")
        _require_mcp()
        upstreams = Upstreams(self.capability, self.settings, self._environment)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(upstreams.aclose)
            server = self._server(upstreams)
            from actionruns.gateway.tools.serving import serve_stdio

            await serve_stdio(server)

    async def _start_rest(
        self, rest: RestAdapter, stack: AsyncExitStack, upstreams: Upstreams
    ) -> None:
        app = make_rest_app(self.capability, self.rest_calls, upstreams, self.settings)
        runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            logger=_log,
            shutdown_timeout=self.settings.shutdown_seconds,
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        wanted = rest.port if self.settings.rest_port is None else self.settings.rest_port
        listening = _listen(self.settings.host, wanted, "--rest-port")
        await web.SockSite(runner, listening).start()
        self._rest_url = _url_of(listening)

    async def _start_mcp(
        self, mcp: McpAdapter, stack: AsyncExitStack, upstreams: Upstreams
    ) -> None:
        server = self._server(upstreams)
        from actionruns.gateway.tools.serving import MCP_PATH, serve_http

        wanted = (mcp.port or 0) if self.settings.mcp_port is None else self.settings.mcp_port
        listening = _listen(self.settings.host, wanted, "--mcp-port")
        await stack.enter_async_context(
            serve_http(server, self.settings, listening, self._stopping)
        )
        self._mcp_url = f"{_url_of(listening)}{MCP_PATH}"

    def _forget_addresses(self) -> None:
        self._rest_url = self._mcp_url = None

    def _server(self, upstreams: Upstreams) -> Server[Any]:
        # Here: whoever serves REST alone does without the extra.
        from actionruns.gateway.tools.server import make_server

        return make_server(
            self.capability,
            self._tools(upstreams),
            upstreams.secrets,
            progress_interval=self.settings.progress_interval,
            stopping=self._stopping,
        )

    def _tools(self, upstreams: Upstreams) -> list[ServedTool]:
        from actionruns.gateway.tools.runs import run_tools
        from actionruns.gateway.tools.tool import tool_of

        tools = [tool_of(call, upstreams) for call in self.tool_calls]
        if not self.settings.run_tools:
            return tools
        found = [(one.client, one.known) for one in upstreams if one.known is not None]
        if len(found) != 1:
            several = "several services" if found else "no service"
            raise ConfigurationError(
                f"--run-tools: the document consumes {several} whose runs the SDK can follow"
            )
        ((client, known),) = found
        return tools + run_tools(client, known, read_only=self.settings.read_only)


def _require_mcp() -> None:
    for module in ("mcp", "uvicorn", "jsonschema"):
        require(module, extra="mcp", needed_by="the MCP server")


def _listen(host: str, port: int, option: str) -> socket.socket:
    """Return a socket that listens.

    Raises:
        ConfigurationError: The address is not this machine's, or the port is taken.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.create_server(address[:2], family=family, backlog=1024)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        problem = f"cannot listen on {host}:{port}: {reason}; choose another {option}"
        raise ConfigurationError(problem) from error
    listening.setblocking(False)
    return listening


def _url_of(listening: socket.socket) -> str:
    host, port, *_ = listening.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
