"""The gateway, asked by the MCP Inspector's command line: a client that is not of Python."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from actionruns.emulator import Emulator
from tests.gateway.conftest import PORT_KEY, served
from tests.gateway.test_tools import HINTS
from tests.project.tree import ROOT

INSPECTOR = ROOT / "build" / "inspector" / "node_modules" / ".bin" / "mcp-inspector"

pytestmark = [
    pytest.mark.anyio,
    # Each question starts the program anew.
    pytest.mark.timeout(240),
    pytest.mark.skipif(
        not INSPECTOR.exists(), reason="`make gateway-inspect` installs the inspector and runs this"
    ),
]

_SECONDS = 60


@attrs.frozen
class Inspector:
    """The inspector, with what reaches a server.

    Attributes:
        server: Address, or command, of the server.
        home: Folder where it may keep what it likes.
    """

    server: tuple[str, ...]
    home: Path

    async def __call__(self, method: str, *options: str) -> Any:
        """Ask for something, and return the answer."""
        process = await asyncio.create_subprocess_exec(
            *(str(INSPECTOR), "--cli", *self.server, "--method", method, *options),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "HOME": str(self.home)},
        )
        out, err = await asyncio.wait_for(process.communicate(), _SECONDS)
        assert out, err.decode()
        return json.loads(out)

    async def call(self, tool: str, **arguments: Any) -> Any:
        """Call a tool."""
        options = ["--tool-name", tool]
        for name, value in arguments.items():
            text = value if isinstance(value, str) else json.dumps(value)
            options += ["--tool-arg", f"{name}={text}"]
        return await self("tools/call", *options)


async def check(inspect: Inspector, emulator: Emulator) -> None:
    """Ask for the tools, and call each of them, rightly and wrongly."""
    waiting = await emulator.add_run("deploy_to_production")
    tools = {tool["name"]: tool["annotations"] for tool in (await inspect("tools/list"))["tools"]}
    assert tools == {
        name: {"readOnlyHint": reads, "destructiveHint": destroys, "idempotentHint": repeats}
        for name, (reads, destroys, repeats) in HINTS.items()
    }
    started = await inspect.call(
        "execute-self-service-action",
        action_identifier="create_microservice",
        body={"properties": {"name": "shop"}},
    )
    run_id = started["structuredContent"]["run"]["id"]
    results = [
        await inspect.call("get-all-action-runs", limit=5, active=True),
        await inspect.call("update-action-run", run_id=run_id, body={"status": "SUCCESS"}),
        await inspect.call("get-action-run-s-details", run_id=run_id),
        await inspect.call("add-log-action-run", run_id=run_id, body={"message": "done"}),
        await inspect.call("get-action-s-run-logs", run_id=run_id),
        await inspect.call(
            "get-action-run-s-approvers", run_id=waiting, include_pending_approvers=True
        ),
        await inspect.call("approve-action-run", run_id=waiting, body={"status": "APPROVE"}),
    ]
    assert [result.get("isError", False) for result in results] == [False] * 7
    assert results[2]["structuredContent"]["run"]["status"] == "SUCCESS"
    assert (await emulator.run(waiting))["status"] == "IN_PROGRESS"
    refused = await inspect.call("get-action-run-s-details", run_id="r_nowhere")
    assert refused["isError"] is True
    assert refused["content"][0]["text"].startswith("404 not_found: Action run with identifier")


async def test_over_http(emulator: Emulator, tmp_path: Path) -> None:
    """The inspector lists the eight tools over HTTP, and calls each."""
    async with served("port-action-runs", base_uri=emulator.port_url) as gateway:
        server = (str(gateway.mcp_url), "--transport", "http")
        await check(Inspector(server, tmp_path), emulator)


async def test_over_stdio(emulator: Emulator, tmp_path: Path) -> None:
    """The inspector starts the gateway itself, and gets the same."""
    command = ("-m", "actionruns.cli", "gateway", "port-action-runs", "--mcp-stdio")
    key = ("-e", f"PORT_API_KEY={PORT_KEY}")
    server = (*key, sys.executable, *command, "--base-uri", emulator.port_url)
    await check(Inspector(server, tmp_path), emulator)
