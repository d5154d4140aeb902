"""Servers and client configurations of docs/gateway.md do what the page says."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from actionruns.gateway import Gateway, parse_capability
from tests.docs.blocks import Block, blocks_of, commands_of
from tests.docs.conftest import DOCUMENTED_MCP, StartEmulator
from tests.docs.playing import shows
from tests.docs.unmeasured import unmeasured
from tests.gateway.test_tools import HINTS
from tests.project.tree import ROOT

PAGE = ROOT / "docs" / "gateway.md"
ENVIRONMENT = {
    "PORT_API_KEY": "Bearer demo",
    "PORT_CLIENT_ID": "demo",
    "PORT_CLIENT_SECRET": "demo",
    "GATEWAY_KEY": "key-of-the-callers",
}


def blocks(language: str) -> list[Block]:
    return [block for block in blocks_of(PAGE) if block.language == language]


SERVERS = {
    command: output
    for block in blocks("console")
    for command, output in commands_of(block)
    if command.startswith("actionruns gateway ") and "--check" not in command
}
CONFIGURED = {
    f"{block.title}:{block.line}": server
    for block in blocks("json")
    for servers in [json.loads(block.source)]
    for server in (servers.get("mcpServers") or servers.get("servers")).values()
}


@pytest.mark.parametrize("command", SERVERS)
def test_servers_start(command: str, tmp_path: Path) -> None:
    """Each documented gateway starts on free ports, says where it is, and ends by Ctrl-C."""
    arguments = [*command.split()[1:], "--rest-port", "0", "--mcp-port", "0"]
    server = subprocess.Popen(
        [sys.executable, "-m", "actionruns.cli", *arguments],
        cwd=tmp_path,
        env={**unmeasured(), **ENVIRONMENT, "PORT_BASE_URL": "http://127.0.0.1:1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        printed = server.stdout.readline() + server.stdout.readline()
        assert shows(re.sub(r":\d+", ":...", SERVERS[command]), printed)
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=20)
        assert server.returncode == 0
    finally:
        server.kill()
        server.communicate()


@pytest.mark.anyio
@pytest.mark.parametrize("place", CONFIGURED)
async def test_client_configurations_work(place: str, start_emulator: StartEmulator) -> None:
    """What a client's configuration starts, or where it goes, serves the tools."""
    server: dict[str, Any] = CONFIGURED[place]
    if server.get("type") == "http":
        assert server["url"] == f"{DOCUMENTED_MCP}/mcp"  # the page's agent.py goes there
        return
    assert server["command"] == "actionruns"
    emulator = start_emulator()
    started = StdioServerParameters(
        command=sys.executable,
        args=["-m", "actionruns.cli", *server["args"]],
        env={
            **unmeasured(),
            **dict.fromkeys(server["env"], ENVIRONMENT["PORT_API_KEY"]),
            "PORT_BASE_URL": emulator.port_url,
        },
    )
    async with Client(stdio_client(started)) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        result = await client.call_tool("get-all-action-runs", {})
    added = ["wait-for-run", "watch-runs", "approve-run-with-reason"]
    assert names == [*HINTS, *(added if "--run-tools" in server["args"] else [])]
    assert not result.is_error


def test_the_shown_document_is_good() -> None:
    """The document that the page shows in full is read as it stands."""
    (block,) = blocks("yaml")
    assert block.title is not None
    served = Gateway(parse_capability(block.source.encode(), block.title))
    assert served.notices == ()
    assert [call.path for call in served.rest_calls] == ["/v1/jobs/{job-id}"]
    assert [call.name for call in served.tool_calls] == ["get-job"]
