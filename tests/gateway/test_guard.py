"""Whom a gateway serves: addresses, names, pages of other sites, keys."""

from __future__ import annotations

import logging
from typing import Any

import aiohttp
import pytest
from mcp import Client

from actionruns.emulator import Emulator
from actionruns.errors import ConfigurationError
from actionruns.gateway import Gateway, GatewaySettings
from actionruns.gateway.guard import Guard
from tests.gateway.conftest import Caller, Jobs, served
from tests.gateway.documents import capability
from tests.gateway.test_tools import done, refused

RUNS = "/v1/v1/actions/runs"
KEY = "key-of-the-callers"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])  # noqa: S104 # refused
def test_other_machines_need_a_key(host: str) -> None:
    """An address that others reach is refused without a key, and taken with one."""
    with pytest.raises(ConfigurationError, match="--api-key-env"):
        GatewaySettings(host=host)
    assert GatewaySettings(host=host, api_key=KEY).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_this_machine_needs_none(host: str) -> None:
    """Every name of the machine's own interface does without a key."""
    assert GatewaySettings(host=host).api_key is None


def test_an_empty_key_is_none() -> None:
    """A key of spaces would let in whoever sends none."""
    with pytest.raises(ConfigurationError, match="is empty"):
        GatewaySettings(api_key=" ")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "127.0.0.1:8080"}, None),
        ({"host": "localhost"}, None),
        ({"host": "LOCALHOST:1"}, None),
        ({"host": "[::1]:8080"}, None),
        ({"host": "evil.example:8080"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"host": "192.168.0.7"}, 421),
        ({"host": ""}, 421),
        ({}, 421),
        ({"host": "localhost:port"}, 421),
        ({"host": "localhost", "origin": "http://localhost:3000"}, None),
        ({"host": "localhost", "origin": "https://evil.example"}, 403),
        ({"host": "localhost", "origin": "null"}, 403),
        ({"host": "localhost", "origin": "http://["}, 403),
    ],
)
def test_names_of_this_machine_only(headers: dict[str, str], status: int | None) -> None:
    """A name that stands for 127.0.0.1 by somebody's trick is refused, and a foreign page."""
    refused = Guard(GatewaySettings()).refusal(headers)
    assert (None if refused is None else refused.status) == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "192.168.0.7:8080"}, None),
        ({"host": "runs.example.org"}, None),
        ({"host": "other.example.org"}, 421),
        ({"host": "runs.example.org", "origin": "https://runs.example.org"}, None),
        ({"host": "runs.example.org", "origin": "https://other.example.org"}, 403),
    ],
)
def test_names_that_are_allowed(headers: dict[str, str], status: int | None) -> None:
    """On an open address, any address will do, and the names that were given."""
    settings = GatewaySettings(host="0.0.0.0", api_key=KEY, allowed_hosts=("Runs.example.org",))  # noqa: S104 # with a key
    refused = Guard(settings).refusal({**headers, "x-api-key": KEY})
    assert (None if refused is None else refused.status) == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"x-api-key": KEY}, None),
        ({"authorization": f"Bearer {KEY}"}, None),
        ({"authorization": f"bearer {KEY}"}, None),
        ({"authorization": f"Basic {KEY}"}, 401),
        ({"authorization": KEY}, 401),
        ({"x-api-key": f"{KEY}x"}, 401),
        ({"x-api-key": "\udcff"}, 401),
    ],
)
def test_a_key_is_asked_for(headers: dict[str, str], status: int | None) -> None:
    """The key is taken as a bearer token or as x-api-key, and whole."""
    refused = Guard(GatewaySettings(api_key=KEY)).refusal({"host": "localhost", **headers})
    assert (None if refused is None else refused.status) == status


@pytest.mark.anyio
@pytest.mark.parametrize("adapter", ["rest", "mcp"])
async def test_both_adapters_look_at_host_and_origin(adapter: str, gateway: Gateway) -> None:
    """A rebound name gets 421 and a page of another site 403, over REST and over MCP."""
    url = f"{gateway.rest_url}{RUNS}" if adapter == "rest" else str(gateway.mcp_url)
    async with aiohttp.ClientSession() as session:
        for headers, status in (({"Host": "evil.example"}, 421), ({"Origin": "http://x.y"}, 403)):
            async with session.post(url, headers=headers, json={}) as answer:
                assert answer.status == status
                assert (await answer.json())["ok"] is False


@pytest.mark.anyio
async def test_rest_callers_show_the_key(emulator: Emulator, call: Caller) -> None:
    """Without the key, nothing but health and readiness is told."""
    async with served("port-action-runs", base_uri=emulator.port_url, api_key=KEY) as gateway:
        for path, status in ((RUNS, 401), ("/docs", 401), ("/healthz", 200), ("/readyz", 200)):
            assert (await call(gateway, "GET", path)).status == status
        with_key = await call(gateway, "GET", RUNS, headers={"Authorization": f"Bearer {KEY}"})
        assert with_key.status == 200


@pytest.mark.anyio
async def test_agents_show_the_key(emulator: Emulator) -> None:
    """The official client gets in with the header, and not without."""
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    async with served("port-action-runs", base_uri=emulator.port_url, api_key=KEY) as gateway:
        url = str(gateway.mcp_url)
        async with (
            httpx2.AsyncClient(headers={"x-api-key": KEY}) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            assert (await done(client, "get-all-action-runs"))["runs"] == []
        async with aiohttp.ClientSession() as session, session.post(url, json={}) as answer:
            assert answer.status == 401


@pytest.mark.anyio
async def test_large_bodies_are_refused_by_both(jobs: Jobs, call: Caller) -> None:
    """A body over the limit is 413, before it is read as a call."""
    async with served(capability(), {"JOBS_KEY": "k"}, base_uri=jobs.url, max_body=1000) as gateway:
        answer = await call(gateway, "POST", "/jobs", json={"text": "x" * 1000})
        async with (
            aiohttp.ClientSession() as session,
            session.post(str(gateway.mcp_url), json={"text": "x" * 1000}) as other,
        ):
            assert (answer.status, other.status) == (413, 413)
    assert jobs.asked == []


@pytest.mark.anyio
async def test_secrets_are_in_nothing_that_callers_see(
    jobs: Jobs, call: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    """A service that echoes the key gives nothing away, by results or refusals; no log does."""
    secret = "a-secret-of-twenty-characters"
    echo: Any = {"error": "bad", "message": f"key {secret}", "seen": [{secret: secret}]}
    caplog.set_level(logging.DEBUG)
    async with (
        served(capability(), {"JOBS_KEY": secret}, base_uri=jobs.url) as gateway,
        Client(str(gateway.mcp_url)) as client,
    ):
        jobs.answers = [(200, echo), (400, echo), (400, secret.encode()), (200, secret.encode())]
        seen = [(await call(gateway, "GET", "/jobs/1")).body for _ in range(4)]
        jobs.answers = [(200, echo), (400, echo), (400, secret.encode()), (200, secret.encode())]
        seen.append(await done(client, "get-job", id="1"))
        seen += [await refused(client, "get-job", id="1") for _ in range(3)]
    assert jobs.asked[0].headers["x-key"] == secret
    assert len(seen) == 8
    assert secret not in str(seen)
    assert "***" in str(seen)
    assert secret not in caplog.text
