"""`actionruns.watch` over the runs of all services, served by one emulator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

import actionruns
from actionruns import (
    AsyncAcpClient,
    AsyncForgePortalClient,
    AsyncPortClient,
    RunState,
    RunUpdate,
)
from actionruns.emulator import Emulator
from actionruns.services import ServiceClient

pytestmark = pytest.mark.anyio

QUEUED, WAITING, RUNNING = RunState.QUEUED, RunState.WAITING, RunState.RUNNING
SUCCEEDED, FAILED, CANCELED = RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELED

Step = Callable[[], Awaitable[Any]]


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """An emulator whose runs move when the test says so."""
    async with Emulator(auto_progress=False) as emulator:
        yield emulator


@pytest.fixture
async def clients(emulator: Emulator) -> AsyncIterator[dict[str, ServiceClient]]:
    """Clients of all its services, the protocol's of version 0.1."""
    async with (
        AsyncPortClient(base_url=emulator.port_url, token="demo", trust_env=False) as port,
        AsyncForgePortalClient(base_url=emulator.forgeportal_url, session_cookie="") as forge,
        AsyncAcpClient(base_url=emulator.acp_url, api_key="", trust_env=False) as acp,
    ):
        yield {"port": port, "forgeportal": forge, "acp": acp}


async def followed(watch: AsyncIterator[RunUpdate[Any]], steps: dict[str, list[Step]]) -> Any:
    """Make the next step of a run with each update of it; return the states by run."""
    states: dict[str, list[RunState]] = defaultdict(list)
    async for update in watch:
        states[update.ref].append(update.state)
        assert update.is_terminal == (not steps[update.ref])
        if steps[update.ref]:
            await steps[update.ref].pop(0)()
    return dict(states)


async def test_each_service_in_its_own_way(
    emulator: Emulator, clients: dict[str, ServiceClient]
) -> None:
    """Approvals, attempts that go back and questions are changes; each run ends once."""
    port_run = await emulator.add_run("deploy_to_production")
    forge, acp = emulator.forgeportal, emulator.acp
    forge_run, acp_run = await forge.add_run(), await acp.add_run("thinker")
    runs = clients["acp"].runs  # type: ignore[attr-defined]  # an AsyncAcpV01Client
    steps: dict[str, list[Step]] = {
        f"port:{port_run}": [
            lambda: emulator.approve(port_run),
            lambda: emulator.finish(port_run, "SUCCESS"),
        ],
        f"forgeportal:{forge_run}": [
            lambda: forge.start(forge_run),
            lambda: forge.fail(forge_run),
            lambda: forge.start(forge_run),
            lambda: forge.finish(forge_run),
        ],
        f"acp:{acp_run}": [
            lambda: acp.interrupt(acp_run, {"question": "Which one?"}),
            lambda: runs.resume_run(acp_run, body={"one": 1}),
            lambda: acp.succeed(acp_run, {"done": True}),
        ],
    }
    watch = actionruns.watch(list(steps), clients=clients, interval=0.01)
    assert await followed(watch, steps) == {
        f"port:{port_run}": [WAITING, RUNNING, SUCCEEDED],
        f"forgeportal:{forge_run}": [QUEUED, RUNNING, QUEUED, RUNNING, SUCCEEDED],
        f"acp:{acp_run}": [RUNNING, WAITING, RUNNING, SUCCEEDED],
    }


async def test_version_0_2_with_runs_on_threads(
    emulator: Emulator, clients: dict[str, ServiceClient]
) -> None:
    """A client of version 0.2 follows stateless runs and, by both ids, those on threads."""
    acp = emulator.acp_v02
    alone, on_thread = await acp.add_run("thinker"), await acp.add_run("thinker", on_thread=True)
    thread = (await acp.run(on_thread))["thread_id"]
    forge_run = await emulator.forgeportal.add_run()
    steps: dict[str, list[Step]] = {
        f"acp:{alone}": [lambda: acp.succeed(alone, {})],
        f"acp:{thread}/{on_thread}": [lambda: acp.fail(on_thread, status="timeout")],
        f"forgeportal:{forge_run}": [lambda: emulator.forgeportal.finish(forge_run, "canceled")],
    }
    async with AsyncAcpClient(version="0.2", base_url=emulator.acp_v02_url, api_key="") as v02:
        mixed = {**clients, "acp": v02}
        watch = actionruns.watch(list(steps), clients=mixed, interval=0.01)
        assert await followed(watch, steps) == {
            f"acp:{alone}": [RUNNING, SUCCEEDED],
            f"acp:{thread}/{on_thread}": [RUNNING, RunState.TIMED_OUT],
            f"forgeportal:{forge_run}": [QUEUED, CANCELED],
        }


async def test_one_service_that_fails_for_a_while(
    emulator: Emulator, clients: dict[str, ServiceClient]
) -> None:
    """The runs of the others end meanwhile; its own are followed on when it is back."""
    forge_run, acp_run = await emulator.forgeportal.add_run(), await emulator.acp.add_run()
    refs = [f"forgeportal:{forge_run}", f"acp:{acp_run}"]
    ended: list[str] = []
    async for update in actionruns.watch(refs, clients=clients, interval=0.01):
        if update.is_terminal:
            ended.append(update.ref)
            if update.ref == refs[1]:
                await emulator.forgeportal.finish(forge_run)
        elif update.ref == refs[1]:
            route = "/forgeportal/api/v1/action-runs"
            emulator.fail_next("GET", route, status=400, body={"error": "no"}, times=3)
            await emulator.acp.succeed(acp_run, {})
    assert ended == refs[::-1]


async def test_many_runs_of_all_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """With clients of the environment, each of many runs that live by themselves ends once."""
    async with Emulator(speed=500, failure_rate=0.3) as emulator:
        monkeypatch.setenv("PORT_BASE_URL", emulator.port_url)
        monkeypatch.setenv("PORT_API_KEY", "demo")
        monkeypatch.setenv("FORGEPORTAL_URL", emulator.forgeportal_url)
        monkeypatch.setenv("ACP_URL", emulator.acp_url)
        monkeypatch.setenv("ACP_API_KEY", "demo")
        monkeypatch.delenv("FORGEPORTAL_SESSION", raising=False)
        refs = [f"port:{run}" for run in await emulator.add_runs(60, "create_microservice")]
        refs += [f"forgeportal:{run}" for run in await emulator.forgeportal.add_runs(60)]
        refs += [f"acp:{run}" for run in await emulator.acp.add_runs(60)]
        watch = actionruns.watch(refs, interval=0.05)
        ended = [update.ref async for update in watch if update.is_terminal]
    assert sorted(ended) == sorted(refs)
