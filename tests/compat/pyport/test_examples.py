"""The examples of pyport's documentation, with another import line and ids of runs that exist."""

from __future__ import annotations

import pytest

from actionruns.compat.pyport import PortClient
from tests.compat.pyport.documented import examples
from tests.compat.pyport.service import Service


def waiting_run(service: Service) -> str:
    return service.add_run("deploy_to_production")


def approved_run(service: Service) -> str:
    run_id = waiting_run(service)
    service.approve(run_id)
    return run_id


def logged_run(service: Service) -> str:
    run_id = service.add_run()
    with PortClient("demo", "demo") as client:
        client.action_runs.add_action_run_log(run_id, {"message": "Building the image"})
    return run_id


# What an example is about -> a run with which it shows something.
RUNS = {
    "approve_action_run": waiting_run,
    "get_action_run_approvers": approved_run,
    "get_action_run_logs": logged_run,
}


def test_a_client_is_made_as_documented(service: Service) -> None:
    """The client is made from an id and a secret by keyword, and has the service."""
    client = PortClient(client_id="demo", client_secret="demo")
    action_runs_service = client.action_runs
    assert action_runs_service.get_action_runs() == {"ok": True, "runs": []}


def test_runs_are_listed_and_filtered_by_action(service: Service, client: PortClient) -> None:
    """`get_action_runs` lists all runs; `page` is the identifier of an action."""
    created, rotated = service.add_run(), service.add_run("rotate_secrets")
    runs = client.action_runs.get_action_runs()
    assert [run["id"] for run in runs["runs"]] == [rotated, created]
    runs_for_action = client.action_runs.get_action_runs(page="rotate_secrets")
    assert [run["id"] for run in runs_for_action["runs"]] == [rotated]


def test_the_status_of_a_run_is_read(service: Service, client: PortClient) -> None:
    """The run's status is a member of what `get_action_run` returns."""
    run = client.action_runs.get_action_run(service.add_run())
    assert f"Status: {run['status']}" == "Status: IN_PROGRESS"


def test_a_run_is_updated(service: Service, client: PortClient) -> None:
    """`update_action_run` sets status and summary, and returns the run."""
    run_id = service.add_run()
    updated_run = client.action_runs.update_action_run(
        run_id, {"status": "SUCCESS", "summary": "Deployment completed"}
    )
    assert (updated_run["status"], updated_run["summary"]) == ("SUCCESS", "Deployment completed")
    assert service.run(run_id)["status"] == "SUCCESS"


def test_a_run_is_approved(service: Service, client: PortClient) -> None:
    """`approve_action_run` approves with nothing but the id."""
    approved_run = client.action_runs.approve_action_run(waiting_run(service))
    assert approved_run["status"] == "IN_PROGRESS"


def test_logs_are_read(service: Service, client: PortClient) -> None:
    """Each entry under `logs` has a timestamp and a message."""
    logs = client.action_runs.get_action_run_logs(logged_run(service))
    lines = [f"{log['timestamp']}: {log['message']}" for log in logs.get("logs", [])]
    assert [line.partition("Z: ")[2] for line in lines] == ["Building the image"]


def test_a_log_is_added(service: Service, client: PortClient) -> None:
    """An entry with level and timestamp is taken, and its message is what the log has."""
    run_id = service.add_run()
    log_result = client.action_runs.add_action_run_log(
        run_id,
        {
            "message": "Starting deployment process",
            "level": "INFO",
            "timestamp": "2024-01-15T10:30:00Z",
        },
    )
    assert log_result["ok"]
    (entry,) = client.action_runs.get_action_run_logs(run_id)["logs"]
    assert entry["message"] == log_result["message"] == "Starting deployment process"


def test_approvers_are_read(service: Service, client: PortClient) -> None:
    """Each approver has an email; Port itself names its users by id."""
    approvers = client.action_runs.get_action_run_approvers(approved_run(service))
    addresses = [f"Approver: {approver['email']}" for approver in approvers.get("approvers", [])]
    assert addresses == ["Approver: demo"]


def test_the_documentations_own_code_runs(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each example of the documentation runs, word for word but for the import line and the ids."""
    names: dict[str, object] = {}
    blocks = examples()
    for block in blocks:
        run = next((make for name, make in RUNS.items() if f".{name}(" in block), Service.add_run)
        code = (
            block.replace("from pyport ", "from actionruns.compat.pyport ")
            .replace("your-client-id", "demo")
            .replace("your-client-secret", "demo")
            .replace("run_123456", run(service))
        )
        exec(code, names)  # noqa: S102  # the documentation's own code
    assert len(blocks) == 8
    printed = capsys.readouterr().out
    assert "Status: IN_PROGRESS\n" in printed
    assert ": Building the image\n" in printed
    assert "Approver: demo\n" in printed
