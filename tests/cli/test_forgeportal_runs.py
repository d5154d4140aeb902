"""`actionruns forgeportal list | get | run | cancel | logs`, and the session."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PATIENCE, EmulatedForge, Invoke, process

ACTION = "aaaa0000-0000-0000-0000-000000000001"
ENTITY = "eeee0000-0000-0000-0000-000000000001"
RUNS = "/forgeportal/api/v1/action-runs"


def lines_of(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_list_shows_a_line_for_each_run(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """`list` shows id, status and action of each run, as that of Port does."""
    first, second = forge.add_run(), forge.add_run()
    forge.finish(first)
    header, *rows = forgeportal("list").stdout.splitlines()
    assert header.split() == ["ID", "STATUS", "ACTION", "STARTED", "TOOK"]
    assert {tuple(row.split()[:4]) for row in rows} == {
        (first, "✓", "success", ACTION),
        (second, "○", "queued", ACTION),
    }


def test_list_tells_how_to_get_the_next_page(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """`list` says on stderr that there is more, up to the last page."""
    ids = {forge.add_run() for _ in range(3)}
    result = forgeportal("list", "--limit", "2")
    assert "--offset 2, or --all" in result.stderr
    rest = forgeportal("list", "--limit", "2", "--offset", "2")
    assert rest.stderr == ""
    shown = {line.split()[0] for line in (result.stdout + rest.stdout).splitlines()}
    assert shown - {"ID"} == ids


def test_list_all_json_is_a_line_for_each_run(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """`list --all --json` follows the pages and prints one line of JSON for each run."""
    ids = [forge.add_run() for _ in range(5)]
    result = forgeportal("list", "--all", "--limit", "2", "--json")
    assert sorted(run["id"] for run in lines_of(result.stdout)) == sorted(ids)
    assert forge.emulator.requests.count("GET", RUNS) == 3


def test_list_passes_every_filter_on(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """Each filter of `list` arrives at the service as the parameter of its name."""
    options = ("--status", "failed", "--entity-id", ENTITY, "--template-id", ACTION, "--json")
    page = json.loads(forgeportal("list", *options).stdout)
    assert page["data"] == []
    query = list(forge.emulator.requests)[-1].query.split("&")
    assert {"status=failed", f"entityId={ENTITY}", f"templateId={ACTION}"} <= set(query)


def test_list_all_and_offset_exclude_each_other(forgeportal: Invoke) -> None:
    """`--all` with `--offset` is refused as a usage error."""
    assert forgeportal("list", "--all", "--offset", "1").exit_code == 2


def test_get_shows_the_run(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """`get` shows what people want to know of a run, who asked for it included."""
    run_id = forge.add_run(entity_id=ENTITY, input={"name": "shop"})
    forge.finish(run_id, "failed")
    shown = forgeportal("get", run_id).stdout
    parts = (run_id, "✗ failed", ACTION, ENTITY, '{"name":"shop"}', "The action failed")
    for part in (*parts, "by dev@forgeportal.local"):
        assert part in shown


def test_get_tells_of_failed_attempts(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """A run that is queued again shows how often it has failed, and when it goes on."""
    run_id = forge.add_run()
    forge.call(forge.emulator.forgeportal.start, run_id)
    forge.call(forge.emulator.forgeportal.fail, run_id)
    shown = forgeportal("get", run_id).stdout
    assert "○ queued" in shown
    assert "tried again: 1 of 3, next not before " in shown


def test_get_takes_a_reference_of_its_service(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """A run may be named as `forgeportal:<id>`; a run of another service is a usage error."""
    run_id = forge.add_run()
    shown = forgeportal("get", f"forgeportal:{run_id}", "--json").stdout
    assert json.loads(shown)["id"] == run_id
    refused = forgeportal("get", f"port:{run_id}")
    assert refused.exit_code == 2
    assert "no run of forgeportal" in refused.stderr


def test_run_sends_inputs_and_entity(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """`run` takes inputs as texts and JSON, and the entity."""
    options = ("--input-json", '{"name": "x", "tags": []}', "--input", "name=shop")
    more = ("-p", "replicas:=3", "--entity-id", ENTITY, "--json")
    started = json.loads(forgeportal("run", ACTION, *options, *more).stdout)
    row = forge.call(forge.emulator.forgeportal.run, started["runId"])
    assert row["input"] == {"name": "shop", "tags": [], "replicas": 3}
    assert row["entity_id"] == ENTITY


def test_run_tells_a_key_that_was_used(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """The second `run` with a key says that it found the run of the first."""
    arguments = ("run", ACTION, "--idempotency-key", "deploy-7")
    run_id = json.loads(forgeportal(*arguments, "--json").stdout)["runId"]
    forge.finish(run_id)
    shown = forgeportal(*arguments).stdout
    assert run_id in shown
    assert "none was started" in shown
    waited = forgeportal(*arguments, "--wait")
    assert (waited.exit_code, waited.stderr.strip()) == (0, f"Found {run_id}")


@pytest.mark.parametrize("options", [("-p", "name"), ("--input-json", "[]")])
def test_malformed_inputs_are_usage_errors(forgeportal: Invoke, options: tuple[str, ...]) -> None:
    """Inputs that cannot be read are refused by the name of their option."""
    result = forgeportal("run", ACTION, *options)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: --input")


def test_cancel_ends_a_queued_run(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """`cancel` cancels a queued run; one that runs is the service's refusal."""
    run_id = forge.add_run()
    assert "⊘ canceled" in forgeportal("cancel", run_id).stdout
    assert forge.call(forge.emulator.forgeportal.run, run_id)["status"] == "canceled"
    assert forgeportal("cancel", forge.add_run(status="running")).exit_code == 7


def test_logs_shows_time_level_and_text(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """`logs` shows the entries; with `--json` one line for each."""
    run_id = forge.add_run()
    forge.log(run_id, "cloning")
    (line,) = forgeportal("logs", run_id).stdout.splitlines()
    assert line.split()[-2:] == ["info", "cloning"]
    (entry,) = lines_of(forgeportal("logs", run_id, "--json").stdout)
    assert entry["message"] == "cloning"


def test_logs_limit_and_offset_choose_entries(forgeportal: Invoke, forge: EmulatedForge) -> None:
    """`--limit` and `--offset` show a part of the log."""
    run_id = forge.add_run()
    forge.log(run_id, "one", "two", "three")
    shown = forgeportal("logs", run_id, "--limit", "1", "--offset", "1", "--json").stdout
    assert [entry["message"] for entry in lines_of(shown)] == ["two"]
    shown = forgeportal("logs", run_id, "--offset", "1", "--json").stdout
    assert [entry["message"] for entry in lines_of(shown)] == ["two", "three"]


def test_follow_ends_with_the_run(forge: EmulatedForge) -> None:
    """`logs --follow` shows each entry once, as they come, and ends when the run has ended."""
    run_id = forge.add_run()
    env = forge.environment | {"FORGEPORTAL_SESSION": "demo"}
    arguments = ("forgeportal", "logs", run_id, "--follow", "--interval", "0.1", "--json")
    with process(*arguments, env=env) as following:
        assert following.stdout is not None
        forge.log(run_id, "first")
        assert json.loads(following.stdout.readline())["message"] == "first"
        forge.log(run_id, "second")
        forge.finish(run_id)
        rest, errors = following.communicate(timeout=PATIENCE)
    messages = [entry["message"] for entry in lines_of(rest)]
    assert messages[0] == "second"
    assert "first" not in messages
    assert (following.returncode, errors) == (0, "")


def test_the_session_comes_from_a_file_or_stdin(
    forgeportal: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`--session-file` holds the cookie; `-` reads it from stdin."""
    monkeypatch.delenv("FORGEPORTAL_SESSION")
    file = tmp_path / "session"
    file.write_text("forgeportal.sid=demo\n")
    assert forgeportal("list", "--session-file", str(file)).exit_code == 0
    assert forgeportal("list", "--session-file", "-", stdin="demo\n").exit_code == 0


def test_a_missing_session_says_what_to_set(
    forgeportal: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A portal that wants a login is the service's refusal, and the variable is named."""
    monkeypatch.delenv("FORGEPORTAL_SESSION")
    result = forgeportal("list")
    assert result.exit_code == 7
    assert "FORGEPORTAL_SESSION" in result.stderr


def test_a_refused_session_is_not_shown(
    forgeportal: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cookie is shown in no mode, and no option takes one."""
    monkeypatch.setenv("FORGEPORTAL_SESSION", "hunter2-of-mine")
    result = forgeportal("list", "--debug")
    assert result.exit_code == 7
    assert "hunter2" not in result.output
    shown = forgeportal("list", "--help").stdout
    assert "--session-file" in shown
    assert "--session " not in shown
    assert "--session-cookie" not in shown


def test_an_address_that_is_none_is_named(
    forgeportal: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error names the variable that holds the wrong address."""
    monkeypatch.setenv("FORGEPORTAL_URL", "portal")
    result = forgeportal("list")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: FORGEPORTAL_URL must begin with")
