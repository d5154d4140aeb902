"""Clients that are pickled, copied and handed to another process: settings go, the rest stays."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import aiohttp
import pytest

from actionruns import (
    AcpClient,
    AsyncAcpClient,
    AsyncForgePortalClient,
    AsyncPortClient,
    ConfigurationError,
    ForgePortalClient,
    PortClient,
    RateBudget,
    RetryPolicy,
)
from tests.blocking.clients import Thing
from tests.blocking.workers import id_in_worker
from tests.cli.conftest import Emulated, emulated

CREDENTIALS: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (PortClient, {"client_id": "me", "client_secret": "s3cret"}),
    (AsyncPortClient, {"client_id": "me", "client_secret": "s3cret"}),
    (ForgePortalClient, {"session_cookie": "s3cret"}),
    (AsyncForgePortalClient, {"session_cookie": "s3cret"}),
    (AcpClient, {"api_key": "s3cret"}),
    (AsyncAcpClient, {"api_key": "s3cret"}),
    (AcpClient, {"api_key": "s3cret", "version": "0.2", "settle": 7.0}),
    (AsyncAcpClient, {"api_key": "s3cret", "version": "0.2", "settle": 7.0}),
]
each_client = pytest.mark.parametrize(("kind", "credentials"), CREDENTIALS)
both_forms = pytest.mark.parametrize("kind", [PortClient, AsyncPortClient])

URL = "http://127.0.0.1:9"


def transport_of(client: Any) -> Any:
    return getattr(client, "_async", client)._transport


def restored(client: Any) -> Any:
    return pickle.loads(pickle.dumps(client))  # noqa: S301  our own


def copies(client: Any) -> list[Any]:
    return [copy.copy(client), copy.deepcopy(client)]


@pytest.fixture(scope="module")
def port() -> Iterator[Emulated]:
    """An emulator in a thread of its own."""
    with emulated(auto_progress=False) as running:
        yield running


@each_client
def test_settings_survive(kind: Callable[..., Any], credentials: dict[str, Any]) -> None:
    """An unpickled client is of the same class, with all settings that were given."""
    client = kind(
        base_url=URL,
        timeout=None,
        retry=RetryPolicy(max_attempts=2),
        rate=RateBudget(rate=3, burst=5),
        max_connections=7,
        headers={"x-team": "blue"},
        proxy="http://127.0.0.1:8",
        ssl=False,
        trust_env=False,
        **credentials,
    )
    again = restored(client)
    before, after = transport_of(client).settings, transport_of(again).settings
    assert type(again) is type(client)
    assert (after.rate.rate, after.rate.burst) == (3, 5)
    for name in ("base_url", "timeout", "retry", "max_connections", "headers", "proxy", "ssl"):
        assert getattr(after, name) == getattr(before, name), name


@both_forms
def test_a_worker_works_with_it(kind: type[Any], port: Emulated) -> None:
    """A spawned worker gets a client as an argument, and uses it with its credentials."""
    run_id = port.add_run()
    client = kind(base_url=port.emulator.port_url, client_id="demo", client_secret="demo")
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as workers:
        assert workers.submit(id_in_worker, client, run_id).result(timeout=50) == run_id


def test_connections_stay_behind(port: Emulated) -> None:
    """What is pickled after calls is as if there had been none; the original goes on."""
    with PortClient(
        base_url=port.emulator.port_url, client_id="demo", client_secret="demo"
    ) as client:
        fresh = pickle.dumps(client)
        client.action_runs.get_action_runs()
        assert pickle.dumps(client) == fresh
        with restored(client) as again:
            again.action_runs.get_action_runs()
        client.action_runs.get_action_runs()


@both_forms
def test_secrets_of_the_environment_stay_there(
    kind: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What wasn't given is in no pickle; it is looked up where the client is unpickled."""
    monkeypatch.setenv("PORT_CLIENT_ID", "me")
    monkeypatch.setenv("PORT_CLIENT_SECRET", "s3cret")
    monkeypatch.setenv("PORT_BASE_URL", "http://parent.example")
    pickled = pickle.dumps(kind())
    assert b"s3cret" not in pickled
    monkeypatch.setenv("PORT_BASE_URL", "http://worker.example")
    there = transport_of(pickle.loads(pickled)).settings  # noqa: S301  our own
    assert there.base_url == "http://worker.example"


@both_forms
def test_secrets_that_were_given_travel(kind: type[Any]) -> None:
    """What was given in code is in the pickle, since a worker couldn't know it otherwise."""
    assert b"s3cret" in pickle.dumps(kind(base_url=URL, token="s3cret"))


@both_forms
@pytest.mark.anyio
async def test_a_session_of_the_callers_is_refused(kind: type[Any]) -> None:
    """A client with a session cannot be pickled; the message names the setting and the way out."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ConfigurationError, match=r"session=.*make the client in the process"):
            pickle.dumps(kind(base_url=URL, token="any", session=session))


@both_forms
def test_an_ssl_context_is_refused(kind: type[Any]) -> None:
    """Neither can one with an SSL context."""
    with pytest.raises(ConfigurationError, match=r"ssl=.*make the client in the process"):
        pickle.dumps(kind(base_url=URL, token="any", ssl=ssl.create_default_context()))


@pytest.mark.parametrize("make_copy", [copy.copy, copy.deepcopy])
@each_client
def test_copies(
    kind: Callable[..., Any], credentials: dict[str, Any], make_copy: Callable[[Any], Any]
) -> None:
    """A copy has the same settings and shares the rate budget, and is a client of its own."""
    budget = RateBudget(rate=3)
    client = kind(base_url=URL, rate=budget, **credentials)
    again = make_copy(client)
    assert type(again) is type(client)
    assert again is not client
    assert transport_of(again) is not transport_of(client)
    assert transport_of(again).settings == transport_of(client).settings
    assert transport_of(again).settings.rate is budget


def test_a_copy_of_a_closed_client_is_open() -> None:
    """Closing is not a setting: a copy is open, made before its client was closed or after."""
    client = PortClient(base_url=URL, token="any")
    before = copies(client)
    client.close()
    assert [again.closed for again in before + copies(client) + [restored(client)]] == 5 * [False]


@pytest.mark.parametrize(
    "part",
    [
        lambda port: port.action_runs,
        lambda port: port.action_runs.get_action_run,
        lambda port: port.watch(["r_1"]),
        lambda port: port.source,
    ],
)
@pytest.mark.parametrize(
    "credentials", [{"token": "any"}, {"client_id": "me", "client_secret": "s3cret"}]
)
@both_forms
def test_parts_are_refused(
    kind: type[Any], credentials: dict[str, str], part: Callable[[Any], Any]
) -> None:
    """A part of a client, a bound method for a pool's map above all, is refused with advice."""
    thing = part(kind(base_url=URL, **credentials))
    with pytest.raises(ConfigurationError, match="Pickle the client itself"):
        pickle.dumps(thing)


def test_iterators_are_refused() -> None:
    """So is an iterator over pages."""
    client = PortClient(base_url=URL, token="any")
    with pytest.raises(ConfigurationError, match="Pickle the client itself"):
        pickle.dumps(client.action_runs.iter_action_runs())


class Mine(PortClient):
    """A user's own client."""


def test_a_class_of_the_users_own() -> None:
    """A class derived from a client is restored as itself."""
    assert type(restored(Mine(base_url=URL, token="any"))) is Mine


class MineOfATeam(PortClient):
    """A user's own client, with a constructor of its own."""

    def __init__(self, team: str) -> None:
        super().__init__(base_url=URL, token=team)


@pytest.mark.parametrize("make", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_constructor_of_the_users_own(make: Callable[[Any], Any]) -> None:
    """One that can't take the settings is told of at once, and not in the worker."""
    with pytest.raises(TypeError, match=r"MineOfATeam: .* give it a __reduce__"):
        make(MineOfATeam("blue"))


@pytest.mark.parametrize("make", [pickle.dumps, copy.copy, copy.deepcopy])
def test_an_async_client_that_keeps_no_settings(make: Callable[[Any], Any]) -> None:
    """A facade over an async client of another kind says that it can't be restored."""
    with pytest.raises(TypeError, match="AsyncThing: its settings are not kept"):
        make(Thing())
