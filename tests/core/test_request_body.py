"""The JSON body of a request."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from actionruns.core.model import UNSET
from actionruns.core.operation import Body, Operation
from actionruns.core.request import build_request
from actionruns.errors import InvalidRequest
from tests.core.runs import Subject

GET_RUNS = Operation(name="get_runs", method="GET", path="/v1/runs", result=dict)
UPDATE_RUN = Operation(
    name="update_run",
    method="PATCH",
    path="/v1/runs",
    result=dict,
    body=Body(
        members={"status": "status", "status_label": "statusLabel", "link": "link"},
        required=frozenset({"status"}),
        nullable=frozenset({"link"}),
    ),
)
CREATE_SUBJECT = Operation(
    name="create_subject",
    method="POST",
    path="/v1/subjects",
    result=dict,
    body=Body(whole="subject", required=frozenset({"subject"})),
)
SEARCH = Operation(
    name="search", method="POST", path="/v1/search", result=dict, body=Body(whole="query")
)


def body_of(operation: Operation[Any], arguments: dict[str, Any]) -> Any:
    body = build_request(operation, arguments).body
    return None if body is None else json.loads(body)


def test_an_operation_without_a_body_sends_none() -> None:
    """Where the specification knows no body, none is sent."""
    assert build_request(GET_RUNS, {}).body is None


def test_the_method_is_that_of_the_operation() -> None:
    """The request has the operation's method."""
    assert build_request(UPDATE_RUN, {"status": "DONE"}).method == "PATCH"


def test_arguments_become_members() -> None:
    """Arguments are sent as members by their names in JSON."""
    arguments = {"status": "DONE", "status_label": "well done", "link": ["a", "b"]}
    assert body_of(UPDATE_RUN, arguments) == {
        "status": "DONE",
        "statusLabel": "well done",
        "link": ["a", "b"],
    }


@pytest.mark.parametrize("absent", [{}, {"status_label": None}, {"status_label": UNSET}])
def test_an_absent_member_is_not_sent(absent: dict[str, object]) -> None:
    """A member that isn't given, or is None where null has no meaning, is left out."""
    assert body_of(UPDATE_RUN, {"status": "DONE", **absent, "link": UNSET}) == {"status": "DONE"}


def test_none_is_null_where_null_has_a_meaning() -> None:
    """For a nullable member None is null and is sent."""
    assert body_of(UPDATE_RUN, {"status": "DONE", "link": None}) == {"status": "DONE", "link": None}


@pytest.mark.parametrize("value", [None, UNSET])
def test_a_required_member_must_be_given(value: object) -> None:
    """A required member that isn't given is named."""
    with pytest.raises(InvalidRequest, match="update_run: status is required"):
        build_request(UPDATE_RUN, {"status": value, "link": UNSET})


@pytest.mark.parametrize(
    "value", [{"identifier": "x", "new": 1}, Subject(identifier="x", unknown_fields={"new": 1})]
)
def test_the_whole_body_is_a_mapping_or_a_model(value: object) -> None:
    """A body that is one argument may be a mapping or a model."""
    assert body_of(CREATE_SUBJECT, {"subject": value}) == {"identifier": "x", "new": 1}


@pytest.mark.parametrize("value", ["x", 5, [1], b"{}", True])
def test_the_whole_body_is_nothing_else(value: object) -> None:
    """A body of another type is refused."""
    with pytest.raises(InvalidRequest, match="subject must be a mapping or a model"):
        build_request(CREATE_SUBJECT, {"subject": value})


@pytest.mark.parametrize("value", [None, UNSET])
def test_a_required_whole_body_must_be_given(value: object) -> None:
    """A required body that isn't given is named."""
    with pytest.raises(InvalidRequest, match="create_subject: subject is required"):
        build_request(CREATE_SUBJECT, {"subject": value})


@pytest.mark.parametrize("arguments", [{}, {"query": None}, {"query": UNSET}])
def test_an_optional_whole_body_may_be_absent(arguments: dict[str, object]) -> None:
    """A body that isn't required is left out when it isn't given."""
    assert build_request(SEARCH, arguments).body is None


def test_an_empty_whole_body_is_sent() -> None:
    """An empty mapping is a body, too."""
    assert build_request(SEARCH, {"query": {}}).body == b"{}"


def test_times_in_a_body_are_written() -> None:
    """A time anywhere in the body is written in UTC."""
    arguments = {"query": {"since": datetime(2024, 5, 1, 12, tzinfo=UTC)}}
    assert body_of(SEARCH, arguments) == {"since": "2024-05-01T12:00:00.000Z"}


def test_a_body_without_a_form_in_json_is_refused() -> None:
    """A value that JSON can't hold is refused before anything is sent."""
    with pytest.raises(InvalidRequest, match="set has no JSON form"):
        build_request(SEARCH, {"query": {"ids": {"a"}}})


RESUME = Operation(
    name="resume",
    method="POST",
    path="/v1/resume",
    result=dict,
    body=Body(
        whole="payload",
        shape="any",
        required=frozenset({"payload"}),
        nullable=frozenset({"payload"}),
    ),
)
REPLACE_STEPS = Operation(
    name="replace_steps",
    method="PUT",
    path="/v1/steps",
    result=dict,
    body=Body(whole="steps", shape="array"),
)


@pytest.mark.parametrize("value", ["x", 5, 0.5, True, None, [], [{"a": 1}], {"a": 1}, {}])
def test_the_whole_body_may_be_any_json(value: object) -> None:
    """A body that the specification leaves open is sent as it is given, null too."""
    body = build_request(RESUME, {"payload": value}).body
    assert body is not None
    assert json.loads(body) == value


def test_a_required_whole_body_may_be_null_but_not_absent() -> None:
    """Where null has a meaning, only UNSET and nothing are absent."""
    for arguments in ({}, {"payload": UNSET}):
        with pytest.raises(InvalidRequest, match="resume: payload is required"):
            build_request(RESUME, arguments)


@pytest.mark.parametrize(
    "value", [["a"], ("a",), [Subject(identifier="x")], [{"identifier": "x"}], []]
)
def test_the_whole_body_may_be_an_array(value: list[object]) -> None:
    """A body that is an array may be a list or a tuple of whatever JSON can hold."""
    assert isinstance(body_of(REPLACE_STEPS, {"steps": value}), list)


@pytest.mark.parametrize("value", ["ab", {"a": 1}, 5, {"a"}])
def test_the_whole_body_is_an_array_only(value: object) -> None:
    """A body that is an array is nothing else, not even a text."""
    with pytest.raises(InvalidRequest, match="steps must be a list or a tuple"):
        build_request(REPLACE_STEPS, {"steps": value})
