"""`actionruns forgeportal templates list | get | run | runs | cancel`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from actionruns.cli.app import app
from tests.cli.conftest import EmulatedForge, Invoke, emulated

TEMPLATE = "cccc0000-0000-0000-0000-000000000001"


def started(forgeportal: Invoke, *options: str) -> Any:
    """Run the template and return the answer."""
    return json.loads(forgeportal("templates", "run", TEMPLATE, *options, "--json").stdout)


def test_list_shows_a_line_for_each_template(forgeportal: Invoke) -> None:
    """`templates list` shows id, name, version and title; with `--json` all there is."""
    header, *rows = forgeportal("templates", "list").stdout.splitlines()
    assert header.split() == ["ID", "NAME", "VERSION", "TITLE"]
    assert [TEMPLATE, "new_service", "v1", "New", "service"] in [row.split() for row in rows]
    listed = json.loads(forgeportal("templates", "list", "--json").stdout)
    assert len(listed) == len(rows)


def test_get_shows_the_steps(forgeportal: Invoke) -> None:
    """`templates get` shows the template with its steps."""
    shown = forgeportal("templates", "get", TEMPLATE).stdout
    for part in (TEMPLATE, "new_service", "New service", "repository", "pull-request", "deploy"):
        assert part in shown
    template = json.loads(forgeportal("templates", "get", TEMPLATE, "--json").stdout)
    assert [step["id"] for step in template["steps"]] == ["repository", "pull-request", "deploy"]


def test_run_starts_a_run_with_inputs(forgeportal: Invoke) -> None:
    """`templates run` passes the inputs on to the action runs of the steps."""
    run_id = started(forgeportal, "-p", "name=shop")["runId"]
    (step,) = json.loads(forgeportal("list", "--json").stdout)["data"]
    detail = json.loads(forgeportal("get", step["id"], "--json").stdout)
    assert detail["input"] == {"name": "shop"}
    assert detail["template_run_id"] == run_id


@pytest.mark.parametrize(("failure_rate", "code"), [(0.0, 0), (1.0, 1)])
def test_run_wait_exits_with_the_result(
    monkeypatch: pytest.MonkeyPatch, failure_rate: float, code: int
) -> None:
    """`templates run --wait` waits for the end of the run and shows it with its steps."""
    settings = {"forgeportal_max_retries": 0, "forgeportal_retry_rate": 0.0}
    with emulated(speed=100, failure_rate=failure_rate, **settings) as started:
        monkeypatch.setenv("FORGEPORTAL_URL", started.emulator.forgeportal_url)
        monkeypatch.delenv("FORGEPORTAL_SESSION", raising=False)
        words = ["forgeportal", "templates", "run", TEMPLATE, "--wait", "--interval", "0.05"]
        result = CliRunner().invoke(app, words)
    assert result.exit_code == code
    assert result.stderr.startswith("Started ")
    assert "✓ success" in result.stdout if code == 0 else "✗ failed" in result.stdout
    assert "repository  success" in result.stdout if code == 0 else "repository" in result.stdout


def test_runs_lists_pages(forgeportal: Invoke) -> None:
    """`templates runs` lists the runs and says how to get more; `--all` lists all."""
    ids = {started(forgeportal)["runId"] for _ in range(3)}
    page = forgeportal("templates", "runs", "--limit", "2", "--status", "running")
    assert page.stdout.splitlines()[0].split()[2] == "TEMPLATE"
    assert "--offset 2, or --all" in page.stderr
    everything = forgeportal("templates", "runs", "--all", "--limit", "2", "--json").stdout
    assert {json.loads(line)["id"] for line in everything.splitlines()} == ids


def test_runs_shows_one_with_its_steps(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """`templates runs RUN` shows a template run with the status of its steps."""
    run_id = started(forgeportal)["runId"]
    shown = forgeportal("templates", "runs", run_id).stdout
    assert f"{run_id}  ● running" in shown
    assert "repository  queued" in shown


def test_a_run_and_filters_exclude_each_other(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """A named run with options that choose from the list is a usage error."""
    for options in (["--all"], ["--status", "failed"], ["--offset", "0"]):
        assert forgeportal("templates", "runs", TEMPLATE, *options).exit_code == 2
    assert forgeportal("templates", "runs", "--all", "--offset", "1").exit_code == 2
    assert len(forge.emulator.requests) == 0


def test_cancel_ends_a_template_run(forgeportal: Invoke) -> None:
    """`templates cancel` cancels a run with its queued steps; a second time is refused."""
    run_id = started(forgeportal)["runId"]
    assert "⊘ canceled" in forgeportal("templates", "cancel", run_id).stdout
    assert json.loads(forgeportal("list", "--json").stdout)["data"][0]["status"] == "canceled"
    refused = forgeportal("templates", "cancel", run_id)
    assert refused.exit_code == 7
    assert "409" in refused.stderr
