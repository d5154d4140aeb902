"""The constructor of pyport's client, and what the look-alike has beside its action runs."""

from __future__ import annotations

import inspect
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

import actionruns
from actionruns.compat.pyport import PortClient
from actionruns.compat.pyport.exceptions import (
    PortApiError,
    PortConfigurationError,
    PortResourceNotFoundError,
    PortServerError,
)
from tests.compat.pyport.documented import DOCUMENTED
from tests.compat.pyport.service import ONE_RUN, Service


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take Port's settings out of the environment."""
    for name in ("PORT_CLIENT_ID", "PORT_CLIENT_SECRET", "PORT_API_KEY", "PORT_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_making_a_client_asks_nothing(service: Service) -> None:
    """No request is sent and no token fetched before the first call."""
    PortClient("demo", "wrong").close()
    assert len(service.emulator.requests) == 0


@pytest.mark.parametrize("given", [(), ("", ""), (None, None), ("other", ""), ("", "other")])
def test_missing_credentials_come_from_the_environment(given: Any, service: Service) -> None:
    """Unless both are given, id and secret are those of the environment."""
    with PortClient(*given) as client:
        assert client.action_runs.get_action_runs()["ok"]


@pytest.mark.usefixtures("no_environment")
def test_without_credentials_there_is_no_client() -> None:
    """The message names the arguments and the variables; the cause is the SDK's error."""
    with pytest.raises(PortConfigurationError, match="PORT_CLIENT_ID and PORT_CLIENT_SECRET") as it:
        PortClient("", "")
    assert isinstance(it.value.__cause__, actionruns.ConfigurationError)
    assert isinstance(it.value, actionruns.ConfigurationError)
    assert not isinstance(it.value, PortApiError)


@pytest.mark.usefixtures("no_environment")
@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "https://api.port.io/v1"),
        ({"us_region": True}, "https://api.us.port.io/v1"),
        ({"base_url": "https://port.test"}, "https://port.test/v1"),
        ({"base_url": "https://port.test/v1/"}, "https://port.test/v1"),
    ],
)
def test_the_region_says_where_port_is(settings: dict[str, Any], url: str) -> None:
    """Europe is the default; `base_url` takes an address with or without the version."""
    client = PortClient("id", "secret", **settings)
    assert (client.api_url, client.typed.base_url) == (url, url.removesuffix("/v1"))


def test_region_and_address_contradict_each_other() -> None:
    """Given both, the constructor refuses."""
    with pytest.raises(PortConfigurationError, match="not both"):
        PortClient("id", "secret", us_region=True, base_url="https://port.test")


def test_a_client_may_skip_its_credentials(service: Service) -> None:
    """With `skip_auth` no token is asked for; the one sent stands for none."""
    client = PortClient("demo", "demo", skip_auth=True)
    with pytest.raises(PortApiError) as caught:
        client.action_runs.get_action_runs()
    assert caught.value.status_code == 401
    assert service.asked() == [("GET", "")]
    assert len(service.emulator.requests) == 1


def test_needless_settings_change_nothing(service: Service) -> None:
    """Without `auto_refresh`, too, a token that has expired is renewed."""
    with PortClient("demo", "demo", auto_refresh=False, refresh_interval=1) as client:
        client.action_runs.get_action_runs()
        service.thread.call(service.emulator.expire_tokens)
        assert client.action_runs.get_action_runs()["ok"]


def test_settings_of_ours_reach_the_client(service: Service) -> None:
    """Keywords that pyport lacks are those of the typed client."""
    shared = {"base_url", "timeout", "rate", "max_connections", "headers", "proxy", "ssl"}
    ours = {
        name
        for name, parameter in inspect.signature(PortClient).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    assert ours == {*shared, "trust_env"}
    assert ours < set(inspect.signature(actionruns.PortClient).parameters)
    with pytest.raises(PortConfigurationError, match="max_connections"):
        PortClient("demo", "demo", max_connections=0)


@pytest.mark.parametrize("name", DOCUMENTED["services"])
def test_other_services_say_where_to_go(name: str, client: PortClient) -> None:
    """A service that is not offered is an AttributeError that says what to do."""
    with pytest.raises(AttributeError, match=f"^{name}: .*covers action runs.*pyport") as caught:
        getattr(client, name)
    assert (caught.value.name, caught.value.obj) == (name, client)
    assert not hasattr(client, name)


def test_what_the_typed_client_has_instead_is_named(client: PortClient) -> None:
    """For entities, and for executing actions, the message names what there is; it is there."""
    with pytest.raises(AttributeError, match=r"\.typed\.entities"):
        _ = client.entities  # type: ignore[attr-defined]  # that is the case
    with pytest.raises(AttributeError, match=r"\.typed\.action_runs\.execute_action"):
        _ = client.actions  # type: ignore[attr-defined]  # that is the case
    assert callable(client.typed.entities.get_entity)
    assert callable(client.typed.action_runs.execute_action)


@pytest.mark.parametrize("name", ["make_request", "token", "default_headers", "retry_config"])
def test_other_members_say_so(name: str, client: PortClient) -> None:
    """The members of pyport's client that lead to its own HTTP are not offered."""
    with pytest.raises(AttributeError, match="there is nothing in its place"):
        getattr(client, name)


def test_a_slip_is_an_ordinary_attribute_error(client: PortClient) -> None:
    """A name that pyport lacks as well gets Python's own kind of message."""
    with pytest.raises(AttributeError, match="'PortClient' object has no attribute 'action_run'"):
        _ = client.action_run  # type: ignore[attr-defined]  # that is the case


def test_a_closed_client_says_so(service: Service) -> None:
    """After `with`, calls are refused, those of the typed client as well."""
    client = PortClient("demo", "demo")
    with client as entered:
        assert (entered, client.closed) == (client, False)
    assert client.closed
    client.close()
    with pytest.raises(PortApiError, match="closed"):
        client.action_runs.get_action_runs()
    with pytest.raises(actionruns.ClientClosed):
        client.typed.action_runs.get_action_runs()


def test_the_typed_client_shares_all(service: Service, client: PortClient) -> None:
    """Calls of both forms use one token and one connection."""
    run_id = service.add_run()
    assert client.action_runs.get_action_run(run_id)["id"] == run_id
    assert client.typed.action_runs.get_action_run(run_id).id == run_id
    assert service.emulator.requests.count("POST") == 1
    assert service.emulator.requests.connections == 1


def test_threads_share_one_client(service: Service, client: PortClient) -> None:
    """Calls of many threads at once get their own answers, by one token."""
    run_ids = [service.add_run() for _ in range(16)]
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(client.action_runs.get_action_run, run_ids))
    assert [answer["id"] for answer in answers] == run_ids
    assert service.emulator.requests.count("POST") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
# Python 3.12 and later warn of every fork in a process with threads, which this one is.
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_may_come_between(service: Service, client: PortClient) -> None:
    """A client that was used before a fork works in the child, and in the parent again."""
    run_id = service.add_run()
    client.action_runs.get_action_run(run_id)
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # it would hang for ever
        status = 1
        try:
            status = 0 if client.action_runs.get_action_run(run_id)["id"] == run_id else 2
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert client.action_runs.get_action_run(run_id)["id"] == run_id


def test_it_can_be_recognised(client: PortClient) -> None:
    """Its representation says what it is and where it leads, and holds no secret."""
    assert repr(client) == f"<pyport look-alike over {client.typed!r}>"


@pytest.mark.parametrize("max_retries", [0, 2])
def test_a_call_is_repeated_so_often(max_retries: int, service: Service) -> None:
    """`max_retries` is the number of repetitions, after the first attempt."""
    with PortClient("demo", "demo", max_retries=max_retries, retry_delay=0) as client:
        service.fail_next("GET", ONE_RUN, status=503, times=10)
        with pytest.raises(PortApiError):
            client.action_runs.get_action_run("r_1")
    assert service.asked() == [("GET", "")] * (1 + max_retries)


@pytest.mark.parametrize(
    ("methods", "method", "asked"),
    [(None, "PATCH", 2), ({"GET"}, "PATCH", 1), (None, "POST", 1), ({"post"}, "POST", 2)],
)
def test_methods_that_may_be_repeated(
    methods: set[str] | None, method: str, asked: int, service: Service
) -> None:
    """By default all but a log entry is repeated; `idempotent_methods` decides otherwise."""
    run_id = service.add_run()
    with PortClient("demo", "demo", retry_delay=0, idempotent_methods=methods) as client:
        client.action_runs.get_action_runs()
        service.fail_next(method, "*", status=503)
        with suppress(PortServerError):
            if method == "PATCH":
                client.action_runs.update_action_run(run_id, {"summary": "x"})
            else:
                client.action_runs.add_action_run_log(run_id, {"message": "x"})
    assert [name for name, _ in service.asked()].count(method) == asked


def test_a_404_is_not_repeated(service: Service, client: PortClient) -> None:
    """What will not pass is told at once."""
    with pytest.raises(PortResourceNotFoundError):
        client.action_runs.get_action_run("r_unknown")
    assert service.asked() == [("GET", "")]
