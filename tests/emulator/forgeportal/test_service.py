from __future__ import annotations

import logging
import uuid

import pytest

from actionruns.emulator import Emulator
from tests.emulator.forgeportal.plain import NOWHERE, Forge

pytestmark = pytest.mark.anyio


async def test_url(emulator: Emulator, forge: Forge) -> None:
    """ForgePortal is a part of the same server, under its own prefix."""
    assert emulator.forgeportal_url == f"{emulator.url}/forgeportal"
    assert emulator.forgeportal_url != emulator.port_url


async def test_health(emulator: Emulator, forge: Forge) -> None:
    """It tells that it and its database are well."""
    async with forge.session.get(f"{emulator.forgeportal_url}/healthz") as response:
        assert (response.status, await response.json()) == (
            200,
            {"status": "ok", "db": "connected"},
        )


@pytest.mark.parametrize("path", ["/action-runs", f"/action-runs/{NOWHERE}", "/nothing"])
async def test_request_id(forge: Forge, path: str) -> None:
    """Every answer has the request's own id, or one that is made for it."""
    forge.headers = {"x-request-id": "mine-1"}
    assert (await forge("GET", path)).headers["x-request-id"] == "mine-1"
    forge.headers = {}
    made = {(await forge("GET", path)).headers["x-request-id"] for _ in range(2)}
    assert len(made) == 2
    assert all(uuid.UUID(each) for each in made)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing"), ("DELETE", "/action-runs"), ("POST", "/action-runs")],
)
async def test_no_route(forge: Forge, method: str, path: str) -> None:
    """A path or a method that isn't there is a 404 of the framework."""
    answer = await forge(method, path)
    assert (answer.status, answer.json) == (
        404,
        {
            "statusCode": 404,
            "error": "Not Found",
            "message": f"Route {method}:/api/v1{path} not found",
        },
    )


async def test_own_failure(
    forge: Forge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of the emulator's own is logged, and answered as the framework would."""
    service = forge.emulator._forgeportal  # to break it
    assert service is not None

    def fail(run_id: str) -> None:
        raise RuntimeError(run_id)

    monkeypatch.setattr(service.life.runs, "get", fail)
    with caplog.at_level(logging.ERROR):
        answer = await forge("GET", f"/action-runs/{NOWHERE}")
    assert answer.status == 500
    assert answer.json == {
        "statusCode": 500,
        "error": "Internal Server Error",
        "message": "Internal error",
    }
    assert NOWHERE in caplog.text


async def test_faults(forge: Forge) -> None:
    """Its routes can be made to fail as those of any service."""
    route = "/forgeportal/api/v1/action-runs/{run_id}"
    forge.emulator.fail_next("GET", route, status=503, body={"error": "down"})
    answer = await forge("GET", f"/action-runs/{NOWHERE}")
    assert (answer.status, answer.json) == (503, {"error": "down"})
    assert forge.emulator.requests.count("GET", route) == 1


async def test_apart_from_port(forge: Forge) -> None:
    """Its runs are not those of Port."""
    run_id = await forge.emulator.forgeportal.add_run()
    with pytest.raises(LookupError):
        await forge.emulator.run(run_id)
    await forge.emulator.add_run()
    assert await forge.ids() == [run_id]
