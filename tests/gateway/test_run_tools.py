"""The tools beyond the document: wait for a run, watch several, approve with a reason."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from mcp import Client

from actionruns.emulator import Emulator
from actionruns.errors import ConfigurationError, RunGone
from actionruns.gateway.tools.progress import Progress
from actionruns.gateway.tools.runs import run_tools
from actionruns.states import RunState
from actionruns.watching import Outcome, RunUpdate
from tests.gateway.conftest import served
from tests.gateway.documents import capability
from tests.gateway.test_tools import done, refused

pytestmark = pytest.mark.anyio


def with_run_tools(emulator: Emulator, **settings: Any) -> Any:
    return served("port-action-runs", base_uri=emulator.port_url, run_tools=True, **settings)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_wait_for_a_run_tells_its_progress(mode: str, emulator: Emulator) -> None:
    """The tool returns the run when it has ended, and tells meanwhile where it stands."""
    run_id = await emulator.add_run()
    told: list[str | None] = []
    seen = asyncio.Event()

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append(message)
        if message == f"{run_id} is running; 0 of 1 ended":
            seen.set()

    async with with_run_tools(emulator) as gateway, Client(gateway.mcp_url, mode=mode) as client:
        waiting = asyncio.create_task(
            client.call_tool("wait-for-run", {"run_id": run_id}, progress_callback=note)
        )
        await seen.wait()
        await emulator.finish(run_id, "SUCCESS")
        result = (await waiting).structured_content
    assert (result["state"], result["status"], result["ended"]) == ("succeeded", "SUCCESS", True)
    assert result["run"]["id"] == run_id


async def test_a_wait_that_takes_too_long_is_no_error(emulator: Emulator) -> None:
    """The agent's own patience may end first: it learns that the run goes on, and may ask again."""
    run_id = await emulator.add_run()
    async with with_run_tools(emulator) as gateway, Client(gateway.mcp_url) as client:
        one = await done(client, "wait-for-run", run_id=run_id, timeout=0.05)
        several = await done(client, "watch-runs", run_ids=[run_id], timeout=0.05)
    assert (one["ended"], one["outcome"]) == (False, "timed out")
    assert (several["ended"], several["going_on"]) == (0, 1)


async def test_watch_several_runs(emulator: Emulator) -> None:
    """Each change is told, and at the end how each run has ended."""
    runs = [await emulator.add_run() for _ in range(3)]
    await emulator.finish(runs[0], "SUCCESS")
    await emulator.finish(runs[1], "FAILURE")
    two_ended = asyncio.Event()

    async def note(progress: float, total: float | None, message: str | None) -> None:
        if message is not None and message.endswith("2 of 3 ended"):
            two_ended.set()

    async with with_run_tools(emulator) as gateway, Client(gateway.mcp_url) as client:
        watching = asyncio.create_task(
            client.call_tool("watch-runs", {"run_ids": runs}, progress_callback=note)
        )
        await two_ended.wait()
        await emulator.finish(runs[2], "SUCCESS")
        result = (await watching).structured_content
    assert [(run["run_id"], run["state"], run["ended"]) for run in result["runs"]] == [
        (runs[0], "succeeded", True),
        (runs[1], "failed", True),
        (runs[2], "succeeded", True),
    ]
    assert (result["ended"], result["going_on"]) == (3, 0)


@pytest.mark.parametrize(("decision", "status"), [(None, "IN_PROGRESS"), ("DECLINE", "DECLINED")])
async def test_approve_with_a_reason(decision: str | None, status: str, emulator: Emulator) -> None:
    """The decision and its reason reach the service; without one, the run is approved."""
    run_id = await emulator.add_run("deploy_to_production")
    given = {} if decision is None else {"decision": decision}
    async with with_run_tools(emulator) as gateway, Client(gateway.mcp_url) as client:
        result = await done(
            client, "approve-run-with-reason", run_id=run_id, reason="tested by hand", **given
        )
        approvers = await done(
            client, "get-action-run-s-approvers", run_id=run_id, include_pending_approvers=False
        )
    assert result["run"]["status"] == status
    assert "tested by hand" in str(approvers)


@pytest.mark.parametrize("reason", ["", "  "])
async def test_a_reason_is_needed(reason: str, emulator: Emulator) -> None:
    """An approval without a reason is refused before anything is sent."""
    run_id = await emulator.add_run("deploy_to_production")
    async with with_run_tools(emulator) as gateway, Client(gateway.mcp_url) as client:
        told = await refused(client, "approve-run-with-reason", run_id=run_id, reason=reason)
    assert "reason" in told
    assert emulator.requests.count("PATCH") == 0


async def test_other_services_have_no_approvals() -> None:
    """ForgePortal's runs and agents' can be waited for; approvals are Port's alone."""
    async with Emulator() as emulator:
        for name, url in (
            ("forgeportal-action-runs", emulator.forgeportal_url),
            ("acp-runs", emulator.acp_url),
        ):
            async with (
                served(name, {}, base_uri=url, run_tools=True) as gateway,
                Client(str(gateway.mcp_url)) as client,
            ):
                names = [tool.name for tool in (await client.list_tools()).tools]
            assert names[-2:] == ["wait-for-run", "watch-runs"]


async def test_a_service_that_the_sdk_cannot_follow() -> None:
    """Without a known service, --run-tools says so when the gateway starts."""
    with pytest.raises(ConfigurationError, match="--run-tools: the document consumes no service"):
        async with served(capability(), {"JOBS_KEY": "k"}, run_tools=True):
            pass


async def test_several_services_are_one_too_many(emulator: Emulator) -> None:
    """Which service a run is of would be a guess."""
    get = "{name: g, inputParameters: [{name: id, in: path}]}"
    resource = f"{{name: r, path: '/runs/{{id}}', operations: [{get}]}}"
    services = [
        f"    - {{type: http, namespace: {name}, baseUri: 'http://x', resources: [{resource}]}}\n"
        for name in ("a", "b")
    ]
    second = ("  exposes:\n", f"{''.join(services)}  exposes:\n")
    with pytest.raises(ConfigurationError, match="--run-tools: the document consumes several"):
        async with served(capability(second), {"JOBS_KEY": "k"}, run_tools=True):
            pass


async def test_runs_of_the_other_services_end() -> None:
    """The tools wait for runs of ForgePortal and of agents as they do for Port's."""
    async with Emulator(speed=200) as emulator:
        forge = await emulator.forgeportal.add_run("create_repository")
        async with (
            served(
                "forgeportal-action-runs", {}, base_uri=emulator.forgeportal_url, run_tools=True
            ) as gateway,
            Client(str(gateway.mcp_url)) as client,
        ):
            assert (await done(client, "wait-for-run", run_id=forge, timeout=30))["ended"]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_gateway_that_stops_lets_nobody_wait(mode: str, emulator: Emulator) -> None:
    """Whoever waits for a run is told, and no connected client holds up the stop."""
    run_id = await emulator.add_run()
    seen = asyncio.Event()

    async def note(progress: float, total: float | None, message: str | None) -> None:
        seen.set()

    # Longer than the time limit of this test: nothing may wait for it.
    async with (
        with_run_tools(emulator, shutdown_seconds=300.0) as gateway,
        Client(gateway.mcp_url, mode=mode) as client,
    ):
        waiting = asyncio.create_task(
            client.call_tool("wait-for-run", {"run_id": run_id}, progress_callback=note)
        )
        await seen.wait()
        await gateway.__aexit__(None, None, None)
        result = await waiting
    assert result.is_error
    assert "503 stopping: the gateway stops; what you wait for goes on" in str(result.content)


class Gone:
    """A client whose service knows no run any more: a watch of it takes no 30 s to find out."""

    def watch(self, run_ids: Sequence[str], *, timeout: float | None) -> Any:
        """Tell at once that each run is gone."""

        @asynccontextmanager
        async def watched() -> AsyncIterator[AsyncIterator[RunUpdate[Any]]]:
            yield updates()

        async def updates() -> AsyncIterator[RunUpdate[Any]]:
            for run_id in run_ids:
                yield RunUpdate(
                    ref=f"port:{run_id}",
                    run=None,
                    state=RunState.UNKNOWN,
                    previous=None,
                    seen_at=datetime.now(UTC),
                    outcome=Outcome.GONE,
                    error=RunGone(f"{run_id} is gone"),
                )

        return watched()


async def test_a_run_that_is_gone() -> None:
    """Waiting for a run that the service does not know fails; among several, it is one outcome."""
    wait, watch, _ = run_tools(Gone(), "port", read_only=False)

    async def report(seconds: float, message: str) -> None:
        pass

    progress = Progress(report, "")
    with pytest.raises(RunGone, match="r_1 is gone"):
        await wait.work({"run_id": "r_1"}, progress)
    result = await watch.work({"run_ids": ["r_1", "r_2"]}, progress)
    assert [(run["outcome"], run["ended"], run["error"]) for run in result["runs"]] == [
        ("gone", False, "r_1 is gone"),
        ("gone", False, "r_2 is gone"),
    ]
