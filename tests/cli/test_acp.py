"""`actionruns acp`: agents, runs, their questions and streams, and the API key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from actionruns.cli.app import app
from tests.cli.conftest import KEY, PATIENCE, Agents, Invoke, emulated, environment, process


def lines_of(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_agents_shows_each_agent(acp: Invoke, agents: Agents) -> None:
    """`agents` shows id and name of each agent; `--name` chooses among them."""
    shown = acp("agents").stdout
    assert {"echo", "asker"} <= {line.split()[1] for line in shown.splitlines()}
    (agent,) = lines_of(acp("agents", "--name", "echo", "--json").stdout)
    assert agent["agent_id"] == agents.control.agent_id("echo")


def test_list_shows_a_line_for_each_run(acp: Invoke, agents: Agents) -> None:
    """`list` shows id, status and agent of each run, and `--status` chooses among them."""
    first, second = agents.add_run(), agents.add_run()
    agents.do(agents.control.succeed, first, {})
    header, *rows = acp("list").stdout.splitlines()
    agent = agents.control.agent_id("thinker")
    assert header.split() == ["ID", "STATUS", "AGENT", "STARTED", "TOOK"]
    assert {tuple(row.split()[:4]) for row in rows} == {
        (first, "✓", "success", agent),
        (second, "●", "pending", agent),
    }
    (row,) = json.loads(acp("list", "--status", "pending", "--json").stdout)
    assert row["run_id"] == second


def test_list_tells_how_to_get_the_next_page(acp: Invoke, agents: Agents) -> None:
    """`list` says that there is more just when there is, and shows each run once."""
    ids = {agents.add_run() for _ in range(4)}
    result = acp("list", "--limit", "2")
    assert "--offset 2, or --all" in result.stderr
    rest = acp("list", "--limit", "2", "--offset", "2")
    assert rest.stderr == ""
    shown = {line.split()[0] for line in (result.stdout + rest.stdout).splitlines()}
    assert shown - {"ID"} == ids


def test_list_all_json_is_a_line_for_each_run(acp: Invoke, agents: Agents) -> None:
    """`list --all --json` follows the pages; with `--offset` it is refused."""
    ids = [agents.add_run() for _ in range(5)]
    result = acp("list", "--all", "--limit", "2", "--json")
    assert sorted(run["run_id"] for run in lines_of(result.stdout)) == sorted(ids)
    assert acp("list", "--all", "--offset", "1").exit_code == 2


def test_create_sends_the_input(acp: Invoke, agents: Agents) -> None:
    """`create` takes the input as texts and JSON, and shows the new run; `get` does, too."""
    agent = agents.control.agent_id("echo")
    options = ("--input-json", '{"text": "x"}', "-p", "text=hello", "--input", "times:=3")
    run_id = json.loads(acp("create", agent, *options, "--json").stdout)["run_id"]
    shown = acp("get", f"acp:{run_id}").stdout
    for part in (run_id, "● pending", agent, '{"text":"hello","times":3}'):
        assert part in shown


def test_create_tells_what_is_streamed(acp: Invoke, agents: Agents) -> None:
    """`create --streaming` arrives at the server by the word of its version."""
    agent = agents.control.agent_id("streamer")
    creation = json.loads(acp("create", agent, "--streaming", "result", "--json").stdout)
    asked = creation["creation"]
    name, word = ("streaming", "result") if agents.version == "0.1" else ("stream_mode", "values")
    assert asked[name] == word


def test_create_wait_exits_with_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """`create --wait` waits for the end of the run; its exit code is the run's result."""
    with emulated(speed=50) as started:
        monkeypatch.setenv("ACP_URL", started.emulator.acp_url)
        monkeypatch.delenv("ACP_API_KEY", raising=False)
        agent = started.emulator.acp.agent_id("echo")
        result = CliRunner().invoke(app, ["acp", "create", agent, "--wait", "--interval", "0.1"])
    assert result.exit_code == 0
    assert result.stderr.startswith("Created ")
    assert "✓ success" in result.stdout


def test_output_is_that_of_the_run(acp: Invoke, agents: Agents) -> None:
    """`output` shows the result of a run; one that is pending has none, which is no error."""
    run_id = agents.add_run()
    pending = acp("output", run_id)
    assert (pending.exit_code, pending.stderr) == (0, "It has no output yet.\n")
    agents.do(agents.control.succeed, run_id, {"answer": 42})
    assert '"answer":42' in acp("output", run_id).stdout
    assert json.loads(acp("output", run_id, "--json").stdout)["output"]["type"] == "result"


def test_resume_answers_the_question(acp: Invoke, agents: Agents) -> None:
    """A question is shown by `output`, and `resume` answers it."""
    run_id = agents.add_run("asker")
    agents.do(agents.control.interrupt, run_id, {"type": "approval", "question": "Now?"})
    assert "Now?" in acp("output", run_id).stdout
    assert "● pending" in acp("resume", run_id, "-p", "approved:=true").stdout


def test_delete_removes_the_run(acp: Invoke, agents: Agents) -> None:
    """`delete` says what it did; the run is not known any more."""
    run_id = agents.add_run()
    agents.do(agents.control.succeed, run_id, {})
    assert json.loads(acp("delete", run_id, "--json").stdout) == {"run_id": run_id, "deleted": True}
    assert acp("get", run_id).exit_code == 7


def test_cancel_is_of_version_0_2(acp: Invoke, agents: Agents) -> None:
    """`cancel` works with 0.2; with 0.1 it is a usage error that says so."""
    result = acp("cancel", agents.add_run())
    if agents.version == "0.2":
        assert (result.exit_code, result.stderr.split()[1:]) == (0, ["is", "cancelled."])
    else:
        assert result.exit_code == 2
        assert "--acp-version 0.2" in result.stderr


@pytest.mark.parametrize(("status", "code"), [("success", 0), ("timeout", 4)])
def test_wait_exits_with_the_result(acp: Invoke, agents: Agents, status: str, code: int) -> None:
    """The exit code of `wait` is the run's result, and the run is shown."""
    run_id = agents.add_run()
    agents.do(agents.control.set_status, run_id, status)
    result = acp("wait", run_id)
    assert result.exit_code == code
    assert status in result.stdout
    (update,) = lines_of(acp("wait", run_id, "--json").stdout)
    assert (update["ref"], update["status"]) == (f"acp:{run_id}", status)


def test_watch_all_active_follows_pending_and_interrupted(acp: Invoke, agents: Agents) -> None:
    """`--all-active` follows the runs that are pending or ask, and none that has ended."""
    agents.do(agents.control.succeed, agents.add_run(), {})
    active = {agents.add_run(), agents.add_run()}
    agents.do(agents.control.interrupt, min(active), {"question": "Now?"})
    result = acp("watch", "--all-active", "--timeout", "0.1", "--json")
    assert result.exit_code == 6
    assert {update["id"] for update in lines_of(result.stdout)} == active


def test_stream_prints_events_as_they_come(agents: Agents) -> None:
    """`stream --json` prints each event when it comes, and the run with its output at last."""
    run_id = agents.do(_streamed, agents)
    env = environment("") | {"ACP_URL": agents.url, "ACP_API_KEY": KEY}
    arguments = ("acp", "stream", run_id, "--json", "--acp-version", agents.version)
    with process(*arguments, env=env) as streaming:
        assert streaming.stdout is not None
        agents.do(agents.control.emit, run_id, {"words": "All is"})
        assert "All is" in streaming.stdout.readline()
        agents.do(agents.control.succeed, run_id, {"words": "All is well"})
        rest, errors = streaming.communicate(timeout=PATIENCE)
    last = lines_of(rest)[-1]
    assert (last["event"], last["data"]["status"]) == ("run", "success")
    assert "All is well" in json.dumps(last["data"]["output"])
    assert (streaming.returncode, errors) == (0, "")


async def _streamed(agents: Agents) -> str:
    name, word = ("streaming", "result") if agents.version == "0.1" else ("stream_mode", "values")
    return await agents.control.add_run("streamer", creation={name: word})


def test_stream_shows_events_and_the_run(acp: Invoke, agents: Agents) -> None:
    """For people, `stream` shows events line by line, and the run's details at the end."""
    run_id = agents.do(_streamed, agents)
    agents.do(agents.control.emit, run_id, {"words": "All is"})
    agents.do(agents.control.interrupt, run_id, {"question": "Now?"})
    shown = acp("stream", run_id).stdout
    assert f"{run_id}  ◌ interrupted" in shown
    assert "Now?" in shown


def test_the_key_comes_from_a_file_or_stdin(
    acp: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`--api-key-file` holds the key; `-` reads it from stdin; without one, a variable is named."""
    monkeypatch.delenv("ACP_API_KEY")
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    assert acp("list", "--api-key-file", str(file)).exit_code == 0
    assert acp("list", "--api-key-file", "-", stdin=f"{KEY}\n").exit_code == 0
    refused = acp("list")
    assert refused.exit_code == 7
    assert "ACP_API_KEY" in refused.stderr


def test_no_option_takes_the_key(acp: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is refused is shown in no mode, and no option takes one."""
    monkeypatch.setenv("ACP_API_KEY", "hunter2-of-mine")
    result = acp("list", "--debug")
    assert result.exit_code == 7
    assert "hunter2" not in result.output
    shown = acp("list", "--help").stdout
    assert "--api-key-file" in shown
    assert "--api-key " not in shown
