"""Which error becomes which, and what it tells."""

from __future__ import annotations

import pickle
import ssl
from collections.abc import Iterator

import pytest
import trustme
from anyio.from_thread import BlockingPortal

from actionruns import ActionRunsError, ApiError, ConnectionFailed, RequestTimeout, errors
from actionruns.compat import acp_client_v0_1 as client
from actionruns.compat.acp_client_v0_1 import exceptions, rest
from actionruns.compat.acp_client_v0_1.raising import as_generated
from actionruns.errors import error_class_for
from tests.compat.acp_client_v0_1.living import NOWHERE, Agents
from tests.transport.servers import Server, answer

RUN_ROUTE = "/acp/0.1/runs/{run_id}"
BY_STATUS: dict[int, type[client.ApiException]] = {
    302: client.ApiException,
    400: client.BadRequestException,
    401: client.UnauthorizedException,
    403: client.ForbiddenException,
    404: client.NotFoundException,
    409: client.ConflictException,
    413: client.ApiException,
    418: client.ApiException,
    422: client.UnprocessableEntityException,
    429: client.ApiException,
    500: client.ServiceException,
    503: client.ServiceException,
    599: client.ServiceException,
}
OTHERS: dict[type[ActionRunsError], type[ActionRunsError]] = {
    errors.InvalidRequest: client.ApiValueError,
    errors.DecodeFailed: client.ApiValueError,
    errors.ConnectionFailed: errors.ConnectionFailed,
    errors.RequestTimeout: errors.RequestTimeout,
    errors.ClientClosed: errors.ClientClosed,
    errors.ConfigurationError: errors.ConfigurationError,
}


@pytest.mark.parametrize("status", BY_STATUS)
def test_a_status_is_an_exception(status: int, runs: client.RunsApi, agents: Agents) -> None:
    """Each status is its exception of the generated client, from the one of this package."""
    agents.emulator.fail_next("GET", RUN_ROUTE, status=status, body={"detail": "why not"})
    with pytest.raises(client.ApiException, match="why not") as caught:
        runs.get_run(NOWHERE)
    error = caught.value
    assert type(error) is BY_STATUS[status]
    assert (error.status, error.data) == (status, {"detail": "why not"})
    assert type(error.__cause__) is error_class_for(status)


@pytest.mark.parametrize("cls", OTHERS, ids=lambda cls: cls.__name__)
def test_other_errors(cls: type[ActionRunsError]) -> None:
    """What the server did not answer is a ValueError where a value is wrong, and else stays."""
    error = as_generated(cls("what happened"))
    assert type(error) is OTHERS[cls]
    assert str(error) == "what happened"


def test_without_an_answer_at_hand() -> None:
    """An error whose answer nobody kept has neither body nor headers."""
    error = as_generated(ApiError("no", status=418))
    assert isinstance(error, client.ApiException)
    assert (error.body, error.headers, error.reason) == (None, None, "I'm a Teapot")


def test_the_table_is_whole() -> None:
    """Each error that a call raises is in one of the tables."""
    others = {errors.WaitTimeout, errors.RunGone, errors.ApiError, ActionRunsError}
    classes = {getattr(errors, name) for name in errors.__all__ if name != "error_class_for"}
    assert classes - others == OTHERS.keys() | {
        error_class_for(status) for status in BY_STATUS if status not in (302, 418)
    }


def test_names_are_the_generators() -> None:
    """The errors derive from each other as with the generator, and from this package's base."""
    assert rest.ApiException is exceptions.ApiException
    assert rest.ApiValueError is exceptions.ApiValueError
    for name in exceptions.__all__:
        assert issubclass(getattr(exceptions, name), client.OpenApiException)
    assert issubclass(client.OpenApiException, ActionRunsError)
    assert issubclass(client.ApiTypeError, TypeError)
    assert issubclass(client.ApiValueError, ValueError)
    assert issubclass(client.ApiKeyError, KeyError)
    assert issubclass(client.ApiAttributeError, AttributeError)


def test_the_text_tells_what_happened(runs: client.RunsApi) -> None:
    """The text begins as with the generated client, and goes on with the call and a hint."""
    with pytest.raises(client.NotFoundException) as caught:
        runs.get_run(NOWHERE)
    first, second, third = str(caught.value).splitlines()
    assert (first, second) == ("(404)", "Reason: Not Found")
    assert third.startswith("get_run: GET http://127.0.0.1")
    assert "Run 00000000-0000-4000-8000-000000000000 not found." in third


def test_an_exception_of_ones_own() -> None:
    """Stand-ins of tests make exceptions by status and reason; a secret isn't printed."""
    error = client.ApiException(
        status=500, reason="Down", body='{"token": "Bearer abcdefghijklmn"}'
    )
    assert str(error).startswith("(500)\nReason: Down\nHTTP response body: ")
    assert "abcdefghijklmn" not in str(error)
    assert str(client.ApiException(0, "no TLS")) == "(0)\nReason: no TLS"


def test_where_a_value_is() -> None:
    """An error of a value tells where the value is."""
    error = client.ApiTypeError("no text", ["runs", 0])
    assert str(error) == "no text at ['runs'][0]"
    assert error.path_to_item == ["runs", 0]


def test_errors_pickle(runs: client.RunsApi) -> None:
    """An exception goes between processes with all that it holds."""
    with pytest.raises(client.NotFoundException) as caught:
        runs.get_run(NOWHERE)
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # its own pickle
    assert type(again) is client.NotFoundException
    assert (str(again), vars(again)) == (str(caught.value), vars(caught.value))


def test_cookies_are_not_kept(runs: client.RunsApi, agents: Agents) -> None:
    """Cookies of an answer are secrets, and are not told, with an error or without."""
    for status in (404, 200):
        agents.emulator.fail_next(
            "GET", RUN_ROUTE, status=status, body={}, headers={"Set-Cookie": "a=b"}
        )
    with pytest.raises(client.NotFoundException) as caught:
        runs.get_run(NOWHERE)
    assert "set-cookie" not in (caught.value.headers or {})
    agents.emulator.clear_faults()
    agents.emulator.fail_next("GET", RUN_ROUTE, headers={"Set-Cookie": "a=b", "X-Kept": "yes"})
    headers = runs.get_run_with_http_info(agents.run("echo")).headers
    assert ("set-cookie" in headers, headers["X-KEPT"]) == (False, "yes")


def test_a_refused_connection(agents: Agents) -> None:
    """A server that isn't there is ConnectionFailed of this package."""
    with client.ApiClient(client.Configuration(host="http://127.0.0.1:9", retries=0)) as api_client:
        runs = client.RunsApi(api_client)
        with pytest.raises(ConnectionFailed):
            runs.get_run(NOWHERE)


def test_a_late_answer(runs: client.RunsApi, agents: Agents) -> None:
    """An answer that doesn't come in time is RequestTimeout of this package, a TimeoutError."""
    agents.emulator.fail_next("GET", RUN_ROUTE, hang=True)
    with pytest.raises(RequestTimeout):
        runs.get_run(NOWHERE, _request_timeout=0.05)


def test_another_answer(runs: client.RunsApi, agents: Agents) -> None:
    """An answer that is no run is an ApiValueError, as the generated client's validation was."""
    agents.emulator.fail_next("GET", RUN_ROUTE, body={"run_id": NOWHERE})
    with pytest.raises(client.ApiValueError, match="creation in the answer should be"):
        runs.get_run(NOWHERE)


@pytest.fixture
def tls_server(portal: BlockingPortal) -> Iterator[Server]:
    """A server whose certificate nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    server = Server(answer([]), tls=context)
    with portal.wrap_async_context_manager(server):
        yield server


def test_tls_fails_as_it_did(tls_server: Server) -> None:
    """A certificate that nobody vouches for is an ApiException with status 0."""
    with client.ApiClient(client.Configuration(host=tls_server.url)) as api_client:
        with pytest.raises(client.ApiException) as caught:
            client.RunsApi(api_client).search_runs(client.RunSearchRequest())
        assert (caught.value.status, caught.value.body) == (0, None)
        assert isinstance(caught.value.__cause__, ConnectionFailed)
