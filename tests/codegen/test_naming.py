"""Names of a specification become names of Python."""

from __future__ import annotations

import builtins
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.codegen.naming import (
    RUN_STATES,
    attribute_name,
    class_name,
    derived_operation_name,
    is_name,
    snake_case,
)
from actionruns.states import RunState


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("listRuns", "list_runs"),
        ("run-id", "run_id"),
        ("filter[state]", "filter_state"),
        ("X-Request-ID", "x_request_id"),
        ("runURLById", "run_url_by_id"),
        ("v2Run", "v2_run"),
        ("oauth2", "oauth2"),
        ("page_2", "page_2"),
        ("class", "class_"),
        ("list", "list_"),
        ("field", "field_"),
        ("self", "self_"),
        ("2fa", "n2_fa"),
        ("größe", "größe"),
        ("_id", "id"),
        ("$", ""),
    ],
)
def test_attribute_names(name: str, expected: str) -> None:
    """A name becomes snake case; one that Python or the generated code uses gets an underscore."""
    assert attribute_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("action-run_log", "ActionRunLog"),
        ("HTTPError", "HTTPError"),
        ("Mapping", "Mapping_"),
        ("Exception", "Exception_"),
        ("none", "None_"),
        ("2d", "N2D"),
    ],
)
def test_class_names(name: str, expected: str) -> None:
    """A name becomes a class's; one that generated modules import gets an underscore."""
    assert class_name(name) == expected


@given(st.text(max_size=12))
def test_names_are_names(text: str) -> None:
    """Whatever the name, what comes out is a name that can be used, or is seen not to be one."""
    name = attribute_name(text)
    if name.isidentifier():
        assert is_name(name)
        assert not keyword.iskeyword(name)
    cls = class_name(text)
    assert not hasattr(builtins, cls)


@given(st.from_regex(r"[a-z]+(_[a-z]+)*", fullmatch=True))
def test_snake_case_stays(text: str) -> None:
    """A name in snake case stays as it is."""
    assert snake_case(text) == text


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("get", "/api/v1/runs", "get_runs"),
        ("get", "/v1/runs/{run-id}", "get_runs_by_run_id"),
        ("post", "/runs/{run_id}/logs", "create_runs_logs"),
        ("put", "/agentRuns", "replace_agent_runs"),
        ("patch", "/runs", "update_runs"),
        ("delete", "/runs", "delete_runs"),
    ],
)
def test_derived_operation_names(method: str, path: str, expected: str) -> None:
    """An operation without an id is named after its method and path."""
    assert derived_operation_name(method, path) == expected


def test_run_states_are_those_of_the_sdk() -> None:
    """The generator knows every RunState, which it doesn't import."""
    assert set(RUN_STATES) == set(RunState.__members__)
