"""`actionruns forgeportal wait | watch`, and `run --wait`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import PATIENCE, EmulatedForge, Invoke, process


def updates_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(("status", "code"), [("success", 0), ("failed", 1), ("canceled", 3)])
def test_wait_exits_with_the_result(
    forgeportal: Invoke, forge: EmulatedForge, status: str, code: int
) -> None:
    """The exit code of `wait` is the run's result, and the run is shown."""
    run_id = forge.add_run()
    forge.finish(run_id, status)
    result = forgeportal("wait", run_id)
    assert result.exit_code == code
    assert status in result.stdout


def test_wait_json_tells_the_run_and_its_state(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """`wait --json` prints the same members as for Port."""
    run_id = forge.add_run()
    forge.finish(run_id)
    (result,) = updates_of(forgeportal("wait", f"forgeportal:{run_id}", "--json").stdout)
    assert (result["id"], result["ref"]) == (run_id, f"forgeportal:{run_id}")
    assert (result["status"], result["state"], result["outcome"]) == (
        "success",
        "succeeded",
        "ended",
    )


def test_wait_can_be_cut(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """`--timeout` ends a wait with 6; the run goes on."""
    assert forgeportal("wait", forge.add_run(), "--timeout", "0.1").exit_code == 6


def test_watch_all_active_follows_queued_and_running(
    forgeportal: Invoke, forge: EmulatedForge
) -> None:
    """`--all-active` follows the queued and the running runs, and none that has ended."""
    forge.finish(forge.add_run())
    active = {forge.add_run(), forge.add_run(status="running")}
    result = forgeportal("watch", "--all-active", "--timeout", "0.1", "--json")
    assert result.exit_code == 6
    assert {update["id"] for update in updates_of(result.stdout)} == active


def test_watch_of_nothing_named_is_a_usage_error(forgeportal: Invoke) -> None:
    """`watch` without runs says how to name some."""
    result = forgeportal("watch")
    assert result.exit_code == 2
    assert "--all-active" in result.stderr


def test_watch_refuses_runs_of_another_service(forgeportal: Invoke) -> None:
    """A reference to a run of Port on stdin is a usage error, before anything is asked."""
    result = forgeportal("watch", "--stdin", stdin="port:r_1\n")
    assert result.exit_code == 2
    assert "port:r_1 is no run of forgeportal" in result.stderr


def test_watch_tells_each_change(forge: EmulatedForge) -> None:
    """A run that goes back to be tried again is a change, and no end."""
    control = forge.emulator.forgeportal
    run_id = forge.add_run()
    env = forge.environment | {"FORGEPORTAL_SESSION": "demo"}
    arguments = ("forgeportal", "watch", run_id, "--interval", "0.05", "--json")
    states = []
    with process(*arguments, env=env) as watching:
        assert watching.stdout is not None
        for move in (control.start, control.fail, control.finish):
            states.append(json.loads(watching.stdout.readline())["state"])
            forge.call(move, run_id)
        rest, errors = watching.communicate(timeout=PATIENCE)
    states += [update["state"] for update in updates_of(rest)]
    assert states == ["queued", "running", "queued", "succeeded"]
    assert (watching.returncode, errors) == (0, "")
