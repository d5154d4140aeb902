"""How a gateway reaches services: credentials, addresses, one pool of connections."""

from __future__ import annotations

import asyncio
import base64
import socket
from typing import Any

import pytest
from mcp import Client

from actionruns.codegen.errors import CodegenError
from actionruns.emulator import Emulator
from actionruns.errors import ConfigurationError
from actionruns.gateway import Gateway, GatewaySettings, read_capability
from actionruns.gateway.binding import Secrets
from actionruns.gateway.upstream import Upstreams
from tests.gateway.conftest import Caller, Jobs, served
from tests.gateway.documents import capability

pytestmark = pytest.mark.anyio

RUNS = "/v1/v1/actions/runs"
APIKEY = """\
        type: apikey
        key: x-key
        value: '{{env.KEY}}'
        placement: header
"""
ENVIRONMENT = {"JOBS_KEY": "the-key"}


async def asked_with(jobs: Jobs, call: Caller, *changes: tuple[str, str]) -> dict[str, str]:
    """Return the headers that the service sees of a call."""
    async with served(capability(*changes), ENVIRONMENT, base_uri=jobs.url) as gateway:
        assert (await call(gateway, "GET", "/jobs")).status == 200
    return jobs.asked[0].headers


async def test_a_key_is_sent_exactly_as_it_is(jobs: Jobs, call: Caller) -> None:
    """The header that the document names has exactly the variable's value."""
    headers = await asked_with(jobs, call)
    assert headers["x-key"] == "the-key"
    assert "Authorization" not in headers


async def test_a_key_may_be_part_of_a_text(jobs: Jobs, call: Caller) -> None:
    """What stands around the reference is sent as well."""
    headers = await asked_with(
        jobs, call, ("key: x-key", "key: Cookie"), ("'{{env.KEY}}'", "'sid={{ env.KEY }}; a=b'")
    )
    assert headers["Cookie"] == "sid=the-key; a=b"


async def test_a_bearer_token(jobs: Jobs, call: Caller) -> None:
    """Type bearer puts the word before the token."""
    change = (APIKEY, "        type: bearer\n        token: '{{env.KEY}}'\n")
    assert (await asked_with(jobs, call, change))["Authorization"] == "Bearer the-key"


async def test_basic_credentials(jobs: Jobs, call: Caller) -> None:
    """Type basic encodes user and password."""
    basic = "        type: basic\n        username: ann\n        password: '{{env.KEY}}'\n"
    sent = (await asked_with(jobs, call, (APIKEY, basic)))["Authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")) == b"ann:the-key"


async def test_a_document_without_credentials(jobs: Jobs, call: Caller) -> None:
    """Without authentication, nothing is sent."""
    headers = await asked_with(jobs, call, (f"      authentication:\n{APIKEY}", ""))
    assert "x-key" not in headers
    assert "Authorization" not in headers


async def test_a_user_name_with_a_colon_cannot_be_sent() -> None:
    """Basic authentication has no way to say where the name ends."""
    basic = "        type: basic\n        username: 'a:b'\n        password: '{{env.KEY}}'\n"
    with pytest.raises(ConfigurationError, match="cannot hold a colon"):
        async with served(capability((APIKEY, basic)), ENVIRONMENT):
            pass


async def test_a_key_with_a_line_break_cannot_be_sent() -> None:
    """A value that would smuggle headers is refused when the gateway starts, and not shown."""
    with pytest.raises(ConfigurationError, match="cannot be sent") as caught:
        async with served(capability(), {"JOBS_KEY": "secret\nX-Evil: 1"}):
            pass
    assert "secret" not in str(caught.value)


async def test_a_variable_that_is_not_set() -> None:
    """The message names variable, place and line; --check does without the value."""
    Gateway(capability())
    with pytest.raises(CodegenError, match=r"value \(line \d+\).*JOBS_KEY of the environment"):
        async with served(capability(), {}):
            pass


async def test_a_refused_key_says_where_it_came_from(jobs: Jobs) -> None:
    """The hint for a 401 names the variable, and that the header is sent as it is."""
    upstreams = Upstreams(capability(), GatewaySettings(base_uri=jobs.url), ENVIRONMENT)
    gateway = Gateway(capability())
    jobs.answers = [(401, {"error": "unauthorized"})]
    with pytest.raises(Exception, match=r"JOBS_KEY.*exactly this value"):
        await upstreams.call(gateway.rest_calls[0], {})
    await upstreams.aclose()


async def test_the_sdk_s_own_credentials(
    emulator: Emulator, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --sdk-credentials, tokens are fetched and renewed with PORT_CLIENT_ID and its secret."""
    monkeypatch.setenv("PORT_CLIENT_ID", "demo")
    monkeypatch.setenv("PORT_CLIENT_SECRET", "demo")
    async with served(
        "port-action-runs", {}, base_uri=emulator.port_url, sdk_credentials=True
    ) as gateway:
        assert (await call(gateway, "GET", RUNS)).status == 200
        emulator.expire_tokens()
        assert (await call(gateway, "GET", RUNS)).status == 200
    assert emulator.requests.count("POST", "/port/v1/auth/access_token") == 2


async def test_an_unknown_service_has_no_credentials_of_the_sdk() -> None:
    """--sdk-credentials is refused where the SDK has no client for the service."""
    with pytest.raises(CodegenError, match="the SDK has no client for it"):
        async with served(capability(), ENVIRONMENT, sdk_credentials=True):
            pass


async def test_an_empty_base_is_filled(
    emulator: Emulator, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where baseUri is empty: the setting, then PORT_BASE_URL, then the public address."""
    read = read_capability("port-action-runs")
    key = {"PORT_API_KEY": "Bearer demo"}
    assert _base_url(read, key) == "https://api.port.io"
    monkeypatch.setenv("PORT_BASE_URL", emulator.port_url)
    assert _base_url(read, key) == emulator.port_url
    assert _base_url(read, key, base_uri="http://127.0.0.1:1/v1") == "http://127.0.0.1:1"
    async with served(read) as gateway:
        assert (await call(gateway, "GET", RUNS)).status == 200


async def test_an_empty_base_of_an_unknown_service() -> None:
    """What nobody knows has to be said."""
    with pytest.raises(CodegenError, match="say with --base-uri where it is"):
        async with served(capability(("http://127.0.0.1:1", "''")), ENVIRONMENT):
            pass


async def test_one_base_does_not_fit_several_services() -> None:
    """--base-uri is refused for a document that consumes more than one service."""
    second = (
        "  exposes:\n",
        "    - {type: http, namespace: more, baseUri: 'http://x', resources: []}\n  exposes:\n",
    )
    with pytest.raises(ConfigurationError, match="write the baseUri of each"):
        async with served(capability(second), ENVIRONMENT, base_uri="http://127.0.0.1:1"):
            pass


def constant(kind: str, value: str) -> tuple[str, str]:
    """Return the change that makes a parameter of the document a constant."""
    begin = "                - name: state\n                  in: query\n"
    given = f"                  type: {kind}\n                  value: '{value}'\n"
    return f"{begin}                  type: array\n", f"{begin}{given}"


@pytest.mark.parametrize(
    ("kind", "value", "sent"),
    [
        ("string", "{{env.KEY}}-1", "the-key-1"),
        ("integer", "7", "7"),
        ("number", "0.5", "0.5"),
        ("boolean", "true", "true"),
        ("array", "one", "one"),
    ],
)
async def test_constants_are_sent_with_each_call(
    kind: str, value: str, sent: str, jobs: Jobs, call: Caller
) -> None:
    """A consumed parameter with a value is sent without being asked for."""
    async with served(capability(constant(kind, value)), ENVIRONMENT, base_uri=jobs.url) as gateway:
        await call(gateway, "GET", "/jobs")
    assert jobs.asked[0].query == [("state", sent)]


@pytest.mark.parametrize(("kind", "value"), [("integer", "x"), ("boolean", "yes")])
def test_constants_of_another_type_are_refused(kind: str, value: str) -> None:
    """A value that is none of its type is told with its place, before anything is served."""
    with pytest.raises(CodegenError, match=rf"line \d+.*value '{value}' is no {kind}"):
        Gateway(capability(constant(kind, value)))


async def test_a_number_for_a_text_is_a_text(jobs: Jobs, call: Caller) -> None:
    """What `with` gives as a number fits a parameter that is a text."""
    changes = (
        (
            "                  in: query\n                  type: array\n",
            "                  in: query\n",
        ),
        ("                state: rest.state", "                state: 1000000"),
    )
    async with served(capability(*changes), ENVIRONMENT, base_uri=jobs.url) as gateway:
        await call(gateway, "GET", "/jobs")
    assert jobs.asked[0].query == [("state", "1000000")]


async def test_200_calls_share_one_pool_of_connections(emulator: Emulator, call: Caller) -> None:
    """Calls over REST and over MCP at once need no more connections than the pool has."""
    async with (
        served("port-action-runs", base_uri=emulator.port_url, max_connections=10) as gateway,
        Client(str(gateway.mcp_url)) as client,
    ):
        before = emulator.requests.connections
        rest: list[Any] = [call(gateway, "GET", RUNS) for _ in range(100)]
        tools: list[Any] = [client.call_tool("get-all-action-runs", {}) for _ in range(100)]
        answers = await asyncio.gather(*rest, *tools)
        assert {answer.status for answer in answers[:100]} == {200}
        assert not any(result.is_error for result in answers[100:])
        assert emulator.requests.count("GET", "/port/v1/actions/runs") == 200
        assert 1 <= emulator.requests.connections - before <= 11
        # Calls that are never repeated, and those of the run tools, go by the same connections.
        body = {"properties": {"name": "x"}}
        await call(gateway, "POST", "/v1/v1/actions/create_microservice/runs", json=body)
        assert emulator.requests.connections - before <= 11


def test_secrets_are_hidden_wherever_they_stand() -> None:
    """Long values are hidden, the token behind "Bearer" as well; a short one would hide words."""
    secrets = Secrets(["Bearer abcdefgh", "demo"])
    assert secrets.hidden("x Bearer abcdefgh abcdefgh demo") == "x *** *** demo"
    assert secrets.hidden_in({"abcdefgh": ["abcdefgh", 1, None]}) == {"***": ["***", 1, None]}


def _base_url(read: Any, environment: dict[str, str], **settings: Any) -> str:
    (upstream,) = Upstreams(read, GatewaySettings(**settings), environment)
    return upstream.base_url


async def test_a_gateway_may_be_served_again(emulator: Emulator, call: Caller) -> None:
    """After its end, a gateway listens nowhere, and can be started once more."""
    settings = GatewaySettings(rest_port=0, mcp_port=0, base_uri=emulator.port_url)
    key = {"PORT_API_KEY": "Bearer demo"}
    gateway = Gateway(read_capability("port-action-runs"), settings, key)
    for _ in range(2):
        async with gateway:
            assert (await call(gateway, "GET", RUNS)).status == 200
        assert (gateway.rest_url, gateway.mcp_url) == (None, None)


async def test_a_start_that_fails_leaves_nothing_behind() -> None:
    """When one of the ports is taken, the other is given back."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = GatewaySettings(rest_port=0, mcp_port=other.getsockname()[1])
        gateway = Gateway(read_capability("acp-runs"), settings, {})
        with pytest.raises(ConfigurationError, match=r"address already in use.*--mcp-port"):
            await gateway.__aenter__()
    assert gateway.rest_url is None
