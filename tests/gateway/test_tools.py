"""The MCP server, asked by the protocol's official client over HTTP and over stdio."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent

from actionruns.emulator import Emulator
from tests.gateway.conftest import PORT_KEY, Jobs, served
from tests.gateway.documents import capability

pytestmark = pytest.mark.anyio

# The seed's tools: readOnly, destructive, idempotent.
HINTS = {
    "get-all-action-runs": (True, False, True),
    "update-action-run": (False, False, True),
    "get-action-run-s-details": (True, False, True),
    "approve-action-run": (False, False, True),
    "get-action-run-s-approvers": (True, False, True),
    "add-log-action-run": (False, False, False),
    "get-action-s-run-logs": (True, False, True),
    "execute-self-service-action": (False, False, False),
}

Connect = Callable[[Emulator], AbstractAsyncContextManager[Client]]


@asynccontextmanager
async def over_http(emulator: Emulator) -> AsyncIterator[Client]:
    """The official client of a gateway in this process."""
    async with (
        served("port-action-runs", base_uri=emulator.port_url) as gateway,
        Client(str(gateway.mcp_url)) as client,
    ):
        yield client


@asynccontextmanager
async def over_stdio(emulator: Emulator) -> AsyncIterator[Client]:
    """The official client of a gateway that it starts as a process of its own."""
    command = ["-m", "actionruns.cli", "gateway", "port-action-runs", "--mcp-stdio"]
    started = StdioServerParameters(
        command=sys.executable,
        args=[*command, "--base-uri", emulator.port_url],
        env={**os.environ, "PORT_API_KEY": PORT_KEY},
    )
    async with Client(stdio_client(started)) as client:
        yield client


BOTH = pytest.mark.parametrize("connect", [over_http, over_stdio])


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


async def done(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool that has to succeed; return its structured result."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    structured: dict[str, Any] = result.structured_content
    return structured


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """Call a tool that has to fail; return what an agent reads."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert result.structured_content is None
    return text_of(result)


@BOTH
async def test_the_tools_are_those_of_the_seed(connect: Connect, emulator: Emulator) -> None:
    """Eight tools with the seed's names and hints, in the seed's order."""
    async with connect(emulator) as client:
        tools = (await client.list_tools()).tools
    hints = {
        tool.name: (
            tool.annotations.read_only_hint,
            tool.annotations.destructive_hint,
            tool.annotations.idempotent_hint,
        )
        for tool in tools
        if tool.annotations is not None
    }
    assert hints == HINTS
    assert [tool.name for tool in tools] == list(HINTS)
    assert all(tool.description for tool in tools)
    assert all(tool.output_schema == {"type": "object"} for tool in tools)


@BOTH
async def test_schemas_of_inputs_say_what_is_taken(connect: Connect, emulator: Emulator) -> None:
    """Types and duties of the parameters are the schema's; nothing else is taken."""
    async with connect(emulator) as client:
        schemas = {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}
    listing = schemas["get-all-action-runs"]
    assert {name: schema["type"] for name, schema in listing["properties"].items()} == {
        "entity": "string",
        "blueprint": "string",
        "active": "boolean",
        "user_email": "string",
        "user_id": "string",
        "limit": "number",
        "exclude": "array",
        "external_run_id": "string",
        "version": "string",
        "action": "string",
        "source": "array",
    }
    assert listing["required"] == []
    assert listing["additionalProperties"] is False
    assert schemas["get-action-run-s-approvers"]["required"] == [
        "include_pending_approvers",
        "run_id",
    ]


@BOTH
async def test_each_tool_gives_the_right_result(connect: Connect, emulator: Emulator) -> None:
    """All eight tools do at the service what they are for."""
    waiting = await emulator.add_run("deploy_to_production")
    async with connect(emulator) as client:
        started = await done(
            client,
            "execute-self-service-action",
            action_identifier="create_microservice",
            body={"properties": {"name": "shop"}},
        )
        run_id = started["run"]["id"]
        listed = await done(client, "get-all-action-runs", limit=10, active=True)
        assert {run["id"] for run in listed["runs"]} == {run_id, waiting}
        await done(client, "add-log-action-run", run_id=run_id, body={"message": "half way"})
        log = await done(client, "get-action-s-run-logs", run_id=run_id, limit=5, offset=0)
        assert [entry["message"] for entry in log["runLogs"]] == ["half way"]
        changed = await done(client, "update-action-run", run_id=run_id, body={"status": "SUCCESS"})
        assert changed["run"]["status"] == "SUCCESS"
        one = await done(client, "get-action-run-s-details", run_id=run_id, version="v2")
        assert one["run"]["status"] == "SUCCESS"
        who = await done(
            client, "get-action-run-s-approvers", run_id=waiting, include_pending_approvers=True
        )
        assert who["approvers"]
        await done(client, "approve-action-run", run_id=waiting, body={"status": "APPROVE"})
    assert (await emulator.run(waiting))["status"] == "IN_PROGRESS"


@BOTH
async def test_each_tool_gives_the_right_error(connect: Connect, emulator: Emulator) -> None:
    """Each tool reports the service's message, so that an agent can correct itself."""
    nowhere = {"run_id": "r_nowhere"}
    calls: dict[str, dict[str, Any]] = {
        "get-all-action-runs": {"limit": 100_000},
        "update-action-run": {**nowhere, "body": {"status": "SUCCESS"}},
        "get-action-run-s-details": nowhere,
        "approve-action-run": {**nowhere, "body": {"status": "APPROVE"}},
        "get-action-run-s-approvers": {**nowhere, "include_pending_approvers": False},
        "add-log-action-run": {**nowhere, "body": {"message": "x"}},
        "get-action-s-run-logs": nowhere,
        "execute-self-service-action": {"action_identifier": "none", "body": {"properties": {}}},
    }
    assert set(calls) == set(HINTS)
    async with connect(emulator) as client:
        told = {tool: await refused(client, tool, **given) for tool, given in calls.items()}
    assert told.pop("get-all-action-runs").startswith("422 ")
    assert '"none" was not found' in told.pop("execute-self-service-action")
    for tool, text in told.items():
        assert text == '404 not_found: Action run with identifier "r_nowhere" was not found', tool


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "'run_id' is a required property"),
        ({"run_id": 7}, "run_id: 7 is not of type 'string'"),
        ({"run_id": "r_1", "colour": "red"}, "'colour' was unexpected"),
        ({"run_id": ""}, "run_id is empty"),
        ({"run_id": ["x" * 1000]}, f"run_id: ['{'x' * 298}..."),
    ],
)
async def test_arguments_are_checked_before_anything_is_sent(
    given: dict[str, Any], problem: str, emulator: Emulator
) -> None:
    """Wrong arguments are a tool's error that says which and why; the service sees nothing."""
    async with over_http(emulator) as client:
        assert problem in await refused(client, "get-action-run-s-details", **given)
    assert emulator.requests.count() == 0


async def test_a_tool_that_is_not_there(emulator: Emulator) -> None:
    """An unknown name is an error of the protocol, which lists the tools there are."""
    async with over_http(emulator) as client:
        with pytest.raises(MCPError, match="no tool 'get-run'; there are: get-all-action-runs"):
            await client.call_tool("get-run", {})


async def test_a_whole_number_may_be_written_with_a_point(jobs: Jobs) -> None:
    """JSON has one kind of number, so 3.0 is 3."""
    async with (
        served(capability(), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway,
        Client(str(gateway.mcp_url)) as client,
    ):
        await done(client, "list-jobs", limit=3.0, state=["new", "a,b"])
    assert jobs.asked[0].query == [("state", "new"), ("state", "a,b"), ("limit", "3")]


async def test_results_are_objects_in_the_protocol(jobs: Jobs) -> None:
    """A list is the member `result` of an object; an empty answer is an empty object."""
    jobs.answers = [(200, {"jobs": ["a"]}), (200, [1]), (204, b"")]
    async with (
        served(capability(), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway,
        Client(str(gateway.mcp_url)) as client,
    ):
        schemas = {tool.name: tool.output_schema for tool in (await client.list_tools()).tools}
        assert schemas["list-jobs"] is not None
        assert schemas["list-jobs"]["required"] == ["result"]
        assert schemas["get-job"] is None
        assert await done(client, "list-jobs") == {"result": ["a"]}
        assert await done(client, "get-job", id="1") == {"result": [1]}
        assert await done(client, "get-job", id="1") == {"result": None}


async def test_an_empty_answer_fits_its_schema(emulator: Emulator) -> None:
    """Where an object is promised, an answer of success without a body is an empty one."""
    emulator.fail_next("GET", "/port/v1/actions/runs", status=200, body=b"")
    async with over_http(emulator) as client:
        assert await done(client, "get-all-action-runs") == {}


async def test_what_a_service_says_besides_its_message(jobs: Jobs) -> None:
    """Details of a refusal reach the agent as well."""
    jobs.answers = [(422, {"error": "bad", "message": "no", "details": {"name": "too long"}})]
    async with (
        served(capability(), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway,
        Client(str(gateway.mcp_url)) as client,
    ):
        told = await refused(client, "start-job", body={})
    assert told.startswith("422 bad: no\n")
    assert "too long" in told


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_tool_that_is_not_idempotent_is_never_retried(status: int, jobs: Jobs) -> None:
    """Whatever the failure, it is asked for once; an idempotent one is repeated."""
    async with (
        served(capability(), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway,
        Client(str(gateway.mcp_url)) as client,
    ):
        jobs.answers = [(status, {"error": "no"})]
        assert (await refused(client, "start-job", body={})).startswith(f"{status} no")
        assert len(jobs.asked) == 1
        jobs.answers = [(status, {"error": "no"})]
        await done(client, "list-jobs")
        assert len(jobs.asked) == 3


async def test_an_agent_learns_when_to_come_back(jobs: Jobs) -> None:
    """A refusal for being too fast has the service's own time in it."""
    jobs.answers, jobs.headers = [(429, {"error": "slow_down"})], {"Retry-After": "90"}
    async with (
        served(capability(), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway,
        Client(str(gateway.mcp_url)) as client,
    ):
        assert "Come back in 90 s." in await refused(client, "start-job", body={})


async def test_a_broken_connection_leaves_the_agent_in_no_doubt(emulator: Emulator) -> None:
    """When a lost answer may have been a success, the agent is told to look first."""
    emulator.fail_next("POST", "/port/v1/actions/{action_identifier}/runs", reset="after")
    async with over_http(emulator) as client:
        told = await refused(
            client,
            "execute-self-service-action",
            action_identifier="create_microservice",
            body={"properties": {"name": "x"}},
        )
    assert told.startswith("502 service_unreachable")
    assert "look before you repeat it" in told
    assert emulator.requests.count("POST") == 1


async def test_progress_is_told_while_a_call_goes_on(emulator: Emulator) -> None:
    """An agent that waits hears again and again how long it has been, and for what."""
    emulator.fail_next("GET", "/port/v1/actions/runs", hang=True)
    told: list[tuple[float, str | None]] = []
    enough = anyio.Event()

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message))
        if len(told) == 3:
            enough.set()

    async with (
        served("port-action-runs", base_uri=emulator.port_url, progress_interval=0.01) as gateway,
        Client(str(gateway.mcp_url)) as client,
    ):
        calling = asyncio.create_task(
            client.call_tool("get-all-action-runs", {}, progress_callback=note)
        )
        await enough.wait()
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
    assert [message for _, message in told[:3]] == ["waiting for GET /v1/actions/runs"] * 3
    seconds = [progress for progress, _ in told]
    assert seconds == sorted(set(seconds))


async def test_read_only_leaves_out_tools_that_change_something(emulator: Emulator) -> None:
    """With --read-only, only tools whose hints say so are there."""
    async with (
        served(
            "port-action-runs", base_uri=emulator.port_url, read_only=True, run_tools=True
        ) as gateway,
        Client(str(gateway.mcp_url)) as client,
    ):
        names = [tool.name for tool in (await client.list_tools()).tools]
        with pytest.raises(MCPError):
            await client.call_tool("update-action-run", {"run_id": "r_1", "body": {}})
    reading = [name for name, (reads, *_) in HINTS.items() if reads]
    assert names == [*reading, "wait-for-run", "watch-runs"]


async def test_an_error_of_the_gateway_itself_tells_nothing(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug is told as one, without its innards; the log has them."""

    async def broken(*_: Any) -> None:
        raise ZeroDivisionError("innards")

    monkeypatch.setattr("actionruns.gateway.upstream.Upstream.send", broken)
    async with over_http(emulator) as client:
        told = await refused(client, "get-all-action-runs")
    assert "innards" not in told
    assert "an error of the gateway itself" in told
    assert "innards" in caplog.text
