"""The MCP server, made with the protocol's own SDK: lists tools, calls them, tells failures."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import Any

import orjson
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
)

from actionruns._version import __version__
from actionruns.errors import ActionRunsError, ClientClosed
from actionruns.gateway.binding import Secrets
from actionruns.gateway.document.model import Capability
from actionruns.gateway.failures import Failure, failure_of
from actionruns.gateway.tools.progress import telling
from actionruns.gateway.tools.tool import ServedTool, checked

__all__ = ["make_server"]

_log = logging.getLogger("actionruns.gateway")

Context = ServerRequestContext[Any, Any]


def make_server(
    capability: Capability,
    tools: Sequence[ServedTool],
    secrets: Secrets,
    *,
    progress_interval: float,
    stopping: asyncio.Event,
) -> Server[Any]:
    """Make the server, for whatever transport.

    Args:
        capability: The document.
        tools: What it serves.
        secrets: What is kept out of everything that agents see.
        progress_interval: Seconds between two notes of progress.
        stopping: Set when the gateway is to end.
    """
    served = {tool.description.name: tool for tool in tools}

    async def list_tools(_: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[tool.description for tool in tools])

    async def call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
        tool = served.get(params.name)
        if tool is None:
            message = f"there is no tool {params.name!r}; there are: {', '.join(served)}"
            raise MCPError(INVALID_PARAMS, message)

        async def report(seconds: float, message: str) -> None:
            await context.session.report_progress(seconds, message=message)

        try:
            given = checked(tool.description, params.arguments)
            async with telling(report, tool.waiting, progress_interval) as progress:
                work = tool.work(given, progress)
                result = await (_unless(stopping, work) if tool.is_patient else work)
        except ActionRunsError as error:
            return _failed(failure_of(error, secrets))
        except Exception:  # noqa: BLE001 # an agent learns that it is not its fault, the log more
            _log.exception("the tool %s failed", params.name)
            message = "an error of the gateway itself; its log says more"
            return _failed(Failure(status=500, error="gateway_error", message=message))
        return _done(tool, secrets.hidden_in(result))

    mcp = capability.mcp
    return Server(
        "actionruns" if mcp is None else mcp.namespace,
        version=__version__,
        title=capability.label,
        instructions=(mcp.description if mcp is not None else "") or capability.description,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def _unless(stopping: asyncio.Event, work: Awaitable[Any]) -> Any:
    """Await work, but no longer than until the gateway stops.

    Raises:
        ClientClosed: It stopped first.
    """
    working = asyncio.ensure_future(work)
    told = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientClosed("the gateway stops; what you wait for goes on, so ask again later")
        return working.result()
    finally:
        working.cancel()
        told.cancel()
        await asyncio.gather(working, told, return_exceptions=True)


def _done(tool: ServedTool, result: Any) -> CallToolResult:
    if result is None and tool.description.output_schema is not None:
        result = {}  # an empty answer of success
    if not isinstance(result, dict):
        result = {"result": result}  # the protocol wants an object
    text = orjson.dumps(result, option=orjson.OPT_INDENT_2).decode()
    return CallToolResult(content=[TextContent(text=text)], structured_content=result)


def _failed(failure: Failure) -> CallToolResult:
    content = [TextContent(text=failure.as_text)]
    if isinstance(failure.body, dict) and failure.body.keys() - {"ok", "error", "message"}:
        # What the service says besides its message, for example which inputs are wrong.
        content.append(TextContent(text=orjson.dumps(failure.body).decode()))
    return CallToolResult(content=list(content), is_error=True)
