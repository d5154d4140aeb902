"""Answers keep all that the service sent, and have pyport's names beside it."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns.compat.pyport import PortClient
from actionruns.compat.pyport.exceptions import PortApiError
from tests.compat.pyport.service import Service


def answered(service: Service, client: PortClient, method: str, body: Any) -> Any:
    """Return what a method makes of an answer."""
    service.fail_next(body=body)
    if method in ("update_action_run", "add_action_run_log"):
        return getattr(client.action_runs, method)("r_1", {"message": "x"})
    return getattr(client.action_runs, method)("r_1")


@pytest.fixture(autouse=True)
def _with_token(service: Service, client: PortClient) -> None:
    # The first fault is not to meet the request for the token.
    client.action_runs.get_action_runs()


RUN = {"id": "r_1", "status": "NEW_ONE", "future": {"deep": [1, None]}}
ENTRY = {"id": "l_1", "message": "x", "createdAt": "2024-01-15T10:30:00.000Z", "future": 1}


@pytest.mark.parametrize("method", ["get_action_run", "update_action_run", "approve_action_run"])
def test_a_run_stands_in_its_member_and_beside_it(
    method: str, service: Service, client: PortClient
) -> None:
    """`answer["run"]["status"]` and `answer["status"]` are the same; unknown members are kept."""
    answer = answered(service, client, method, {"ok": True, "run": RUN, "more": 1})
    assert answer == {"ok": True, "run": RUN, "more": 1, **RUN}


def test_the_answers_own_members_go_first(service: Service, client: PortClient) -> None:
    """A member of the run does not take the place of one of the answer."""
    answer = answered(service, client, "get_action_run", {"ok": True, "run": {"ok": False}})
    assert answer == {"ok": True, "run": {"ok": False}}


def test_logs_have_a_timestamp(service: Service, client: PortClient) -> None:
    """`runLogs` stays as it is; `logs` has the same entries, each with its time."""
    answer = answered(service, client, "get_action_run_logs", {"ok": True, "runLogs": [ENTRY]})
    logs = [{**ENTRY, "timestamp": ENTRY["createdAt"]}]
    assert answer == {"ok": True, "runLogs": [ENTRY], "logs": logs}


def test_a_new_entry_stands_beside_its_member(service: Service, client: PortClient) -> None:
    """The entry that was added is read like those of the log."""
    answer = answered(service, client, "add_action_run_log", {"ok": True, "runLog": ENTRY})
    timestamp = ENTRY["createdAt"]
    assert answer == {"ok": True, "runLog": ENTRY, **ENTRY, "timestamp": timestamp}


def test_an_approver_has_an_email(service: Service, client: PortClient) -> None:
    """It is the address that the service sends, else the user's id; all else is kept."""
    sent = [
        {"userId": "auth0|1", "state": "APPROVED"},
        {"userId": "auth0|2", "state": "NEW", "email": "bob@example.com"},
    ]
    answer = answered(service, client, "get_action_run_approvers", {"ok": True, "approvers": sent})
    assert answer["approvers"] == [{**sent[0], "email": "auth0|1"}, sent[1]]


def test_names_that_the_service_takes_up_are_its_own(service: Service, client: PortClient) -> None:
    """`logs`, or a `timestamp`, that the service itself sends is not replaced."""
    entry = {**ENTRY, "timestamp": "its own"}
    body = {"runLogs": [entry], "logs": "its own"}
    assert answered(service, client, "get_action_run_logs", body) == body
    logs = answered(service, client, "get_action_run_logs", {"runLogs": [entry]})["logs"]
    assert logs == [entry]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("get_action_run", {"ok": True}),
        ("get_action_run", {"run": None}),
        ("add_action_run_log", {"ok": True}),
        ("get_action_run_logs", {"runLogs": None}),
        ("get_action_run_approvers", {"approvers": None}),
        ("get_action_run_approvers", {"approvers": ["demo"]}),
    ],
)
def test_an_unexpected_shape_is_given_as_it_is(
    method: str, body: dict[str, Any], service: Service, client: PortClient
) -> None:
    """An object without what it should hold is no error: it is returned."""
    assert answered(service, client, method, body) == body


def test_an_unexpected_entry_is_given_as_it_is(service: Service, client: PortClient) -> None:
    """An entry of the log that is no object is left alone."""
    answer = answered(service, client, "get_action_run_logs", {"runLogs": ["x"]})
    assert answer["logs"] == ["x"]


@pytest.mark.parametrize("body", [b"[]", b"{", b"<html>"])
def test_what_is_no_object_is_an_error(body: bytes, service: Service, client: PortClient) -> None:
    """An answer that is no JSON object is an error with the status that it came with."""
    with pytest.raises(PortApiError) as caught:
        answered(service, client, "get_action_run", body)
    assert type(caught.value) is PortApiError
    assert caught.value.status_code == 200
