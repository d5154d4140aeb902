from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from actionruns.emulator import Emulator
from actionruns.emulator.faults import Fault, FaultPlan, matches
from tests.emulator.plain import Plain

pytestmark = pytest.mark.anyio

LIST = "/port/v1/actions/runs"
RUN = "/port/v1/actions/runs/{run_id}"
HEADERS = {"Authorization": "Bearer demo"}


async def get(
    emulator: Emulator, session: aiohttp.ClientSession, path: str = LIST
) -> tuple[int, bytes, Any]:
    """Send a request and return status, body and headers of its answer."""
    async with session.get(emulator.url + path, headers=HEADERS) as response:
        return response.status, await response.read(), response.headers


async def test_status(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """The next requests get the status, those after them the service's answer."""
    emulator.fail_next("GET", LIST, status=503, headers={"Retry-After": "7"}, times=2)
    answers = [await get(emulator, session) for _ in range(3)]
    assert [status for status, _, _ in answers] == [503, 503, 200]
    assert answers[0][1] == b""
    assert answers[0][2]["Retry-After"] == "7"


async def test_body(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """The answer can have any body, as JSON or broken, with 200 if no status is named."""
    emulator.fail_next("GET", LIST, status=500, body={"ok": False})
    emulator.fail_next("GET", LIST, body=b'{"ok": tr')
    emulator.fail_next("GET", LIST, body=b"<html>", headers={"Content-Type": "text/html"})
    failed, broken, page = [await get(emulator, session) for _ in range(3)]
    assert (failed[0], json.loads(failed[1])) == (500, {"ok": False})
    assert (broken[0], broken[1]) == (200, b'{"ok": tr')
    assert page[2]["Content-Type"] == "text/html"


async def test_not_handled(port: Plain, emulator: Emulator) -> None:
    """A request that gets a status of the test's isn't handled."""
    emulator.fail_next("POST", "/port/v1/actions/{action_identifier}/runs", status=500, body={})
    answer = await port("GET", "/actions/runs")
    body: Any = {"properties": {}}
    url = f"{emulator.port_url}/v1/actions/rotate_secrets/runs"
    async with port.session.post(url, json=body, headers=HEADERS) as response:
        assert response.status == 500
    assert (await port("GET", "/actions/runs")).json == answer.json


async def test_reset_before(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """A reset breaks the connection before the request is handled."""
    run_id = await emulator.add_run()
    emulator.fail_next("PATCH", RUN, reset=True)
    url = f"{emulator.port_url}/v1/actions/runs/{run_id}"
    with pytest.raises(aiohttp.ClientConnectionError):
        await session.patch(url, json={"summary": "x"}, headers=HEADERS)
    assert "summary" not in await emulator.run(run_id)


async def test_reset_after(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """A reset after the handling loses the answer to what has happened."""
    run_id = await emulator.add_run()
    emulator.fail_next("PATCH", RUN, reset="after")
    url = f"{emulator.port_url}/v1/actions/runs/{run_id}"
    with pytest.raises(aiohttp.ClientConnectionError):
        await session.patch(url, json={"summary": "x"}, headers=HEADERS)
    assert (await emulator.run(run_id))["summary"] == "x"


async def test_half(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """Half of the body arrives under the whole one's length, then the connection ends."""
    await emulator.add_runs(3)
    whole = (await get(emulator, session))[1]
    emulator.fail_next("GET", LIST, reset="half")
    async with session.get(emulator.url + LIST, headers=HEADERS) as response:
        assert response.status == 200
        assert response.headers["Content-Length"] == str(len(whole))
        half = await response.content.readexactly(len(whole) // 2)
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()
    assert whole.startswith(half)


async def test_delay(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """A delay alone makes the service's own answer late."""
    emulator.fail_next("GET", LIST, delay=0.02)
    begun = asyncio.get_running_loop().time()
    assert (await get(emulator, session))[0] == 200
    assert asyncio.get_running_loop().time() - begun >= 0.02


async def test_delay_of_one(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """Others don't wait for a request that is late."""
    emulator.fail_next("GET", LIST, delay=3600)
    late = asyncio.ensure_future(get(emulator, session))
    await emulator.requests.reached(1)
    assert (await get(emulator, session))[0] == 200
    assert not late.done()
    late.cancel()
    await asyncio.gather(late, return_exceptions=True)


async def test_delay_at_the_end(session: aiohttp.ClientSession) -> None:
    """Stopping doesn't wait for an answer that is late: its connection is cut."""
    async with Emulator() as emulator:
        emulator.fail_next("GET", LIST, delay=3600)
        late = asyncio.ensure_future(get(emulator, session))
        await emulator.requests.reached(1, "GET", LIST)
    with pytest.raises(aiohttp.ClientConnectionError):
        await late


async def test_headers_alone(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """Headers alone are added to the service's own answer."""
    emulator.fail_next("GET", LIST, headers={"x-ratelimit-remaining": "0"})
    status, body, headers = await get(emulator, session)
    assert (status, json.loads(body)["ok"]) == (200, True)
    assert headers["x-ratelimit-remaining"] == "0"


async def test_hang(session: aiohttp.ClientSession) -> None:
    """A request that hangs is cut off when the emulator stops."""
    async with Emulator() as emulator:
        emulator.fail_next("*", "*", hang=True)
        hanging = asyncio.ensure_future(get(emulator, session))
        await emulator.requests.reached(1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await hanging


async def test_one_run(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """A fault can concern the path of one run alone."""
    first, second = await emulator.add_runs(2)
    emulator.fail_next("GET", f"/port/v1/actions/runs/{first}", status=500)
    statuses = [
        (await get(emulator, session, f"{LIST}/{run_id}"))[0] for run_id in (second, first, first)
    ]
    assert statuses == [200, 500, 200]


async def test_order(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """Requests meet the faults in their order, each method and route its own."""
    emulator.fail_next("POST", LIST + "/{run_id}/logs", status=500)
    emulator.fail_next("GET", LIST, status=502)
    emulator.fail_next("*", "*", status=503)
    assert [(await get(emulator, session))[0] for _ in range(3)] == [502, 503, 200]


async def test_clear(emulator: Emulator, session: aiohttp.ClientSession) -> None:
    """Faults that nobody met can be cleared."""
    emulator.fail_next("GET", LIST, status=500, times=10)
    emulator.clear_faults()
    assert (await get(emulator, session))[0] == 200


async def test_streams() -> None:
    """Faults are for answers of one piece: with a stream they say so."""

    async def stream(request: web.BaseRequest) -> web.StreamResponse:
        return web.StreamResponse()

    request = make_mocked_request("GET", "/")
    with pytest.raises(TypeError, match="streams"):
        await FaultPlan().apply(Fault(headers={"a": "b"}), request, stream)


@pytest.mark.parametrize("reset", ["before", "half"])
async def test_gone_already(reset: Any) -> None:
    """Breaking a connection that the client has closed is no error."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=b"body")

    request = make_mocked_request("GET", "/")
    request._protocol.transport = None  # What aiohttp does when the client goes away.
    await FaultPlan().apply(Fault(reset=reset), request, answer)
    assert request.transport is None


@pytest.mark.parametrize("route", ["/v1/actions/runs", "/port/v1/action/runs", ""])
async def test_unknown_route(emulator: Emulator, route: str) -> None:
    """A fault for a route that doesn't exist is refused: it would never happen."""
    with pytest.raises(ValueError, match="no route"):
        emulator.fail_next("GET", route, status=500)


async def test_no_times(emulator: Emulator) -> None:
    """A fault that concerns no request is refused."""
    with pytest.raises(ValueError, match="times"):
        emulator.fail_next("GET", LIST, times=0)


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("/a/{b}", "/a/x", True),
        ("/a/{b}", "/a/x/y", False),
        ("/a/{b}/c", "/a/x/c", True),
        ("/a.b", "/axb", False),
    ],
)
def test_matches(template: str, path: str, expected: bool) -> None:
    """A template stands for one segment where it has a name."""
    assert matches(template, path) is expected
