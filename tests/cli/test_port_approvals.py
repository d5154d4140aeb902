"""`actionruns port approve | approvers`."""

from __future__ import annotations

import json

from tests.cli.conftest import Emulated, Invoke


def test_approve_starts_the_run(invoke: Invoke, port: Emulated) -> None:
    """`approve` approves by default, with a reason, and shows the run."""
    run_id = port.add_run("deploy_to_production")
    result = invoke("port", "approve", run_id, "--description", "looks good")
    assert result.exit_code == 0
    assert "● IN_PROGRESS" in result.stdout
    assert "looks good" in result.stdout


def test_approve_can_decline(invoke: Invoke, port: Emulated) -> None:
    """`approve --status DECLINE` ends the run."""
    run_id = port.add_run("deploy_to_production")
    result = invoke("port", "approve", run_id, "--status", "DECLINE", "--json")
    assert json.loads(result.stdout)["status"] == "DECLINED"


def test_approvers_lists_decisions(invoke: Invoke, port: Emulated) -> None:
    """`approvers` shows who has decided and how."""
    run_id = port.add_run("delete_environment")
    port.call(port.emulator.approve, run_id, "reviewer")
    header, row = invoke("port", "approvers", run_id).stdout.splitlines()
    assert header.split() == ["APPROVER", "DECISION", "REASON"]
    assert row.split() == ["reviewer", "APPROVED"]


def test_pending_approvers_are_listed_when_asked_for(invoke: Invoke, port: Emulated) -> None:
    """`--include-pending-approvers` lists those who have not decided, too."""
    run_id = port.add_run("deploy_to_production")
    arguments = ("port", "approvers", run_id, "--json")
    assert json.loads(invoke(*arguments).stdout) == []
    pending = json.loads(invoke(*arguments, "--include-pending-approvers").stdout)
    assert {approver["userId"] for approver in pending} == {"demo", "reviewer"}


def test_nobody_decided_is_said_on_stderr(invoke: Invoke, port: Emulated) -> None:
    """No approvers leave stdout empty."""
    result = invoke("port", "approvers", port.add_run("deploy_to_production"))
    assert (result.stdout, result.stderr.strip()) == ("", "Nobody has decided.")
