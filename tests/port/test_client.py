"""AsyncPortClient and PortClient: settings, credentials, life time."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from actionruns import (
    AsyncPortClient,
    AuthenticationFailed,
    ClientClosed,
    ConfigurationError,
    ConnectionFailed,
    PortClient,
    RateBudget,
    RequestTimeout,
    ServerError,
)
from actionruns.emulator import Emulator
from tests.transport.servers import (
    Behaviour,
    Server,
    answer,
    black_hole,
    hang_up,
    in_turn,
    reset,
    server_in_thread,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("no_environment")]

DEMO: dict[str, Any] = {"client_id": "demo", "client_secret": "demo"}
CLIENTS = pytest.mark.parametrize("client_class", [AsyncPortClient, PortClient])


@CLIENTS
def test_without_credentials_it_says_what_to_give(client_class: Any) -> None:
    """The message names the arguments and the variables."""
    with pytest.raises(ConfigurationError, match="PORT_CLIENT_ID and PORT_CLIENT_SECRET"):
        client_class()


@CLIENTS
@pytest.mark.parametrize(
    ("given", "missing"), [("client_id", "client_secret"), ("client_secret", "client_id")]
)
def test_half_a_pair_of_credentials_is_named(client_class: Any, given: str, missing: str) -> None:
    """The message names the half that is missing, and its variable."""
    with pytest.raises(ConfigurationError, match=f"{missing} is missing.*PORT_{missing.upper()}"):
        client_class(**{given: "x"})


@CLIENTS
def test_token_and_client_credentials_contradict_each_other(client_class: Any) -> None:
    """Which of them to use is for the caller to say."""
    with pytest.raises(ConfigurationError, match="not both"):
        client_class(token="t", **DEMO)


@CLIENTS
def test_settings_come_from_the_environment(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither credentials nor base URL need to stand in the program."""
    monkeypatch.setenv("PORT_CLIENT_ID", "demo")
    monkeypatch.setenv("PORT_CLIENT_SECRET", "demo")
    monkeypatch.setenv("PORT_BASE_URL", "http://127.0.0.1:1/port/")
    assert client_class().base_url == "http://127.0.0.1:1/port"


@pytest.mark.parametrize(
    ("settings", "base_url"),
    [
        ({}, "https://api.port.io"),
        ({"region": "eu"}, "https://api.port.io"),
        ({"region": "us"}, "https://api.us.port.io"),
        ({"base_url": "https://port.example.com/"}, "https://port.example.com"),
        ({"base_url": "https://api.getport.io/v1"}, "https://api.getport.io"),
    ],
)
def test_the_base_url_by_region_or_as_given(settings: dict[str, Any], base_url: str) -> None:
    """A trailing slash, and the ``/v1`` that other clients want, make no difference."""
    assert AsyncPortClient(token="t", **settings).base_url == base_url


def test_a_region_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the call says wins."""
    monkeypatch.setenv("PORT_BASE_URL", "http://127.0.0.1:1")
    client = AsyncPortClient(token="t", region="us")
    assert client.base_url == "https://api.us.port.io"


@CLIENTS
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"region": "mars"}, "region must be 'eu' or 'us'"),
        ({"region": "us", "base_url": "https://x.example.com"}, "not both"),
        ({"base_url": "api.port.io"}, "begin with http"),
        ({"base_url": "https://me:secret@api.port.io"}, "user name or password"),
        ({"timeout": 0}, "timeout must be"),
        ({"max_connections": 0}, "max_connections must be"),
        ({"headers": {"X-Team": "a\r\nb: c"}}, "line breaks"),
        ({"token": "a\nb"}, "line breaks"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    client_class: Any, settings: dict[str, Any], words: str
) -> None:
    """Each says what is wrong, without repeating a secret."""
    with pytest.raises(ConfigurationError, match=words) as caught:
        client_class(**{"token": "t", **settings})
    assert "secret" not in str(caught.value)


@CLIENTS
def test_the_repr_shows_no_secret(client_class: Any) -> None:
    """Where it goes, and nothing that may not be logged."""
    client = client_class(client_id="my-id", client_secret="my-secret")
    assert repr(client) == f"<{client_class.__name__} https://api.port.io>"


async def test_a_token_is_fetched_once_for_many_calls(emulator: Emulator) -> None:
    """Fifty first calls at once ask for one token."""
    run_id = await emulator.add_run()
    async with AsyncPortClient(base_url=emulator.port_url, **DEMO) as port:
        await asyncio.gather(*(port.action_runs.get_action_run(run_id) for _ in range(50)))
    assert emulator.requests.count("POST", "/port/v1/auth/access_token") == 1


async def test_an_expired_token_is_renewed_once_and_the_calls_repeated(emulator: Emulator) -> None:
    """The service's 401 goes over the clock: one refresh, one replay each, no error."""
    run_id = await emulator.add_run()
    async with AsyncPortClient(base_url=emulator.port_url, **DEMO) as port:
        await port.action_runs.get_action_run(run_id)
        emulator.expire_tokens()
        await asyncio.gather(*(port.action_runs.get_action_run(run_id) for _ in range(5)))
    assert emulator.requests.count("POST", "/port/v1/auth/access_token") == 2


async def test_executing_is_repeated_after_a_401_only(
    emulator: Emulator, port: AsyncPortClient
) -> None:
    """A refusal comes before execution, so the replay makes one run."""
    await port.action_runs.get_action_runs()
    emulator.expire_tokens()
    inputs = {"name": "a", "region": "b"}
    await port.action_runs.execute_action("create_microservice", properties=inputs)
    page = await port.action_runs.get_action_runs()
    assert len(page.runs) == 1


@pytest.mark.parametrize("token", ["demo", "Bearer demo"])
async def test_a_token_of_the_callers_own_is_sent_as_it_is(emulator: Emulator, token: str) -> None:
    """With or without "Bearer", and without a request for another."""
    async with AsyncPortClient(base_url=emulator.port_url, token=token) as port:
        assert (await port.action_runs.get_action_runs()).runs == []
    assert emulator.requests.count("POST") == 0


async def test_wrong_credentials_say_where_to_look(emulator: Emulator) -> None:
    """The error names the arguments, and not the secret."""
    async with AsyncPortClient(
        base_url=emulator.port_url,
        client_id="demo",
        client_secret="hunter2",
    ) as port:
        with pytest.raises(AuthenticationFailed, match="Check client_id and client_secret") as info:
            await port.action_runs.get_action_runs()
    assert "hunter2" not in str(info.value)


async def test_a_dead_token_of_the_callers_own_is_an_error(emulator: Emulator) -> None:
    """There is nothing to renew it with; the message says so."""
    async with AsyncPortClient(base_url=emulator.port_url, token="dead") as port:
        with pytest.raises(AuthenticationFailed, match="PORT_API_KEY"):
            await port.action_runs.get_action_runs()
    assert len(emulator.requests) == 1


async def test_a_session_of_the_callers_own_is_used_and_left_open(emulator: Emulator) -> None:
    """It is the caller's to close."""
    async with aiohttp.ClientSession() as session:
        async with AsyncPortClient(base_url=emulator.port_url, session=session, **DEMO) as port:
            await port.action_runs.get_action_runs()
        assert not session.closed


async def test_a_session_of_another_loop_is_refused_by_the_blocking_client(
    emulator: Emulator,
) -> None:
    """The blocking client's loop is its own; the message says what to do."""
    async with aiohttp.ClientSession() as session:
        port = PortClient(base_url=emulator.port_url, session=session, **DEMO)
        with pytest.raises(ConfigurationError, match="leave session out"):
            await asyncio.to_thread(port.action_runs.get_action_runs)
        await asyncio.to_thread(port.close)


async def test_clients_may_share_a_rate_budget(emulator: Emulator) -> None:
    """The budget counts the calls of both."""
    budget = RateBudget(rate=10_000)
    one = AsyncPortClient(base_url=emulator.port_url, rate=budget, **DEMO)
    other = AsyncPortClient(base_url=emulator.port_url, rate=budget, token="demo")
    async with one, other:
        await one.action_runs.get_action_runs()
        await other.action_runs.get_action_runs()
    assert one.base_url == other.base_url


async def test_a_closed_client_says_so(emulator: Emulator) -> None:
    """Not with an error of the transport library."""
    port = AsyncPortClient(base_url=emulator.port_url, **DEMO)
    await port.aclose()
    await port.aclose()
    assert repr(port).endswith(" closed>")
    with pytest.raises(ClientClosed, match="make a new one"):
        await port.action_runs.get_action_runs()


async def test_a_client_without_a_with_block_works(emulator: Emulator) -> None:
    """Forgetting ``async with`` costs nothing but the connections' early closing."""
    port = AsyncPortClient(base_url=emulator.port_url, **DEMO)
    assert (await port.action_runs.get_action_runs()).runs == []


async def test_a_thousand_blocking_calls_use_one_connection(emulator: Emulator) -> None:
    """The facade keeps its connections between calls."""
    run_id = await emulator.add_run()

    def call_often() -> None:
        with PortClient(base_url=emulator.port_url, token="demo") as port:
            for _ in range(1000):
                port.action_runs.get_action_run(run_id)

    await asyncio.to_thread(call_often)
    assert emulator.requests.connections == 1


def test_a_blocking_call_ends_in_time_and_frees_its_place() -> None:
    """A service that never answers ends a call by its time limit, and the next one is sent."""
    body = {"run": {"id": "r_1", "status": "SUCCESS"}}
    settings: Any = {"token": "demo", "trust_env": False, "max_connections": 1}
    with (
        server_in_thread(in_turn(black_hole, black_hole, answer(body))) as server,
        PortClient(base_url=server.url, **settings) as port,
    ):
        for _ in range(2):
            with pytest.raises(RequestTimeout, match=r"took longer than 0\.2 s"):
                port.action_runs.get_action_run("r_1", timeout=0.2)
        assert port.action_runs.get_action_run("r_1").is_terminal


@pytest.mark.parametrize("behave", [hang_up, reset, answer(status=500), answer(status=503)])
@pytest.mark.parametrize(
    "call",
    [
        lambda port: port.action_runs.execute_action("create_microservice", properties={}),
        lambda port: port.action_runs.add_action_run_log("r_1", message="hello"),
    ],
    ids=["execute", "log"],
)
async def test_what_may_have_been_done_is_not_done_again(call: Any, behave: Behaviour) -> None:
    """Port knows no idempotency key: an execution or a log entry is sent exactly once."""
    settings: Any = {"token": "demo", "trust_env": False}
    async with Server(behave) as server, AsyncPortClient(base_url=server.url, **settings) as port:
        with pytest.raises((ConnectionFailed, ServerError)) as caught:
            await call(port)
    assert [exchange.method for exchange in server.requests] == ["POST"]
    error: Any = caught.value
    assert error.maybe_sent


async def test_the_source_tells_what_is_left_of_the_rate_limit() -> None:
    """Nothing is known before the first answer; then it is what the service's headers say."""
    async with (
        Emulator(rate_limit=50, rate_period=600) as limited,
        AsyncPortClient(base_url=limited.port_url, **DEMO) as port,
    ):
        assert port.source.remaining() is None
        await port.action_runs.get_action_runs()
        left = port.source.remaining()
    assert left is not None
    assert 40 <= left < 50
