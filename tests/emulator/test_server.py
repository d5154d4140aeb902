from __future__ import annotations

import asyncio
import logging
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import actionruns.emulator
from actionruns.emulator import Emulator
from actionruns.errors import ConfigurationError
from tests.emulator.plain import Plain, refused

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])  # noqa: S104 # what must be refused
async def test_loopback_only(host: str) -> None:
    """The emulator listens on loopback addresses only."""
    with pytest.raises(ValueError, match="loopback"):
        Emulator(host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_url(host: str, session: aiohttp.ClientSession) -> None:
    """The addresses are known when it listens."""
    async with Emulator(host=host) as emulator:
        assert emulator.url.startswith("http://127.0.0.1:")
        assert emulator.port_url == f"{emulator.url}/port"
        assert (await Plain(emulator, session)("GET", "/actions/runs")).status == 200


async def test_chosen_port(session: aiohttp.ClientSession) -> None:
    """It listens on the port that it is given, and says so when that is taken."""
    async with Emulator() as first:
        port = int(first.url.rsplit(":", 1)[1])
        second = Emulator(port=port)
        with pytest.raises(OSError, match="address"):
            await second.__aenter__()
    async with Emulator(port=port) as third:
        assert third.url == f"http://127.0.0.1:{port}"


async def test_not_running(tmp_path: Path) -> None:
    """Before the start and after the end, it says that it doesn't run."""
    emulator = Emulator()
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="isn't running"):
            _ = emulator.port_url
        with pytest.raises(ConfigurationError, match="isn't running"):
            await emulator.add_run()
        with pytest.raises(ConfigurationError, match="isn't running"):
            emulator.fail_next("GET", "/port/v1/actions/runs", status=500)
        await emulator.aclose()


async def test_twice() -> None:
    """A running emulator isn't started again."""
    async with Emulator() as emulator:
        with pytest.raises(ConfigurationError, match="running already"):
            await emulator.__aenter__()


async def test_again(session: aiohttp.ClientSession) -> None:
    """A stopped emulator can be started again, empty when it has no database file."""
    emulator = Emulator(auto_progress=False)
    for _ in range(2):
        async with emulator:
            port = Plain(emulator, session)
            assert (await port("GET", "/actions/runs")).ids == []
            await port.execute()


async def test_stops_with_connections() -> None:
    """Stopping cuts open connections and frees the port."""
    async with aiohttp.ClientSession() as session:
        async with Emulator() as emulator:
            port = int(emulator.url.rsplit(":", 1)[1])
            await Plain(emulator, session)("GET", "/actions/runs")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            assert probe.getsockname() == ("127.0.0.1", port)


async def test_who_waits_is_let_go() -> None:
    """Who waits for the end of a run is let go when the emulator stops."""
    async with Emulator(auto_progress=False) as emulator:
        waiting = asyncio.ensure_future(emulator.ended(await emulator.add_run()))
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_who_gave_up(emulator: Emulator) -> None:
    """Who no longer waits for the end of a run doesn't keep it from the others."""
    run_id = await emulator.add_run()
    gave_up, waiting = (asyncio.ensure_future(emulator.ended(run_id)) for _ in range(2))
    await asyncio.sleep(0)
    gave_up.cancel()
    await asyncio.gather(gave_up, return_exceptions=True)
    await emulator.finish(run_id)
    assert (await waiting)["status"] == "SUCCESS"


async def test_ended_already(emulator: Emulator) -> None:
    """Waiting for a run that is over returns at once."""
    run_id = await emulator.add_run(ended="FAILURE")
    assert (await emulator.ended(run_id))["status"] == "FAILURE"


async def test_state_survives(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    """Runs, logs, decisions and entities survive a restart with a database file."""
    paths = []
    before: list[Any] = []
    settings: Any = {"db": tmp_path / "state.db", "auto_progress": False}
    async with Emulator(**settings) as emulator:
        port = Plain(emulator, session)
        run_id = await port.execute("delete_environment", reason="old")
        await emulator.approve(run_id)
        await port("POST", f"/actions/runs/{run_id}/logs", body={"message": "hello"})
        await port("DELETE", "/blueprints/microservice/entities/payments")
        run = f"/actions/runs/{run_id}"
        paths = [run, f"{run}/logs", f"{run}/approvers", "/blueprints/microservice/entities"]
        before = [(await port("GET", path)).json for path in paths]
    async with Emulator(**settings) as emulator:
        port = Plain(emulator, session)
        assert [(await port("GET", path)).json for path in paths] == before
        await emulator.approve(run_id, "reviewer")
        assert (await emulator.run(run_id))["status"] == "IN_PROGRESS"


async def test_database_unusable(tmp_path: Path) -> None:
    """A database file that can't be opened is an error at the start."""
    with pytest.raises(Exception, match="unable to open"):
        await Emulator(db=tmp_path / "no" / "such" / "folder").__aenter__()


async def test_seeds(session: aiohttp.ClientSession) -> None:
    """The same seed gives the same ids, another seed others."""
    ids = []
    for seed in (1, 1, 2):
        async with Emulator(seed=seed) as emulator:
            ids.append(await Plain(emulator, session).execute())
    assert ids[0] == ids[1] != ids[2]


async def test_own_failure(
    port: Plain,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A fault of the emulator's own is logged, and answered as the service would."""

    def fail(run_id: str) -> None:
        raise RuntimeError(run_id)

    monkeypatch.setattr(emulator._service.life, "get", fail)  # to break it
    port.emulator = emulator
    with caplog.at_level(logging.ERROR):
        url = f"{emulator.port_url}/v1/actions/runs/r_1/approvers"
        async with port.session.get(url, headers=port.headers) as response:
            assert response.status == 500
            assert (await response.json())["error"] == "internal_error"
    assert "r_1" in caplog.text


async def test_control_of_unknown(emulator: Emulator) -> None:
    """Control methods refuse a run that isn't there."""
    calls = (emulator.finish, emulator.delete, emulator.run, emulator.ended)
    for call in calls:
        with pytest.raises(LookupError, match="r_none"):
            await call("r_none")
    with pytest.raises(LookupError, match="r_none"):
        await emulator.set_status("r_none", "PAUSED")


async def test_finish(port: Plain, emulator: Emulator) -> None:
    """A run can be ended with any status, once, and says so in its log."""
    run_id = await port.execute()
    await emulator.finish(run_id, "CANCELLED")
    run = (await port("GET", f"/actions/runs/{run_id}")).run
    assert (run["status"], "endedAt" in run) == ("CANCELLED", True)
    logs = (await port("GET", f"/actions/runs/{run_id}/logs")).json["runLogs"]
    assert [entry["message"] for entry in logs] == ["Finished with CANCELLED"]
    with pytest.raises(ValueError, match="over already"):
        await emulator.finish(run_id)


async def test_set_status(port: Plain, emulator: Emulator) -> None:
    """A run can be given a status that nobody knows, and stays active."""
    run_id = await port.execute()
    await emulator.set_status(run_id, "PAUSED")
    active = (await port("GET", "/actions/runs", params={"active": "true"})).json["runs"]
    assert [(run["id"], run["status"]) for run in active] == [(run_id, "PAUSED")]


async def test_delete(port: Plain, emulator: Emulator) -> None:
    """A run that was removed is nowhere."""
    run_id, other = await emulator.add_runs(2)
    await emulator.delete(run_id)
    assert refused(await port("GET", f"/actions/runs/{run_id}"), 404)
    assert (await port("GET", "/actions/runs")).ids == [other]


async def test_add_runs(port: Plain, emulator: Emulator) -> None:
    """Many runs are added in one call, in their order, over the size of a batch."""
    ids = await emulator.add_runs(4500, external_run_id="x")
    assert len(set(ids)) == 4500
    assert [run for page in await port.walk(limit=1000) for run in page] == ids[::-1]
    params = {"external_run_id": "x", "limit": "2"}
    assert (await port("GET", "/actions/runs", params=params)).ids == ids[:-3:-1]


def test_exports() -> None:
    """What the package exports is there and has a docstring."""
    for name in actionruns.emulator.__all__:
        assert getattr(actionruns.emulator, name).__doc__
