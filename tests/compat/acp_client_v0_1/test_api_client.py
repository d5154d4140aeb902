"""The client: its life, its headers, and what may be said of one request."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

import actionruns
from actionruns import ClientClosed, ConfigurationError
from actionruns.compat import acp_client_v0_1
from actionruns.compat.acp_client_v0_1 import (
    ApiAttributeError,
    ApiClient,
    ApiTypeError,
    ApiValueError,
    Configuration,
    RunsApi,
    RunSearchRequest,
)
from actionruns.transport.observing import observe_calls
from tests.compat.acp_client_v0_1.living import NOWHERE, Agents
from tests.transport.servers import Exchange, Server, answer


@pytest.fixture
def server(portal: BlockingPortal) -> Iterator[Server]:
    """A server that knows no runs."""
    server = Server(answer([]))
    with portal.wrap_async_context_manager(server):
        yield server


def asked(server: Server, configuration: Configuration | None = None, **options: Any) -> Exchange:
    """Make a call and return what the server got."""
    with ApiClient(configuration or Configuration(host=server.url)) as client:
        RunsApi(client).search_runs(RunSearchRequest(), **options)
    return server.requests[-1]


# ------------------------------------------------------------------------------------------ life


def test_a_client_may_be_used_after_with(configuration: Configuration, agents: Agents) -> None:
    """Leaving `with` is no end, as with the generated client: it connects anew."""
    run_id = agents.run("echo")
    with ApiClient(configuration) as client:
        runs = RunsApi(client)
        assert runs.get_run(run_id).run_id == run_id
    assert runs.get_run(run_id).run_id == run_id
    client.close()
    client.close()
    assert agents.emulator.requests.connections == 2


def test_a_client_outlives_its_copies(configuration: Configuration, agents: Agents) -> None:
    """A copy shares the connections; when it is closed, the client connects anew."""
    run_id = agents.run("echo")
    with ApiClient(configuration) as client:
        assert RunsApi(client).get_run(run_id).run_id == run_id
        copy.copy(client).close()
        assert RunsApi(client).get_run(run_id).run_id == run_id


def test_closing_ends_calls(runs: RunsApi, agents: Agents) -> None:
    """A call that is under way when the client is closed ends with ClientClosed."""
    run_id = agents.run("thinker")
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(runs.get_run_output, run_id, block_timeout=50)
        agents.portal.call(agents.emulator.requests.reached, 1)
        runs.api_client.close()
        with pytest.raises(ClientClosed):
            call.result()


def test_threads_share_a_client(runs: RunsApi, agents: Agents) -> None:
    """Any number of threads may call at once."""
    run_id = agents.run("echo")
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(runs.get_run, [run_id] * 40))
    assert {run.run_id for run in found} == {run_id}


def test_settings_may_change(server: Server) -> None:
    """A setting that is changed later holds from the next call on; else connections stay."""
    configuration = Configuration(host=server.url, api_key={"x-api-key": "first"})
    with ApiClient(configuration) as client:
        runs = RunsApi(client)
        runs.search_runs(RunSearchRequest())
        runs.search_runs(RunSearchRequest())
        configuration.api_key["x-api-key"] = "second"
        runs.search_runs(RunSearchRequest())
    assert server.headers("x-api-key") == ["first", "first", "second"]
    assert server.connections == 2


def test_a_hook_renews_the_key(server: Server) -> None:
    """The hook for the key is asked before each call."""
    keys = iter(["first", "second"])
    configuration = Configuration(
        host=server.url,
        refresh_api_key_hook=lambda it: it.api_key.update({"x-api-key": next(keys)}),
    )
    with ApiClient(configuration) as client:
        RunsApi(client).search_runs(RunSearchRequest())
        RunsApi(client).search_runs(RunSearchRequest())
    assert server.headers("x-api-key") == ["first", "second"]


def test_a_setting_that_is_not_honoured_is_told_by_the_call() -> None:
    """A setting that can't be honoured is told when the first call is made."""
    with ApiClient(Configuration(username="ann")) as client, pytest.raises(ConfigurationError):
        RunsApi(client).get_run(NOWHERE)


def test_the_default_client() -> None:
    """Classes of methods that are made without a client share the default one."""
    try:
        assert RunsApi().api_client is ApiClient.get_default()
        mine = ApiClient(Configuration(host="http://a.test"))
        ApiClient.set_default(mine)
        assert RunsApi().api_client is mine
        assert repr(mine) == "<ApiClient http://a.test>"
    finally:
        ApiClient.set_default(None)
        Configuration.set_default(None)


@pytest.mark.parametrize("name", ["call_api", "rest_client", "sanitize_for_serialization"])
def test_inner_parts_are_not_there(name: str) -> None:
    """The inner parts of the generated client are not there, and the error says what is."""
    with pytest.raises(ApiAttributeError, match=f"no {name} here; use instead: .*(info|to_json)"):
        getattr(ApiClient(), name)
    with pytest.raises(AttributeError, match="no attribute 'cal_api'"):
        _ = ApiClient().cal_api


def test_calls_are_observed(runs: RunsApi, agents: Agents) -> None:
    """Telemetry is told of the calls of the look-alike, as of all others."""
    told: list[str] = []

    class Observer:
        def call(self, settings: Any, operation: Any) -> Any:
            told.append(operation.name)
            return nullcontext()

        def begin_attempt(self, delivery: Any) -> None: ...

        def end_attempt(self, delivery: Any, outcome: Any, seconds: float) -> None:
            told.append(str(outcome.status))

    observe_calls(Observer())
    try:
        runs.get_run(agents.run("echo"))
    finally:
        observe_calls(None)
    assert told == ["get_run", "200"]


# --------------------------------------------------------------------------------------- headers


def test_headers_of_all_requests(server: Server) -> None:
    """Headers, cookie and user agent of the client go with every request, and may change."""
    client = ApiClient(Configuration(host=server.url), "X-Team", "a", cookie="c=1")
    with client:
        assert client.user_agent is None
        RunsApi(client).search_runs(RunSearchRequest())
        client.user_agent = "mine/1"
        client.set_default_header("x-api-key", "k")
        RunsApi(client).search_runs(RunSearchRequest())
    assert server.headers("x-team") == ["a", "a"]
    assert server.headers("cookie") == ["c=1", "c=1"]
    assert server.headers("user-agent") == [f"actionruns/{actionruns.__version__}", "mine/1"]
    assert server.headers("x-api-key") == [None, "k"]


def test_credentials(server: Server) -> None:
    """A key is sent as x-api-key, a token as a bearer token, and neither when there is none."""
    with_key = asked(server, Configuration(host=server.url, api_key={"any": "k"}))
    with_token = asked(server, Configuration(host=server.url, access_token="t"))
    without = asked(server)
    assert with_key.headers["x-api-key"] == "k"
    assert with_token.headers["authorization"] == "Bearer t"
    assert not {"x-api-key", "authorization"} & without.headers.keys()


def test_headers_of_one_request(server: Server) -> None:
    """Headers of a request go before those of the client, however they are written."""
    configuration = Configuration(host=server.url, api_key={"any": "k"})
    headers = {
        "X-API-KEY": "other",
        "x-depth": 2,
        "X-None": None,
        "Content-Type": "application/json",
    }
    request = asked(server, configuration, _headers=headers)
    assert (request.headers["x-api-key"], request.headers["x-depth"]) == ("other", "2")
    assert "x-none" not in request.headers


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        ({"in": "header", "key": "X-Key", "value": "v", "type": "api_key"}, "x-key", "v"),
        ({"in": "cookie", "key": "ignored", "value": "s=v"}, "cookie", "s=v"),
    ],
)
def test_credentials_of_one_request(
    auth: dict[str, str], name: str, value: str, server: Server
) -> None:
    """Credentials of a request replace those of the configuration."""
    configuration = Configuration(host=server.url, api_key={"any": "k"})
    request = asked(server, configuration, _request_auth=auth)
    assert request.headers[name] == value
    assert "x-api-key" not in request.headers


def test_credentials_in_the_query(server: Server) -> None:
    """Credentials of a request may stand in its query."""
    auth = {"in": "query", "key": "the key", "value": "a&b"}
    assert asked(server, _request_auth=auth).target == "/runs/search?the%20key=a%26b"


# --------------------------------------------------------------------------------------- options


def test_options_that_change_nothing(server: Server) -> None:
    """Options that say what is done anyway are taken."""
    request = asked(
        server,
        _host_index=0,
        _content_type="application/json; charset=utf-8",
        _headers=None,
        _request_timeout=(5, None),
    )
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"_host_index": 1}, ApiValueError, "make an ApiClient"),
        ({"_content_type": "text/plain"}, ApiValueError, "application/json alone"),
        ({"_headers": {"content-type": "text/plain"}}, ApiValueError, "application/json alone"),
        ({"_headers": {"x": "a\nb"}}, ApiValueError, "line breaks"),
        ({"_request_auth": {"in": "body"}}, ApiValueError, "_request_auth must say in"),
        ({"_request_timeout": 0}, ApiValueError, "above 0"),
        ({"_request_timeout": (1, -2)}, ApiValueError, "above 0"),
        ({"_request_timeout": "5"}, ApiValueError, "above 0"),
        ({"_request_timeout": ("1", "2")}, ApiValueError, "above 0"),
        ({"_content_type": 5}, ApiValueError, "application/json alone"),
        ({"_headers": [("x", "y")]}, ApiTypeError, "_headers must be a mapping"),
        ({"_request_auth": "key"}, ApiTypeError, "_request_auth must be a mapping"),
        ({"async_req": True}, ApiTypeError, "AsyncAcpClient"),
        ({"_preload_content": False}, ApiTypeError, "raw_data"),
        ({"timeout": 5}, ApiTypeError, "search_runs has no argument 'timeout'"),
    ],
)
def test_options_that_are_refused(
    options: dict[str, Any], error: type[Exception], text: str, server: Server
) -> None:
    """An option that can't be honoured is refused before anything is sent."""
    with pytest.raises(error, match=text):
        asked(server, **options)
    assert server.requests == []


def test_a_time_limit_below_the_block_timeout(runs: acp_client_v0_1.RunsApi) -> None:
    """A time limit in which no answer can come is refused."""
    with pytest.raises(ApiValueError, match="above block_timeout"):
        runs.get_run_output(NOWHERE, block_timeout=50, _request_timeout=(1, 40))
