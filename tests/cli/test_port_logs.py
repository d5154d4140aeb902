"""`actionruns port logs | log`."""

from __future__ import annotations

import json

from tests.cli.conftest import Emulated, Invoke, process


def test_log_adds_an_entry(invoke: Invoke, port: Emulated) -> None:
    """`log` adds an entry and shows it; `logs` shows it again."""
    run_id = port.add_run()
    assert "half way" in invoke("port", "log", run_id, "half way").stdout
    assert "half way" in invoke("port", "logs", run_id).stdout


def test_log_can_end_the_run(invoke: Invoke, port: Emulated) -> None:
    """`log --termination-status` ends the run, with a label."""
    run_id = port.add_run()
    arguments = ("--termination-status", "FAILURE", "--status-label", "No disk", "--json")
    entry = json.loads(invoke("port", "log", run_id, "gave up", *arguments).stdout)
    assert (entry["runId"], entry["message"]) == (run_id, "gave up")
    run = port.call(port.emulator.run, run_id)
    assert (run["status"], run["statusLabel"]) == ("FAILURE", "No disk")


def test_log_reads_stdin(invoke: Invoke, port: Emulated) -> None:
    """A message of `-` is all of stdin."""
    run_id = port.add_run()
    result = invoke("port", "log", run_id, "-", "--json", stdin="two\nlines\n")
    assert json.loads(result.stdout)["message"] == "two\nlines"


def test_logs_shows_all_pages(invoke: Invoke, port: Emulated) -> None:
    """`logs` goes through all pages; with `--json` one line for each entry."""
    run_id = port.add_run()
    port.log(run_id, *[f"entry {number}" for number in range(53)])
    lines = invoke("port", "logs", run_id, "--json").stdout.splitlines()
    assert [json.loads(line)["message"] for line in lines] == [f"entry {n}" for n in range(53)]


def test_logs_limit_and_offset_are_one_page(invoke: Invoke, port: Emulated) -> None:
    """`--limit` and `--offset` are those of the operation."""
    run_id = port.add_run()
    port.log(run_id, "one", "two", "three")
    result = invoke("port", "logs", run_id, "--limit", "1", "--offset", "1", "--json")
    assert [json.loads(line)["message"] for line in result.stdout.splitlines()] == ["two"]


def test_limit_and_follow_exclude_each_other(invoke: Invoke) -> None:
    """`--limit` with `--follow` is a usage error."""
    assert invoke("port", "logs", "r_1", "--limit", "1", "--follow").exit_code == 2


def test_follow_ends_with_the_run(port: Emulated) -> None:
    """`logs --follow` shows new entries as they come, and ends when the run has ended."""
    run_id = port.add_run()
    arguments = ("port", "logs", run_id, "--follow", "--interval", "0.1", "--json")
    with process(*arguments, env=port.environment) as following:
        assert following.stdout is not None
        port.log(run_id, "first")
        assert json.loads(following.stdout.readline())["message"] == "first"
        port.finish(run_id)
        rest, errors = following.communicate(timeout=30)
    assert [json.loads(line)["message"] for line in rest.splitlines()] == ["Finished with SUCCESS"]
    assert (following.returncode, errors) == (0, "")
