"""The capabilities of ForgePortal and of agents, each of their tools before the emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from mcp import Client

from actionruns.emulator import Emulator
from tests.gateway.conftest import Caller, served
from tests.gateway.test_tools import done, refused

pytestmark = pytest.mark.anyio


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """An emulator with logins, and keys for agents, whose runs move when the test says so."""
    async with Emulator(auto_progress=False, forgeportal_auth=True, acp_auth=True) as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def credentials(no_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the SDK's clients authorise themselves with."""
    monkeypatch.setenv("FORGEPORTAL_SESSION", "demo")
    monkeypatch.setenv("ACP_API_KEY", "demo")


class Agent:
    """Calls tools that have to succeed, and notes which."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.used: set[str] = set()

    async def __call__(self, tool: str, **given: Any) -> Any:
        """Call a tool and return its result."""
        self.used.add(tool)
        return await done(self._client, tool, **given)

    async def unused(self) -> set[str]:
        """Return the tools that were not called."""
        return {tool.name for tool in (await self._client.list_tools()).tools} - self.used


async def test_forgeportal_s_tools(emulator: Emulator) -> None:
    """Each tool works, changes included: their token is fetched as the SDK's client does it."""
    action_id = emulator.forgeportal.action_id("create_repository")
    async with (
        served("forgeportal-action-runs", {}, base_uri=emulator.forgeportal_url) as gateway,
        Client(str(gateway.mcp_url)) as client,
    ):
        call = Agent(client)
        started = await call("run-action", actionId=action_id, body={"input": {"name": "shop"}})
        run_id = started["data"]["runId"]
        assert (await call("get-action-run", runId=run_id))["data"]["id"] == run_id
        with_links = await call("get-action-run-with-links", runId=run_id)
        assert with_links["data"]["runId"] == run_id
        assert run_id in str(await call("list-action-runs", limit=5, status="queued"))
        assert run_id in str(await call("list-recent-action-runs", limit=5))
        await emulator.forgeportal.start(run_id)
        await emulator.forgeportal.add_log(run_id, "cloning")
        assert "cloning" in str(await call("get-action-run-logs", runId=run_id))
        other = await emulator.forgeportal.add_run()
        canceled = await call("cancel-action-run", runId=other)
        assert canceled["data"]["status"] == "canceled"
        (template, *_) = (await call("list-templates"))["data"]["templates"]
        found = await call("get-template", templateId=template["id"])
        assert found["data"]["id"] == template["id"]
        inputs = {"templateId": template["id"], "inputs": {"name": "shop"}}
        template_run = (await call("run-template", body=inputs))["data"]["runId"]
        assert template_run in str(await call("list-template-runs", limit=5))
        running = await call("get-template-run", runId=template_run)
        assert running["data"]["status"] == "running"
        ended = await call("cancel-template-run", runId=template_run)
        assert ended["data"]["status"] == "canceled"
        assert await call.unused() == set()
        told = await refused(client, "get-action-run", runId=action_id)
    assert told.startswith("404 ")


async def test_agents_tools(emulator: Emulator) -> None:
    """Each tool works: runs, their questions and output, agents, threads."""
    agent_id = emulator.acp.agent_id("thinker")
    async with (
        served("acp-runs", {}, base_uri=emulator.acp_url) as gateway,
        Client(str(gateway.mcp_url)) as client,
    ):
        call = Agent(client)
        agents = (await call("search-agents", body={}))["result"]
        assert agent_id in {agent["agent_id"] for agent in agents}
        assert (await call("get-agent-by-id", agent_id=agent_id))["agent_id"] == agent_id
        assert "specs" in await call("get-acp-descriptor-by-id", agent_id=agent_id)
        thread_id = (await call("create-thread", body={"agent_id": agent_id}))["thread_id"]
        assert (await call("get-thread", thread_id=thread_id))["thread_id"] == thread_id
        assert thread_id in str(await call("search-threads", body={"agent_id": agent_id}))
        asked = {"agent_id": agent_id, "input": {"question": "why?"}, "thread_id": thread_id}
        run_id = (await call("create-run", body=asked))["run_id"]
        assert (await call("get-run", run_id=run_id))["status"] == "pending"
        assert run_id in str(await call("search-runs", body={"agent_id": agent_id}))
        await emulator.acp.interrupt(run_id, {"sure": "?"})
        await call("resume-run", run_id=run_id, body={"answer": "yes"})
        await emulator.acp.succeed(run_id, {"answer": "so"})
        output = await call("get-run-output", run_id=run_id, block_timeout=1)
        assert output["result"] == {"answer": "so"}
        await call("get-run-threadstate", run_id=run_id)
        await call("get-thread-state", thread_id=thread_id)
        history = (await call("get-thread-history", thread_id=thread_id))["result"]
        assert [run["run_id"] for run in history] == [run_id]
        await call("delete-run", run_id=run_id)
        await call("delete-thread", thread_id=thread_id)
        assert await call.unused() == set()
        told = await refused(client, "get-run", run_id=run_id)
    assert told.startswith("404 ")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("forgeportal-action-runs", "/api/v1/action-runs?limit=3"),
        ("acp-runs", "/runs/search"),
    ],
)
async def test_the_same_over_rest(name: str, path: str, emulator: Emulator, call: Caller) -> None:
    """Paths of the REST adapter are the services' own."""
    urls = {"acp-runs": emulator.acp_url, "forgeportal-action-runs": emulator.forgeportal_url}
    async with served(name, {}, base_uri=urls[name]) as gateway:
        method = "POST" if "search" in path else "GET"
        answer = await call(gateway, method, path, json={} if method == "POST" else None)
    assert answer.status == 200
