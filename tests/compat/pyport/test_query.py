"""Query parameters are taken as `requests` takes them, by their names on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns.compat.pyport import PortClient
from actionruns.compat.pyport.exceptions import PortValidationError
from tests.compat.pyport.service import Service


@pytest.mark.parametrize(
    ("params", "query"),
    [
        (None, ""),
        ({}, ""),
        ({"limit": 5}, "limit=5"),
        ({"limit": "5"}, "limit=5"),
        ({"active": True}, "active=true"),
        ({"active": "true"}, "active=true"),
        ({"active": "False"}, "active=false"),
        ({"exclude": ["payload", "properties"]}, "exclude=payload&exclude=properties"),
        ({"exclude": ("payload",)}, "exclude=payload"),
        ({"exclude": "payload"}, "exclude=payload"),
        ({"exclude": [1]}, "exclude=1"),
        ({"action": 42}, "action=42"),
        ({"external_run_id": True}, "external_run_id=true"),
        ({"action": None}, ""),
    ],
)
def test_values_are_as_on_the_wire(
    params: dict[str, Any] | None, query: str, service: Service, client: PortClient
) -> None:
    """Texts stand for numbers and booleans, and the other way round; a list repeats the name."""
    client.action_runs.get_action_runs(params=params)
    assert service.asked() == [("GET", query)]


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"limit": "many"}, "limit must be a whole number, but is 'many'"),
        ({"limit": 0}, "limit must be at least 1 and at most 1000, but is 0"),
        ({"active": "perhaps"}, "active must be True or False, but is 'perhaps'"),
        ({"action": ["a", "b"]}, "action must be a text, but is ['a', 'b']"),
        ("limit=5", "params must be a dict of query parameters, not str"),
    ],
)
def test_what_cannot_be_sent_is_refused(
    params: Any, problem: str, service: Service, client: PortClient
) -> None:
    """A value that the route does not take is refused before anything is sent."""
    with pytest.raises(PortValidationError) as caught:
        client.action_runs.get_action_runs(params=params)
    assert str(caught.value) == f"get_action_runs: {problem}"
    assert service.asked() == []


def test_an_unknown_name_is_refused(service: Service, client: PortClient) -> None:
    """A name that the route does not have is refused, with those that it has."""
    with pytest.raises(PortValidationError) as caught:
        client.action_runs.get_action_run_logs("r_1", params={"page": 2, "order": "desc"})
    assert str(caught.value) == (
        "get_action_run_logs: no such query parameter: 'order', 'page'; there are: limit, offset"
    )
    assert (caught.value.method, caught.value.endpoint) == ("GET", "actions/runs/r_1/logs")
    assert caught.value.request_params is None
    assert service.asked() == []


def test_a_route_without_parameters_says_so(service: Service, client: PortClient) -> None:
    """Where there is no query parameter at all, the message says so."""
    with pytest.raises(PortValidationError, match="there are: none"):
        client.action_runs.add_action_run_log("r_1", {"message": "x"}, params={"version": "v2"})
