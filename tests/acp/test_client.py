"""The clients of both versions: settings, credentials, attributes, errors."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest
from aiohttp import web

from actionruns import ConfigurationError, Conflict, InvalidRequest, NotFound, RunState
from actionruns.acp import (
    AcpClient,
    AcpV01Client,
    AcpV02Client,
    AsyncAcpClient,
    AsyncAcpV01Client,
    AsyncAcpV02Client,
)
from actionruns.errors import RequestTimeout, ServerError
from tests.acp.servers import AGENT, RUN, AcpServer, Handler

CLASSES = [
    (AsyncAcpClient, "0.1", AsyncAcpV01Client),
    (AsyncAcpClient, "0.2", AsyncAcpV02Client),
    (AcpClient, "0.1", AcpV01Client),
    (AcpClient, "0.2", AcpV02Client),
]
OF_ONE_VERSION = [("runs", "0.1"), ("stateless_runs", "0.2"), ("thread_runs", "0.2")]


def replying(body: object, status: int) -> Handler:
    async def handle(_: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status)

    return handle


@pytest.mark.parametrize(("name", "version", "made"), CLASSES)
def test_the_version_decides_what_is_made(
    no_environment: None, name: Any, version: str, made: type
) -> None:
    """The client of the version is made, and it is one of the public class, too."""
    client = name(version=version)
    assert type(client) is made
    assert isinstance(client, name)
    if hasattr(client, "close"):
        client.close()


@pytest.mark.parametrize("name", [AsyncAcpClient, AcpClient])
def test_an_unknown_version_is_refused(name: Any) -> None:
    """A version that isn't known is an error that names those that are."""
    with pytest.raises(ConfigurationError, match=r"must be '0\.1' or '0\.2', but is '0\.3'"):
        name(version="0.3")


@pytest.mark.parametrize("name", [AsyncAcpV01Client, AcpV01Client])
def test_a_client_of_a_version_refuses_another(name: Any) -> None:
    """The client of one version can't be made for another one."""
    with pytest.raises(ConfigurationError, match=r"speaks version '0\.1', not '0\.2'"):
        name(version="0.2")


@pytest.mark.parametrize(("attribute", "version"), OF_ONE_VERSION)
@pytest.mark.parametrize("name", [AsyncAcpClient, AcpClient])
def test_an_attribute_of_the_other_version_says_so(name: Any, attribute: str, version: str) -> None:
    """What the other version has is an error that says which version to give."""
    other = "0.2" if version == "0.1" else "0.1"
    with pytest.raises(ConfigurationError) as caught:
        getattr(name(version=other), attribute)
    assert f'{name.__name__}(version="{version}")' in str(caught.value)


def test_other_names_are_no_attributes() -> None:
    """A misspelt attribute is an AttributeError, as anywhere."""
    with pytest.raises(AttributeError, match="'AsyncAcpV01Client' object has no attribute 'rnus'"):
        AsyncAcpClient().rnus  # type: ignore[attr-defined]  # noqa: B018  # that is the case


@pytest.mark.parametrize(("name", "version", "made"), CLASSES)
def test_settings_are_keywords(name: Any, version: str, made: type) -> None:
    """A client takes the settings of the design, and by keyword only."""
    parameters = inspect.signature(made).parameters
    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert {
        "api_key",
        "base_url",
        "headers",
        "max_connections",
        "proxy",
        "rate",
        "retry",
        "session",
        "settle",
        "ssl",
        "timeout",
        "token",
        "trust_env",
        "version",
    } == set(parameters)
    assert parameters["version"].default == version
    assert issubclass(made, name)


@pytest.mark.parametrize("version", ["0.1", "0.2"])
def test_settings_of_the_environment(monkeypatch: pytest.MonkeyPatch, version: Any) -> None:
    """Without base_url, the environment's is taken, else this machine's."""
    monkeypatch.delenv("ACP_URL", raising=False)
    assert AsyncAcpClient(version=version).base_url == "http://localhost"
    monkeypatch.setenv("ACP_URL", "https://acp.example/v1/")
    assert AsyncAcpClient(version=version).base_url == "https://acp.example/v1"
    with AcpClient(version=version) as blocking:
        assert blocking.base_url == "https://acp.example/v1"


@pytest.mark.parametrize(
    "settings",
    [
        *({"api_key": 1}, {"token": b"t"}, {"api_key": "k", "token": "t"}, {"base_url": 80}),
        *({"settle": -1}, {"settle": True}, {"settle": "1"}, {"settle": float("nan")}),
    ],
)
@pytest.mark.parametrize("version", ["0.1", "0.2"])
def test_settings_that_cannot_be_used(version: Any, settings: dict[str, Any]) -> None:
    """Credentials of a wrong type or of both kinds, and a time that is none, are refused."""
    with pytest.raises(ConfigurationError):
        AsyncAcpClient(version=version, **settings)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"api_key": "key-1"}, ("x-api-key", "key-1")),
        ({"token": "token-1"}, ("Authorization", "Bearer token-1")),
        ({"token": "Bearer token-1"}, ("Authorization", "Bearer token-1")),
        ({}, ("x-api-key", "key-of-environment")),
        ({"api_key": ""}, None),
    ],
)
async def test_credentials(
    server: AcpServer,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
    sent: tuple[str, str] | None,
) -> None:
    """A key travels as x-api-key, a token as a bearer token; the protocol works without both."""
    monkeypatch.setenv("ACP_API_KEY", "key-of-environment")
    async with AsyncAcpClient(base_url=server.url, trust_env=False, **given) as acp:
        await acp.runs.get_run(RUN)
    carried = {name: server.headers[0].get(name) for name in ("x-api-key", "Authorization")}
    assert {name: value for name, value in carried.items() if value} == dict([sent] if sent else [])


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "message"),
    [("no such run", "no such run"), ({"detail": "Run not found"}, "Run not found")],
)
async def test_errors_of_both_forms(
    server: AcpServer, acp: AsyncAcpV01Client, body: object, message: str
) -> None:
    """F4: a bare JSON text and FastAPI's `detail` both become the error's message."""
    server.handlers["GET", f"/runs/{RUN}"] = [replying(body, 404)]
    with pytest.raises(NotFound) as caught:
        await acp.runs.get_run(RUN)
    assert caught.value.message == message


@pytest.mark.anyio
async def test_a_busy_thread_is_a_conflict(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """F13: a run on a thread with a pending one is a Conflict, sent once."""
    server.handlers["POST", "/runs"] = [replying({"detail": "pending run"}, 409)]
    with pytest.raises(Conflict, match="pending run"):
        await acp.runs.create_run(agent_id=AGENT, thread_id="t")
    assert server.count("POST", "/runs") == 1


@pytest.mark.anyio
async def test_what_a_server_cannot_do(server: AcpServer, acp_v02: AsyncAcpV02Client) -> None:
    """F5: cancelling that isn't implemented is a ServerError, and no other attempt."""
    path = f"/runs/{RUN}/cancel"
    server.handlers["POST", path] = [replying({"detail": "Not implemented"}, 500)]
    with pytest.raises(ServerError, match="Not implemented"):
        await acp_v02.stateless_runs.cancel_stateless_run(RUN)
    assert server.count("POST", path) == 1


@pytest.mark.anyio
async def test_times_without_a_zone_are_utc(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """F12: a time without a zone is an aware one."""
    run = await acp.runs.get_run(RUN)
    assert run.created_at.isoformat() == "2026-01-31T12:00:00.000001+00:00"
    assert run.state is RunState.RUNNING


@pytest.mark.anyio
async def test_an_output_that_is_not_there_is_none(
    server: AcpServer, acp: AsyncAcpV01Client
) -> None:
    """204 means nothing yet: None, no error and no end."""
    assert await acp.runs.get_run_output(RUN, block_timeout=0) is None
    assert server.queries[-1] == {"block_timeout": "0"}


@pytest.mark.anyio
async def test_the_time_limit_exceeds_the_block_timeout(server: AcpServer) -> None:
    """The client's own time limit begins when the server's hold ends."""
    released = asyncio.Event()

    async def held(_: web.Request) -> web.StreamResponse:
        asyncio.get_running_loop().call_later(0.3, released.set)
        await released.wait()
        return web.Response(status=204)

    server.handlers["GET", f"/runs/{RUN}/output"] = [held]
    async with AsyncAcpClient(base_url=server.url, timeout=0.1, trust_env=False) as acp:
        assert await acp.runs.get_run_output(RUN, block_timeout=1) is None
        released.clear()
        with pytest.raises(RequestTimeout):
            await acp.runs.get_run_output(RUN)


@pytest.mark.anyio
async def test_a_time_limit_below_the_block_timeout_is_refused(
    server: AcpServer, acp: AsyncAcpV01Client
) -> None:
    """A timeout that the server's hold would always reach is refused, and nothing is sent."""
    with pytest.raises(InvalidRequest, match="above block_timeout"):
        await acp.runs.get_run_output(RUN, block_timeout=30, timeout=30)
    assert server.requests == []
