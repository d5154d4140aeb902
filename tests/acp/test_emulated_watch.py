"""Following agents' runs: held answers, streams, pushes and lists, against the emulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from actionruns import AsyncAcpClient, Outcome, RunState
from actionruns.acp import StatusWebhook
from actionruns.emulator import Emulator

pytestmark = pytest.mark.anyio

Version = Literal["0.1", "0.2"]

VERSIONS: list[Version] = ["0.1", "0.2"]


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """An emulator whose runs move when the test says so."""
    async with Emulator(auto_progress=False) as emulator:
        yield emulator


def client_of(emulator: Emulator, version: Version) -> Any:
    """Return a client of a version."""
    url = emulator.acp_url if version == "0.1" else emulator.acp_v02_url
    return AsyncAcpClient(version=version, base_url=url, api_key="demo", trust_env=False)


def paths(version: Version) -> tuple[str, str, str]:
    """Return where a run is asked for, where its answer is held, and where it is streamed."""
    run = f"/acp/{version}/runs/{{run_id}}"
    return run, f"{run}/{'output' if version == '0.1' else 'wait'}", f"{run}/stream"


@pytest.mark.parametrize("version", VERSIONS)
async def test_few_runs_are_held(emulator: Emulator, version: Version) -> None:
    """The server says when a run has moved: one held answer and two questions for a whole run."""
    control = emulator.acp if version == "0.1" else emulator.acp_v02
    one, held, _ = paths(version)
    run_id = await control.add_run("thinker")
    async with client_of(emulator, version) as acp, acp.watch([run_id]) as watch:
        assert (await anext(watch)).state is RunState.RUNNING
        await emulator.requests.reached(1, "GET", held)
        await control.advance(run_id)
        update = await anext(watch)
        assert (update.state, update.outcome) == (RunState.SUCCEEDED, Outcome.ENDED)
        assert update.changed_at == update.run.updated_at
        assert "hold an answer" in watch.explain()
    assert emulator.requests.count("GET", held) == 1
    assert emulator.requests.count("GET", one) == 2


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_server_that_cannot_hold_is_listened_to(
    emulator: Emulator, version: Version
) -> None:
    """Its stream tells when to look: what an event says of the run is not believed."""
    control = emulator.acp if version == "0.1" else emulator.acp_v02
    one, held, stream = paths(version)
    emulator.fail_next("GET", held, status=501, times=10)
    run_id = await control.add_run("thinker")
    async with client_of(emulator, version) as acp, acp.watch([run_id]) as watch:
        assert (await anext(watch)).state is RunState.RUNNING
        following = asyncio.ensure_future(anext(watch))
        await emulator.requests.reached(1, "GET", stream)
        await control.advance(run_id)
        assert (await following).outcome is Outcome.ENDED
        assert "listen to the stream" in watch.explain()
    assert emulator.requests.count("GET", held) == 1
    assert emulator.requests.count("GET", one) >= 2


@pytest.mark.parametrize("version", VERSIONS)
async def test_many_runs_are_swept(emulator: Emulator, version: Version) -> None:
    """The lists of pending and of interrupted runs, and a question for each end."""
    control = emulator.acp if version == "0.1" else emulator.acp_v02
    run_ids = [await control.add_run("thinker") for _ in range(100)]
    async with client_of(emulator, version) as acp, acp.watch(run_ids, interval=0.05) as watch:
        for _ in run_ids:
            assert (await anext(watch)).state is RunState.RUNNING
        for run_id in run_ids[:3]:
            await control.advance(run_id)
        ended = {(await anext(watch)).run_id for _ in range(3)}
        shot = watch.snapshot()
        assert "sweep the list" in watch.explain()
    assert ended == set(run_ids[:3])
    assert shot.singles <= 100
    assert shot.holds == 0


@pytest.mark.parametrize("version", VERSIONS)
async def test_pushes_feed_a_watch(emulator: Emulator, version: Version) -> None:
    """What a server posts is looked at at once, by the run's own answer."""
    control = emulator.acp if version == "0.1" else emulator.acp_v02
    async with client_of(emulator, version) as acp:
        watch = acp.watch([], interval=3600, keep_open=True)
        webhook = StatusWebhook(version=version, on_run=lambda run: watch.poke([run.run_id]))
        app = web.Application()
        webhook.add_to(app, "/status")
        async with TestServer(app, host="127.0.0.1") as server, watch:
            creation = {"webhook": str(server.make_url("/status"))}
            run_ids = [await control.add_run("thinker") for _ in range(99)]
            run_ids.append(await control.add_run("thinker", creation=creation))
            watch.add(run_ids)
            for _ in run_ids:
                assert (await anext(watch)).state is RunState.RUNNING
            before = watch.snapshot()
            await control.advance(run_ids[99])
            update = await anext(watch)
            assert (update.run_id, update.outcome) == (run_ids[99], Outcome.ENDED)
            after = watch.snapshot()
    assert after.pushes >= 1
    assert after.rounds == before.rounds
