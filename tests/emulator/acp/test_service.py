from __future__ import annotations

import io
import logging

import aiohttp
import pytest

from actionruns.emulator import Emulator
from actionruns.emulator.acp.bodies import BODY_LIMIT
from tests.emulator.acp.contract import HAS_UPSTREAM, NO_UPSTREAM, operations
from tests.emulator.acp.plain import NOWHERE, Acp, refused

pytestmark = pytest.mark.anyio


async def test_urls(emulator: Emulator) -> None:
    """Each version has its own place on the one server."""
    assert emulator.acp_url == f"{emulator.url}/acp/0.1"
    assert emulator.acp_v02_url == f"{emulator.url}/acp/0.2"


@pytest.mark.skipif(not HAS_UPSTREAM, reason=NO_UPSTREAM)
@pytest.mark.parametrize("version", ["0.1", "0.2"])
async def test_every_operation(emulator: Emulator, version: str) -> None:
    """Each operation of the protocol is emulated, and no other."""
    assert emulator._runner is not None  # to look at its routes
    prefix = f"/acp/{version}"
    routes = {
        (route.method, route.resource.canonical.removeprefix(prefix))
        for route in emulator._runner.app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith(f"{prefix}/")
    }
    assert {route for route in routes if route[0] != "HEAD"} == operations(version).keys()


async def test_versions_are_apart(v01: Acp, v02: Acp) -> None:
    """The runs of one version are not those of the other."""
    first, second = await v01.create(), await v02.create()
    assert refused(await v02("GET", f"/runs/{first}"), 404)
    assert refused(await v01("GET", f"/runs/{second}"), 404)
    with pytest.raises(LookupError):
        await v01.control.run(second)


@pytest.mark.parametrize("version", ["0.1", "0.2"])
async def test_key(session: aiohttp.ClientSession, version: str) -> None:
    """Without a good key there is a 401, if keys are asked for."""
    async with Emulator(acp_auth=True) as emulator:
        acp = Acp(emulator, session, version)
        for headers in ({}, {"x-api-key": "bad"}, {"Authorization": "Bearer demo"}):
            acp.headers = headers
            answer = await acp("POST", "/agents/search", {})
            assert (answer.status, answer.json) == (401, "Invalid API Key")
        acp.headers = {"x-api-key": "demo"}
        assert (await acp("POST", "/agents/search", {})).status == 200


async def test_no_key(acp: Acp) -> None:
    """Else everybody is served, with a key and without."""
    for headers in ({}, {"x-api-key": "demo"}):
        acp.headers = headers
        assert (await acp("POST", "/agents/search", {})).status == 200


async def test_detail(session: aiohttp.ClientSession) -> None:
    """Errors can be the object of the framework that servers are built on."""
    async with Emulator(acp_errors="detail") as emulator:
        acp = Acp(emulator, session, "0.1")
        acp.checked = False
        answer = await acp("GET", f"/runs/{NOWHERE}")
        assert (answer.status, answer.json) == (404, {"detail": f"Run {NOWHERE} not found"})


async def test_no_route(acp: Acp) -> None:
    """A path or a method that isn't there has the error's usual form."""
    assert refused(await acp("GET", "/nothing"), 404)
    assert refused(await acp("PUT", "/runs"), 405)


async def test_bodies(acp: Acp) -> None:
    """A body that is no JSON, or is too large, is refused."""
    async with acp.session.post(f"{acp.url}/runs", data=b"{") as response:
        assert (response.status, await response.json()) == (422, "The body is not valid JSON")
    large = io.BytesIO(b" " * (BODY_LIMIT + 1))
    async with acp.session.post(f"{acp.url}/runs", data=large) as response:
        assert (response.status, await response.json()) == (413, "The body is too large")


async def test_own_failure(
    acp: Acp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of the emulator's own is logged, and answered as a server error."""
    acp.checked = False

    def fail(run_id: str) -> None:
        raise RuntimeError(run_id)

    monkeypatch.setattr(acp.control._state.life.runs, "get", fail)
    with caplog.at_level(logging.ERROR):
        assert refused(await acp("GET", f"/runs/{NOWHERE}"), 500)
    assert NOWHERE in caplog.text


async def test_faults(acp: Acp) -> None:
    """Its routes can be made to fail as those of any service."""
    acp.checked = False
    route = f"/acp/{acp.version}/runs/{{run_id}}"
    acp.emulator.fail_next("GET", route, status=503, body="down")
    answer = await acp("GET", f"/runs/{NOWHERE}")
    assert (answer.status, answer.json) == (503, "down")
