"""Errors of the SDK become the exceptions that code for pyport catches."""

from __future__ import annotations

import pickle
import socket
from collections.abc import Mapping
from typing import Any

import pytest

from actionruns import ActionRunsError, ConnectionFailed, NotFound, RequestTimeout, errors
from actionruns.compat.pyport import PortClient, exceptions
from actionruns.compat.pyport.exceptions import (
    PortApiError,
    PortAuthenticationError,
    PortConfigurationError,
    PortConnectionError,
    PortRateLimitError,
    PortResourceNotFoundError,
    PortTimeoutError,
)
from actionruns.compat.pyport.failures import failure_of
from tests.compat.pyport.service import ONE_RUN, Service

BECOMES = {
    "ActionRunsError": "PortApiError",
    "ApiError": "PortApiError",
    "AuthenticationFailed": "PortAuthenticationError",
    "BadRequest": "PortValidationError",
    "ClientClosed": "PortApiError",
    "ConfigurationError": "PortConfigurationError",
    "Conflict": "PortApiError",
    "ConnectionFailed": "PortConnectionError",
    "DecodeFailed": "PortApiError",
    "InvalidRequest": "PortValidationError",
    "NotFound": "PortResourceNotFoundError",
    "PayloadTooLarge": "PortApiError",
    "PermissionDenied": "PortPermissionError",
    "RateLimited": "PortRateLimitError",
    "RequestTimeout": "PortTimeoutError",
    "RunGone": "PortApiError",
    "ServerError": "PortServerError",
    "UnprocessableEntity": "PortValidationError",
    "WaitTimeout": "PortApiError",
}

BY_STATUS = {
    400: ("PortValidationError", False),
    401: ("PortAuthenticationError", False),
    403: ("PortPermissionError", False),
    404: ("PortResourceNotFoundError", False),
    409: ("PortApiError", False),
    413: ("PortApiError", False),
    418: ("PortApiError", False),
    422: ("PortValidationError", False),
    429: ("PortRateLimitError", True),
    500: ("PortServerError", True),
    503: ("PortServerError", True),
}


def failure(error: ActionRunsError, params: Mapping[str, Any] | None = None) -> Any:
    return failure_of(error, method="GET", endpoint="actions/runs", params=params)


def test_every_error_has_its_exception() -> None:
    """The table of this test has every class of the error tree."""
    assert BECOMES.keys() == {name for name in errors.__all__ if name[0].isupper()}


@pytest.mark.parametrize("name", BECOMES)
def test_each_error_becomes_its_exception(name: str) -> None:
    """Each class of error has its exception, which is an `ActionRunsError` with its words."""
    made = failure(getattr(errors, name)("what happened"))
    assert type(made) is getattr(exceptions, BECOMES[name])
    assert isinstance(made, ActionRunsError)
    assert str(made) == made.message == "what happened"


@pytest.mark.parametrize("status", BY_STATUS)
def test_each_status_becomes_its_exception(
    status: int, service: Service, client: PortClient
) -> None:
    """Status, call, answer and kind of the failure are told; the cause is the SDK's error."""
    name, is_transient = BY_STATUS[status]
    body = {"ok": False, "error": "some_code", "message": "Something is wrong"}
    client.action_runs.get_action_runs()  # brings the token
    service.fail_next("GET", ONE_RUN, status=status, body=body, times=10)
    with pytest.raises(PortApiError) as caught:
        client.action_runs.get_action_run("r_1", {"version": "v2"})
    error = caught.value
    assert type(error).__name__ == name
    assert (error.status_code, error.method, error.endpoint) == (status, "GET", "actions/runs/r_1")
    assert (error.response_body, error.request_params) == (body, {"version": "v2"})
    assert "Something is wrong" in str(error)
    assert (error.is_client_error(), error.is_server_error()) == (status < 500, status >= 500)
    assert error.is_transient() is is_transient
    assert isinstance(error.__cause__, errors.error_class_for(status))


@pytest.mark.parametrize(
    ("given", "seconds"), [("7200", 7200), ("7200.2", 7201), (None, None), ("soon", None)]
)
def test_a_rate_limit_tells_when_to_come_back(
    given: str | None, seconds: int | None, service: Service
) -> None:
    """`retry_after` is in whole seconds, rounded up; None when the service did not say."""
    with PortClient("demo", "demo", max_retries=0) as client:
        headers = {} if given is None else {"Retry-After": given}
        service.fail_next("GET", ONE_RUN, status=429, headers=headers)
        with pytest.raises(PortRateLimitError) as caught:
            client.action_runs.get_action_run("r_1")
    assert caught.value.retry_after == seconds
    assert caught.value.response_body is None


def test_wrong_credentials_fail_with_the_first_call(service: Service) -> None:
    """The constructor asks nothing; the first call tells of the route that gives tokens."""
    client = PortClient("demo", "hunter2-hunter2")
    with pytest.raises(PortAuthenticationError) as caught:
        client.action_runs.get_action_run("r_1")
    error = caught.value
    assert (error.method, error.endpoint) == ("POST", "auth/access_token")
    assert "hunter2" not in f"{error!r} {error} {vars(error)} {client!r}"


def test_a_server_that_is_down_is_a_connection_error() -> None:
    """No answer at all is PortConnectionError, which has no status and may pass."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but not listening: connections are refused
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        client = PortClient("demo", "demo", base_url=address, max_retries=0, trust_env=False)
        with pytest.raises(PortConnectionError) as caught:
            client.action_runs.get_action_runs()
    error = caught.value
    assert (error.status_code, error.response_body) == (None, None)
    assert (error.is_client_error(), error.is_server_error()) == (False, False)
    assert error.is_transient()
    assert isinstance(error.__cause__, ConnectionFailed)


def test_a_server_that_does_not_answer_is_a_timeout(service: Service) -> None:
    """The `timeout` of the client ends a call, with PortTimeoutError."""
    with PortClient("demo", "demo", timeout=0.3) as client:
        client.action_runs.get_action_runs()
        service.fail_next("GET", ONE_RUN, hang=True)
        with pytest.raises(PortTimeoutError) as caught:
            client.action_runs.get_action_run("r_1")
    assert caught.value.endpoint == "actions/runs/r_1"
    assert caught.value.is_transient()
    assert isinstance(caught.value.__cause__, RequestTimeout)


def test_an_unknown_run_is_not_found(service: Service, client: PortClient) -> None:
    """What the emulator itself answers for an unknown run is caught as pyport's exception."""
    with pytest.raises(PortResourceNotFoundError) as caught:
        client.action_runs.update_action_run("r_unknown", {"summary": "x"})
    assert isinstance(caught.value.__cause__, NotFound)
    assert (caught.value.method, caught.value.endpoint) == ("PATCH", "actions/runs/r_unknown")
    assert caught.value.request_params is None


def test_an_error_says_what_was_called_without_a_prefix() -> None:
    """The endpoint begins after the version, whatever comes before it in the URL."""
    made = failure(
        NotFound("x", status=404, method="GET", url="https://a.test/v1/port/v1/b/r_1?c=d")
    )
    assert made.endpoint == "b/r_1"


@pytest.mark.parametrize("name", exceptions.__all__)
def test_exceptions_survive_pickling(name: str) -> None:
    """Type, words and attributes are the same in another process."""
    kind = getattr(exceptions, name)
    if kind is PortConfigurationError:
        made = kind("what happened")
    else:
        more = {"retry_after": 3} if kind is PortRateLimitError else {}
        made = kind("what happened", 429, "actions/runs", "GET", {"ok": False}, {"a": 1}, **more)
    copy = pickle.loads(pickle.dumps(made))  # noqa: S301  # our own bytes
    assert type(copy) is kind
    assert (str(copy), vars(copy)) == (str(made), vars(made))


def test_a_network_error_is_as_lasting_as_in_pyport() -> None:
    """PortNetworkError is there for code that names it, and doesn't count as transient."""
    assert not exceptions.PortNetworkError("x").is_transient()
