"""What pyport's methods do beyond the documentation's examples."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from actionruns.compat.pyport import PortClient
from actionruns.compat.pyport.exceptions import PortValidationError
from tests.compat.pyport.service import Service


def test_page_and_per_page_are_action_and_limit(service: Service, client: PortClient) -> None:
    """`page` filters by action, also by a number, and `per_page` is the route's limit."""
    client.action_runs.get_action_runs("deploy", 10)
    client.action_runs.get_action_runs(page=1, per_page=10)
    assert service.asked() == [("GET", "limit=10&action=deploy"), ("GET", "limit=10&action=1")]


def test_a_number_of_a_page_is_warned_of_once(
    service: Service, client: PortClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Who counts pages is told that there are none; who names an action is not."""
    with caplog.at_level(logging.WARNING, "actionruns"):
        client.action_runs.get_action_runs(page="deploy")
        assert caplog.messages == []
        client.action_runs.get_action_runs(page=1)
        client.action_runs.get_action_runs(page=2)
    (message,) = caplog.messages
    assert "page is the identifier of an action, not a number" in message


def test_params_go_before_page_and_per_page(service: Service, client: PortClient) -> None:
    """A query parameter given by its own name wins."""
    client.action_runs.get_action_runs("a", 10, {"action": "b", "limit": 20})
    assert service.asked() == [("GET", "limit=20&action=b")]


def test_the_cursor_leads_to_the_next_page(service: Service, client: PortClient) -> None:
    """`next` of an answer goes back as a query parameter."""
    ids = [service.add_run() for _ in range(3)]
    first = client.action_runs.get_action_runs(per_page=2)
    second = client.action_runs.get_action_runs(per_page=2, params={"next": first["next"]})
    assert [run["id"] for run in first["runs"] + second["runs"]] == ids[::-1]
    assert "next" not in second


def test_the_shape_of_a_run_is_the_services_choice(service: Service, client: PortClient) -> None:
    """As pyport, it asks for no version unless told to."""
    run_id = service.add_run()
    assert client.action_runs.get_action_run(run_id)["action"] == "create_microservice"
    run = client.action_runs.get_action_run(run_id, {"version": "v2"})
    assert run["action"]["identifier"] == "create_microservice"
    assert service.asked() == [("GET", ""), ("GET", "version=v2")]


def test_the_body_of_an_update_goes_as_it_is(service: Service, client: PortClient) -> None:
    """Members of the body are Port's own, and an unknown one is Port's to refuse."""
    run_id = service.add_run()
    client.action_runs.update_action_run(
        run_id, {"statusLabel": "Held up", "link": ["https://ci.example.com/1"]}, {"version": "v2"}
    )
    assert service.run(run_id)["statusLabel"] == "Held up"
    with pytest.raises(PortValidationError) as caught:
        client.action_runs.update_action_run(run_id, {"colour": "red"})
    assert caught.value.status_code == 422
    assert "colour" in str(caught.value)


Approve = Callable[[PortClient, str], Any]


@pytest.mark.parametrize(
    ("approve", "status", "query"),
    [
        (lambda c, r: c.action_runs.approve_action_run(r, {"version": "v2"}), "IN_PROGRESS", "v2"),
        (
            lambda c, r: c.action_runs.approve_action_run(r, params={"version": "v2"}),
            "IN_PROGRESS",
            "v2",
        ),
        (lambda c, r: c.action_runs.approve_action_run(r, {"status": "DECLINE"}), "DECLINED", ""),
        (
            lambda c, r: c.action_runs.approve_action_run(r, {"description": "ok"}),
            "IN_PROGRESS",
            "",
        ),
        (lambda c, r: c.action_runs.approve_action_run(r, {}), "IN_PROGRESS", ""),
        (
            lambda c, r: c.action_runs.approve_action_run(r, {"status": "APPROVE"}, {}),
            "IN_PROGRESS",
            "",
        ),
        (
            lambda c, r: c.action_runs.approve_action_run(
                r, {"status": "DECLINE"}, {"version": "v2"}
            ),
            "DECLINED",
            "v2",
        ),
    ],
    ids=["seed", "keyword", "released", "reason", "empty", "both", "both with a query"],
)
def test_an_approval_in_either_signature(
    approve: Approve, status: str, query: str, service: Service, client: PortClient
) -> None:
    """The second argument is the approval of the release, or the `params` of the documentation."""
    answer = approve(client, service.add_run("deploy_to_production"))
    assert answer["status"] == status
    assert service.asked() == [("PATCH", f"version={query}" if query else "")]


def test_an_approval_beside_params_is_one(service: Service, client: PortClient) -> None:
    """With `params` given, too, the second argument is the approval, whatever it holds."""
    run_id = service.add_run("deploy_to_production")
    with pytest.raises(PortValidationError) as caught:
        client.action_runs.approve_action_run(run_id, {"version": "v2"}, {"version": "v1"})
    assert caught.value.status_code == 422
    assert service.asked() == [("PATCH", "version=v1")]


@pytest.mark.parametrize("approval", ["DECLINE", "", 5, ["DECLINE"]])
def test_an_approval_is_a_dict(approval: Any, service: Service, client: PortClient) -> None:
    """What is no dict is refused before anything is sent: it would approve, or be no request."""
    with pytest.raises(PortValidationError, match="body must be a mapping"):
        client.action_runs.approve_action_run("r_1", approval)
    assert service.asked() == []


def test_an_approval_says_why(service: Service, client: PortClient) -> None:
    """The description reaches the service, which tells it of the approver."""
    run_id = service.add_run("deploy_to_production")
    client.action_runs.approve_action_run(run_id, {"description": "looks good"})
    (approver,) = client.action_runs.get_action_run_approvers(run_id)["approvers"]
    assert (approver["userId"], approver["description"]) == ("demo", "looks good")


def test_pending_approvers_are_told_on_demand(service: Service, client: PortClient) -> None:
    """Only with the query parameter those are told, too, who have not decided yet."""
    run_id = service.add_run("deploy_to_production")
    assert client.action_runs.get_action_run_approvers(run_id)["approvers"] == []
    pending = client.action_runs.get_action_run_approvers(
        run_id, params={"include_pending_approvers": "true"}
    )
    assert "demo" in [approver["email"] for approver in pending["approvers"]]


def test_what_is_left_out_of_an_entry_is_told_once(
    service: Service, client: PortClient, caplog: pytest.LogCaptureFixture
) -> None:
    """A level and a timestamp are not sent, and a warning says so with the first of them."""
    run_id = service.add_run()
    entry = {"message": "half way", "level": "INFO"}
    with caplog.at_level(logging.WARNING, "actionruns"):
        client.action_runs.add_action_run_log(run_id, {"message": "begun"})
        assert caplog.messages == []
        client.action_runs.add_action_run_log(run_id, entry)
        client.action_runs.add_action_run_log(run_id, {**entry, "timestamp": "2024-01-15"})
    (message,) = caplog.messages
    assert "no level and no timestamp" in message
    assert entry == {"message": "half way", "level": "INFO"}


def test_an_entry_may_end_its_run(service: Service, client: PortClient) -> None:
    """`terminationStatus` and `statusLabel` are sent as they are; what Port lacks, it refuses."""
    run_id = service.add_run()
    with pytest.raises(PortValidationError, match="colour"):
        client.action_runs.add_action_run_log(run_id, {"message": "x", "colour": "red"})
    client.action_runs.add_action_run_log(
        run_id, {"message": "done", "terminationStatus": "SUCCESS", "statusLabel": "Deployed"}
    )
    assert service.run(run_id)["status"] == "SUCCESS"
    with pytest.raises(PortValidationError, match="finished"):
        client.action_runs.add_action_run_log(run_id, {"message": "too late"})


def test_logs_are_paged_by_limit_and_offset(service: Service, client: PortClient) -> None:
    """The query parameters of the log work, as numbers and as texts."""
    run_id = service.add_run()
    for text in ("one", "two", "three"):
        client.action_runs.add_action_run_log(run_id, {"message": text})
    logs = client.action_runs.get_action_run_logs(run_id, params={"limit": "1", "offset": 1})
    assert [entry["message"] for entry in logs["logs"]] == ["two"]


@pytest.mark.parametrize("body", ["SUCCESS", None], ids=["a text", "nothing"])
def test_a_body_is_a_dict(body: Any, service: Service, client: PortClient) -> None:
    """What is no dict is refused before anything is sent, in updates and in log entries."""
    for method in (client.action_runs.update_action_run, client.action_runs.add_action_run_log):
        with pytest.raises(PortValidationError, match="body"):
            method("r_1", body)
    assert service.asked() == []


def test_an_empty_id_reads_no_list(service: Service, client: PortClient) -> None:
    """An empty run id is refused: the path would be that of the list."""
    with pytest.raises(PortValidationError, match="run_id is empty"):
        client.action_runs.get_action_run("")
    assert service.asked() == []
