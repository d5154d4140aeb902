"""The error tree: its shape, its attributes, its life outside the process."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable, Iterator

import pytest

from actionruns import errors
from actionruns.errors import (
    ActionRunsError,
    ApiError,
    ConnectionFailed,
    InvalidRequest,
    RequestTimeout,
    WaitTimeout,
    error_class_for,
)

TREE = {
    "ActionRunsError": "Exception",
    "ConfigurationError": "ActionRunsError",
    "InvalidRequest": "ActionRunsError ValueError",
    "ClientClosed": "ActionRunsError",
    "ConnectionFailed": "ActionRunsError",
    "RequestTimeout": "ConnectionFailed TimeoutError",
    "DecodeFailed": "ActionRunsError",
    "WaitTimeout": "ActionRunsError TimeoutError",
    "RunGone": "ActionRunsError",
    "ApiError": "ActionRunsError",
    "BadRequest": "ApiError",
    "AuthenticationFailed": "ApiError",
    "PermissionDenied": "ApiError",
    "NotFound": "ApiError",
    "Conflict": "ApiError",
    "PayloadTooLarge": "ApiError",
    "UnprocessableEntity": "ApiError",
    "RateLimited": "ApiError",
    "ServerError": "ApiError",
}
API = {
    "status": 409,
    "body": {"ok": False, "details": [1, None]},
    "code": "run_ended",
    "message": "the run has ended",
    "request_id": "abc-1",
    "method": "PATCH",
    "url": "https://api.test/v1/runs/r_1",
    "attempts": 3,
    "retry_after": 1.5,
    "maybe_sent": True,
}
CONNECTION = {
    "method": "GET",
    "url": "https://api.test/v1/runs",
    "attempts": 2,
    "maybe_sent": True,
}
ATTRIBUTES: dict[str, dict[str, object]] = {
    "ConnectionFailed": CONNECTION,
    "RequestTimeout": CONNECTION,
    "DecodeFailed": {"path": "run.id", "body": b"{}", "status": 200},
    "WaitTimeout": {"ref": "port:r_1", "run": {"id": "r_1"}},
    "RunGone": {"ref": "port:r_1"},
    **{name: API for name in TREE if "ApiError" in (name, TREE[name])},
}


def error_classes() -> Iterator[type[ActionRunsError]]:
    for value in vars(errors).values():
        if inspect.isclass(value) and issubclass(value, ActionRunsError):
            yield value


def made(name: str) -> ActionRunsError:
    error: ActionRunsError = getattr(errors, name)("what happened", **ATTRIBUTES.get(name, {}))
    return error


def pickled(error: ActionRunsError) -> ActionRunsError:
    again: ActionRunsError = pickle.loads(pickle.dumps(error))  # noqa: S301  # its own pickle
    return again


def test_the_tree_is_that_of_the_design() -> None:
    """The errors and their bases are exactly those of the design."""
    found = {cls.__name__: " ".join(b.__name__ for b in cls.__bases__) for cls in error_classes()}
    assert found == TREE


def test_each_error_is_exported() -> None:
    """Each error class is a public name of its module."""
    assert set(errors.__all__) == {*TREE, "error_class_for"}


@pytest.mark.parametrize("name", TREE)
def test_the_message_is_the_text(name: str) -> None:
    """What an error says is its text."""
    assert str(made(name)) == "what happened"


@pytest.mark.parametrize("name", TREE)
def test_an_error_needs_no_arguments(name: str) -> None:
    """An error can be made bare, as stand-ins in tests do."""
    assert str(getattr(errors, name)()) == ""


@pytest.mark.parametrize("name", TREE)
def test_attributes_are_kept(name: str) -> None:
    """Each public attribute holds what was given."""
    error = made(name)
    expected = ATTRIBUTES.get(name, {})
    assert {key: getattr(error, key) for key in expected} == expected


@pytest.mark.parametrize("name", TREE)
@pytest.mark.parametrize("copied", [pickled, copy.copy, copy.deepcopy])
def test_an_error_survives_copying(
    name: str, copied: Callable[[ActionRunsError], ActionRunsError]
) -> None:
    """A pickled or copied error has the same class, text and attributes."""
    error = made(name)
    again = copied(error)
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize("name", TREE)
def test_notes_survive_pickling(name: str) -> None:
    """A note that a caller added goes with the error."""
    error = made(name)
    error.add_note("while following 3 runs")
    assert pickled(error).__notes__ == ["while following 3 runs"]


@pytest.mark.parametrize("cls", [RequestTimeout, WaitTimeout])
def test_a_time_out_is_a_timeout_error(cls: type[ActionRunsError]) -> None:
    """Who catches the built-in TimeoutError catches ours."""
    with pytest.raises(TimeoutError):
        raise cls("too slow")


def test_a_request_time_out_is_a_failed_connection() -> None:
    """Who handles lost connections handles time-outs by the same clause."""
    with pytest.raises(ConnectionFailed):
        raise RequestTimeout("too slow")


def test_a_refused_argument_is_a_value_error() -> None:
    """Who catches ValueError catches a refused argument."""
    with pytest.raises(ValueError, match="is empty"):
        raise InvalidRequest("run_id is empty")


def test_an_api_error_has_the_services_message() -> None:
    """The attribute is the service's own message, the text is the whole story."""
    error = ApiError("get_run: GET ... answered 404: no such run.", message="no such run")
    assert (error.message, str(error)) == (
        "no such run",
        "get_run: GET ... answered 404: no such run.",
    )


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequest"),
        (401, "AuthenticationFailed"),
        (403, "PermissionDenied"),
        (404, "NotFound"),
        (409, "Conflict"),
        (413, "PayloadTooLarge"),
        (422, "UnprocessableEntity"),
        (429, "RateLimited"),
        (500, "ServerError"),
        (502, "ServerError"),
        (503, "ServerError"),
        (504, "ServerError"),
        (599, "ServerError"),
        (302, "ApiError"),
        (402, "ApiError"),
        (405, "ApiError"),
        (418, "ApiError"),
        (499, "ApiError"),
    ],
)
def test_a_status_has_its_class(status: int, name: str) -> None:
    """Each HTTP status maps to one class; what has none of its own is an ApiError."""
    assert error_class_for(status).__name__ == name
