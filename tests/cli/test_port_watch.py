"""`actionruns port wait | watch`, and `execute --wait`."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PATIENCE, Emulated, Invoke, emulated, finished, process


def updates_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("status", "code"),
    [("SUCCESS", 0), ("FAILURE", 1), ("DECLINED", 3), ("CANCELLED", 3), ("VANISHED", 1)],
)
def test_wait_exits_with_the_result(invoke: Invoke, port: Emulated, status: str, code: int) -> None:
    """The exit code of `wait` is the run's result; an unknown end is no success."""
    run_id = port.add_run()
    port.finish(run_id, status)
    result = invoke("port", "wait", run_id)
    assert result.exit_code == code
    assert status in result.stdout


def test_wait_json_tells_the_run_and_its_state(invoke: Invoke, port: Emulated) -> None:
    """`wait --json` prints the result in the SDK's words and the run as the service gave it."""
    run_id = port.add_run()
    port.finish(run_id)
    result = json.loads(invoke("port", "wait", run_id, "--json").stdout)
    assert (result["id"], result["ref"]) == (run_id, f"port:{run_id}")
    assert (result["status"], result["state"], result["outcome"]) == (
        "SUCCESS",
        "succeeded",
        "ended",
    )
    assert result["run"]["summary"] == "The emulated backend finished with SUCCESS"


def test_wait_for_several_exits_with_the_lowest_other_code(invoke: Invoke, port: Emulated) -> None:
    """Of several runs, one that failed decides over one that was declined."""
    ids = [port.add_run() for _ in range(3)]
    for run_id, status in zip(ids, ("SUCCESS", "DECLINED", "FAILURE"), strict=True):
        port.finish(run_id, status)
    result = invoke("port", "wait", *ids)
    assert result.exit_code == 1
    assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == ids


@pytest.mark.parametrize("option", ["--timeout", "--max-wait"])
def test_wait_gives_up_after_its_timeout(invoke: Invoke, port: Emulated, option: str) -> None:
    """`--timeout` ends the wait with a code of its own, and says that the run goes on."""
    run_id = port.add_run()
    result = invoke("port", "wait", run_id, option, "0.2", "--interval", "0.1")
    assert result.exit_code == 6
    assert "the run goes on" in result.stderr


def test_execute_wait_exits_with_the_result(port: Emulated) -> None:
    """`execute --wait` follows the new run and exits with its result."""
    arguments = ("port", "execute", "create_microservice", "--wait", "--interval", "0.1")
    with process(*arguments, env=port.environment) as executing:
        assert executing.stderr is not None
        run_id = executing.stderr.readline().removeprefix("Started ").strip()
        port.finish(run_id, "FAILURE")
        out, _ = executing.communicate(timeout=PATIENCE)
    assert executing.returncode == 1
    assert "✗ FAILURE" in out


def test_watch_tells_each_change_once(port: Emulated) -> None:
    """`watch --json` prints a line when a run is first seen and when it ends."""
    run_id = port.add_run()
    arguments = ("port", "watch", run_id, "--interval", "0.1", "--json")
    with process(*arguments, env=port.environment) as watching:
        assert watching.stdout is not None
        first = json.loads(watching.stdout.readline())
        port.finish(run_id)
        rest, errors = watching.communicate(timeout=PATIENCE)
    (last,) = updates_of(rest)
    assert (first["state"], first["previous"], first["outcome"]) == ("running", None, None)
    assert (last["state"], last["previous"], last["outcome"]) == ("succeeded", "running", "ended")
    assert (watching.returncode, errors) == (0, "")


def test_watch_prints_plain_lines_without_a_terminal(invoke: Invoke, port: Emulated) -> None:
    """Elsewhere than on a terminal a change is a line without escape codes."""
    run_id = port.add_run()
    port.finish(run_id, "FAILURE")
    out = invoke("port", "watch", run_id).stdout
    assert out.split()[1:] == [f"port:{run_id}", "✗", "failed", "FAILURE"]
    assert "\x1b" not in out


def test_watch_has_done_its_work_when_a_run_failed(invoke: Invoke, port: Emulated) -> None:
    """`watch` exits with 0 however the runs ended; `--exit-status` makes their result its own."""
    run_id = port.add_run()
    port.finish(run_id, "FAILURE")
    assert invoke("port", "watch", run_id).exit_code == 0
    assert invoke("port", "watch", run_id, "--exit-status").exit_code == 1


def test_watch_all_active_leaves_out_what_has_ended(invoke: Invoke, port: Emulated) -> None:
    """`--all-active` follows the runs that have not ended."""
    ended, active = port.add_run(), port.add_run()
    port.finish(ended)
    result = invoke("port", "watch", "--all-active", "--timeout", "0.1", "--json")
    assert result.exit_code == 6
    assert {update["id"] for update in updates_of(result.stdout)} == {active}


def test_watch_takes_ids_from_everywhere_once(
    invoke: Invoke, port: Emulated, tmp_path: Path
) -> None:
    """Ids come from arguments, a file and stdin; comments and repetitions are left out."""
    ids = [port.add_run() for _ in range(3)]
    for run_id in ids:
        port.finish(run_id)
    file = tmp_path / "runs"
    file.write_text(f"# yesterday's\n\n{ids[1]} deploys the shop\n")
    arguments = ("--from-file", str(file), "--stdin", "--json")
    result = invoke("port", "watch", ids[0], *arguments, stdin=f"port:{ids[2]}\n{ids[0]}\n")
    assert result.stderr == ""
    assert sorted(update["id"] for update in updates_of(result.stdout)) == sorted(ids)


def test_watch_of_nothing_named_is_a_usage_error(invoke: Invoke) -> None:
    """`watch` without runs says how to name some."""
    result = invoke("port", "watch")
    assert result.exit_code == 2
    assert "--all-active" in result.stderr


def test_watch_of_no_active_runs_ends_at_once(invoke: Invoke) -> None:
    """Nothing to follow is no failure."""
    result = invoke("port", "watch", "--all-active")
    assert (result.exit_code, result.stdout) == (0, "")


def test_an_unreadable_file_is_a_usage_error(invoke: Invoke, tmp_path: Path) -> None:
    """A file that is not there is named in one line."""
    result = invoke("port", "watch", "--from-file", str(tmp_path / "missing"))
    assert result.exit_code == 2
    assert result.stderr.startswith("error: --from-file: cannot read")
    assert "Errno" not in result.stderr


def test_ctrl_c_ends_a_watch(port: Emulated) -> None:
    """Ctrl-C ends a watch with 130 and without a word."""
    arguments = ("port", "watch", port.add_run(), "--json")
    with process(*arguments, env=port.environment) as watching:
        assert watching.stdout is not None
        watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        rest, errors = watching.communicate(timeout=PATIENCE)
    assert (watching.returncode, rest, errors) == (130, "", "")


def test_wait_follows_a_run_to_its_end() -> None:
    """`wait` waits: a run that goes on by itself is seen to end."""
    with emulated(speed=10, failure_rate=0.0, duration=(3.0, 3.0)) as port:
        run_id = port.add_run()
        code, out, _ = finished("port", "wait", run_id, "--interval", "0.1", env=port.environment)
    assert code == 0
    assert "✓ SUCCESS" in out
