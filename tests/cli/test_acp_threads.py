"""`actionruns acp threads ...`, and runs on threads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from actionruns.cli.app import app
from tests.cli.conftest import Agents, Invoke, emulated

NOBODY = "00000000-0000-4000-8000-000000000000"


def created(acp: Invoke, agents: Agents, *options: str) -> Any:
    """Create a thread and return the answer."""
    of = ("--agent-id", agents.control.agent_id("echo")) if agents.version == "0.1" else ()
    return json.loads(acp("threads", "create", *of, *options, "--json").stdout)


def on_thread(acp: Invoke, agents: Agents, thread_id: str, agent: str = "echo") -> str:
    """Create a run on a thread and return how it is called."""
    words = ("create", agents.control.agent_id(agent), "--thread", thread_id, "-p", "text=hello")
    run_id = json.loads(acp(*words, "--json").stdout)["run_id"]
    return run_id if agents.version == "0.1" else f"{thread_id}/{run_id}"


def test_create_keeps_the_labels(acp: Invoke, agents: Agents) -> None:
    """`threads create` takes labels as texts and JSON; `threads get` shows them."""
    thread = created(acp, agents, "-m", "team=a", "--metadata", "size:=3")
    shown = acp("threads", "get", thread["thread_id"]).stdout
    assert thread["metadata"] == {"team": "a", "size": 3}
    for part in (thread["thread_id"], '{"team":"a","size":3}'):
        assert part in shown


def test_list_shows_a_line_for_each_thread(acp: Invoke, agents: Agents) -> None:
    """`threads list` shows them, and `--metadata` chooses among them."""
    assert acp("threads", "list").stderr == "No threads here.\n"
    first, second = created(acp, agents, "-m", "n:=1"), created(acp, agents, "-m", "n:=2")
    header, *rows = acp("threads", "list").stdout.splitlines()
    third = "AGENT" if agents.version == "0.1" else "STATUS"
    assert header.split() == ["ID", third, "CREATED", "METADATA"]
    assert {row.split()[0] for row in rows} == {first["thread_id"], second["thread_id"]}
    (line,) = acp("threads", "list", "-m", "n:=2", "--json").stdout.splitlines()
    assert json.loads(line) == second


def test_options_of_the_other_version(acp: Invoke, agents: Agents) -> None:
    """An option that the version has no use for is a usage error that says so."""
    option = ("--status", "idle") if agents.version == "0.1" else ("--agent-id", "x")
    result = acp("threads", "list", *option)
    assert result.exit_code == 2
    assert "--acp-version" in result.stderr
    assert acp("threads", "create", *(option if agents.version == "0.2" else ())).exit_code == 2


def test_list_chooses_by_what_the_version_has(acp: Invoke, agents: Agents) -> None:
    """`--agent-id` with version 0.1 and `--status` with 0.2 choose among threads."""
    thread = created(acp, agents)["thread_id"]
    options = {
        "0.1": (("--agent-id", agents.control.agent_id("echo")), ("--agent-id", NOBODY)),
        "0.2": (("--status", "idle"), ("--status", "busy")),
    }
    found, none = options[agents.version]
    assert thread in acp("threads", "list", *found).stdout
    assert acp("threads", "list", *none).stdout == ""


def test_state_and_history_are_what_runs_left(acp: Invoke, agents: Agents) -> None:
    """`threads state` prints the state as JSON, `threads history` what led to it."""
    thread = created(acp, agents)["thread_id"]
    assert json.loads(acp("threads", "state", thread).stdout) == {}
    none = "No runs here.\n" if agents.version == "0.1" else "No states here.\n"
    assert acp("threads", "history", thread).stderr == none
    run = on_thread(acp, agents, thread)
    agents.do(agents.control.advance, run.rpartition("/")[2])
    assert json.loads(acp("threads", "state", thread).stdout)["last"] == {"text": "hello"}
    (entry,) = json.loads(acp("threads", "history", thread, "--json").stdout)
    shown = acp("threads", "history", thread).stdout
    if agents.version == "0.1":
        assert entry["run_id"] == run
        assert f"{run}  ✓ success" in shown
    else:
        assert entry["values"]["last"] == {"text": "hello"}
        assert entry["checkpoint"]["checkpoint_id"] in shown
        assert '"last":{"text":"hello"}' in acp("threads", "get", thread).stdout


def test_delete_removes_the_thread(acp: Invoke, agents: Agents) -> None:
    """`threads delete` says what it did; the thread is not known any more."""
    first, second = created(acp, agents)["thread_id"], created(acp, agents)["thread_id"]
    assert acp("threads", "delete", first).stderr == f"{first} is deleted.\n"
    deleted = json.loads(acp("threads", "delete", second, "--json").stdout)
    assert deleted == {"thread_id": second, "deleted": True}
    assert acp("threads", "get", first).exit_code == 7


def test_a_run_on_a_thread_is_followed(acp: Invoke, agents: Agents) -> None:
    """Runs on threads have the commands of the others; with 0.2 they are THREAD/RUN."""
    run = on_thread(acp, agents, created(acp, agents)["thread_id"])
    agents.do(agents.control.advance, run.rpartition("/")[2])
    result = acp("wait", run)
    assert (result.exit_code, "✓ success" in result.stdout) == (0, True)
    assert acp("delete", run).exit_code == 0
    assert acp("get", run).exit_code == 7


def test_a_question_of_a_run_on_a_thread(acp: Invoke, agents: Agents) -> None:
    """`output` shows it, and `resume` answers it."""
    of = ("--agent-id", agents.control.agent_id("asker")) if agents.version == "0.1" else ()
    thread = json.loads(acp("threads", "create", *of, "--json").stdout)["thread_id"]
    run = on_thread(acp, agents, thread, "asker")
    agents.do(agents.control.advance, run.rpartition("/")[2])
    assert "◌ interrupted" in acp("output", run).stdout
    assert "● pending" in acp("resume", run, "-p", "approved:=true").stdout


@pytest.mark.parametrize("version", ["0.1", "0.2"])
def test_create_wait_on_a_thread(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """`create --thread --wait` follows the run on its thread to its end."""
    with emulated(speed=50) as started:
        agents = Agents(started, version)
        monkeypatch.setenv("ACP_URL", agents.url)
        monkeypatch.delenv("ACP_API_KEY", raising=False)

        def acp(*words: str) -> Any:
            return CliRunner().invoke(app, ["acp", *words, "--acp-version", version])

        thread = created(acp, agents)["thread_id"]
        agent = agents.control.agent_id("echo")
        result = acp("create", agent, "--thread", thread, "--wait", "--interval", "0.1")
    assert result.exit_code == 0
    assert "✓ success" in result.stdout
    assert (f"Created {thread}/" in result.stderr) == (version == "0.2")


def test_cancel_of_a_run_on_a_thread(acp: Invoke, agents: Agents) -> None:
    """`cancel` works with 0.2, by both ids."""
    run = on_thread(acp, agents, created(acp, agents)["thread_id"])
    result = acp("cancel", run)
    assert result.exit_code == (0 if agents.version == "0.2" else 2)
