"""`actionruns port list | get | execute | update`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from actionruns.emulator import Action
from tests.cli.conftest import Emulated, Invoke


def lines_of(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_list_shows_a_line_for_each_run(invoke: Invoke, port: Emulated) -> None:
    """`list` shows id, status and action of each run."""
    first, second = port.add_run(), port.add_run("deploy_to_production")
    result = invoke("port", "list")
    assert result.exit_code == 0
    header, *rows = result.stdout.splitlines()
    assert header.split() == ["ID", "STATUS", "ACTION", "STARTED", "TOOK"]
    assert [row.split()[:4] for row in rows] == [
        [second, "◌", "WAITING_FOR_APPROVAL", "deploy_to_production"],
        [first, "●", "IN_PROGRESS", "create_microservice"],
    ]


def test_list_json_is_the_page_as_one_document(invoke: Invoke, port: Emulated) -> None:
    """`list --json` prints the page, its cursor included, as one document."""
    ids = [port.add_run() for _ in range(3)]
    page = json.loads(invoke("port", "list", "--limit", "2", "--json").stdout)
    assert [run["id"] for run in page["runs"]] == [ids[2], ids[1]]
    rest = json.loads(invoke("port", "list", "--next", page["next"], "--json").stdout)
    assert [run["id"] for run in rest["runs"]] == [ids[0]]


def test_list_tells_how_to_get_the_next_page(invoke: Invoke, port: Emulated) -> None:
    """`list` says on stderr that there is more, and the cursor to it."""
    port.add_run()
    port.add_run()
    page = json.loads(invoke("port", "list", "--limit", "1", "--json").stdout)
    result = invoke("port", "list", "--limit", "1")
    assert f"--next {page['next']}" in result.stderr


def test_list_all_json_is_a_line_for_each_run(invoke: Invoke, port: Emulated) -> None:
    """`list --all --json` follows the pages and prints one line of JSON for each run."""
    ids = [port.add_run() for _ in range(5)]
    result = invoke("port", "list", "--all", "--limit", "2", "--json")
    assert [run["id"] for run in lines_of(result.stdout)] == ids[::-1]
    assert port.emulator.requests.count("GET", "/port/v1/actions/runs") == 3


def test_list_all_counts_the_runs(invoke: Invoke, port: Emulated) -> None:
    """`list --all` shows one table with all runs and says how many there are."""
    for _ in range(3):
        port.add_run()
    result = invoke("port", "list", "--all", "--limit", "1")
    assert result.stdout.count("create_microservice") == 3
    assert result.stdout.count("STATUS") == 1
    assert "3 runs" in result.stderr


def test_list_passes_every_filter_on(invoke: Invoke, port: Emulated) -> None:
    """Each filter of `list` arrives at the service as the parameter of its name."""
    given = {
        "entity": "e",
        "blueprint": "b",
        "user_email": "x@example.com",
        "user_id": "u",
        "external_run_id": "x1",
        "action": "a",
        "exclude": "payload",
        "source": "API",
        "version": "v1",
    }
    options = [
        word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value)
    ]
    result = invoke("port", "list", *options, "--no-active", "--limit", "7", "--source", "UI")
    assert result.exit_code == 0
    query = list(port.emulator.requests)[-1].query
    expected = given | {"user_email": "x%40example.com", "active": "false", "limit": "7"}
    assert {f"{name}={value}" for name, value in expected.items()} <= set(query.split("&"))
    assert "source=UI" in query


def test_list_without_runs_says_so_on_stderr(invoke: Invoke) -> None:
    """An empty list leaves stdout empty."""
    result = invoke("port", "list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No runs" in result.stderr


def test_list_all_and_next_exclude_each_other(invoke: Invoke) -> None:
    """`--all` with `--next` is refused as a usage error."""
    assert invoke("port", "list", "--all", "--next", "x").exit_code == 2


def test_get_shows_the_run(invoke: Invoke, port: Emulated) -> None:
    """`get` shows what people want to know of a run."""
    run_id = port.add_run()
    port.finish(run_id)
    shown = invoke("port", "get", run_id).stdout
    for part in (run_id, "✓ SUCCESS", "create_microservice", "finished with SUCCESS", "by demo"):
        assert part in shown


def test_get_json_keeps_unknown_fields(invoke: Invoke, port: Emulated) -> None:
    """`get --json` prints the run as the service gave it, fields unknown to the SDK included."""
    body = {"ok": True, "run": {"id": "r_1", "status": "PAUSED", "mood": ["new", {"a": 1}]}}
    port.emulator.fail_next("GET", "/port/v1/actions/runs/{run_id}", status=200, body=body)
    assert json.loads(invoke("port", "get", "r_1", "--json").stdout) == body["run"]


def test_get_takes_a_reference(invoke: Invoke, port: Emulated) -> None:
    """A run may be named as `port:<id>`, as a watch does."""
    run_id = port.add_run()
    assert json.loads(invoke("port", "get", f"port:{run_id}", "--json").stdout)["id"] == run_id


def test_a_service_text_cannot_control_the_terminal(invoke: Invoke, port: Emulated) -> None:
    """Control characters and markup of a service's text are shown as text."""
    run = {"id": "r_1", "status": "FAILURE", "summary": "\x1b[2Jgone [bold]x[/]\x07"}
    body = {"ok": True, "run": run}
    port.emulator.fail_next("GET", "/port/v1/actions/runs/{run_id}", status=200, body=body)
    assert "\ufffd[2Jgone [bold]x[/]\ufffd" in invoke("port", "get", "r_1").stdout


def test_execute_takes_texts_and_json(invoke: Invoke, port: Emulated) -> None:
    """`--property` takes `name=text` and `name:=json`, over `--properties-json`."""
    inputs: dict[str, Any] = {name: {} for name in ("region", "name", "tags", "formula")}
    port.call(port.emulator.add, Action(identifier="make", title="Make", inputs=inputs))
    result = invoke(
        *("port", "execute", "make", "--properties-json", '{"region": "eu", "name": "x"}'),
        *("-p", "name=007", "--property", "tags:=[1, true]", "-p", "formula=a=b", "--json"),
    )
    properties = json.loads(result.stdout)["rawProperties"]
    assert properties == {"region": "eu", "name": "007", "tags": [1, True], "formula": "a=b"}


def test_execute_names_entity_and_user(invoke: Invoke, port: Emulated) -> None:
    """`--entity` and `--run-as` arrive at the service."""
    entity = {"identifier": "shop"}
    port.emulator.fail_next(
        "POST",
        "/port/v1/actions/{action_identifier}/runs",
        status=202,
        body={"ok": True, "run": {"id": "r_1", "status": "IN_PROGRESS", "entity": entity}},
    )
    arguments = ("--entity", "shop", "--run-as", "alice@example.com", "--json")
    result = invoke("port", "execute", "scale_microservice", *arguments)
    assert json.loads(result.stdout)["entity"] == entity
    assert list(port.emulator.requests)[-1].query == "run_as=alice%40example.com"


@pytest.mark.parametrize(
    "options",
    [
        ("-p", "name"),
        ("-p", "=x"),
        ("-p", "name:=nope"),
        ("--properties-json", "{"),
        ("--properties-json", "[]"),
    ],
)
def test_malformed_inputs_are_usage_errors(
    invoke: Invoke, port: Emulated, options: tuple[str, ...]
) -> None:
    """Inputs that cannot be read are refused before anything is executed."""
    result = invoke("port", "execute", "create_microservice", *options)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: --propert")
    assert port.emulator.requests.count("POST", "/port/v1/actions/{action_identifier}/runs") == 0


def test_update_changes_what_is_named(invoke: Invoke, port: Emulated) -> None:
    """`update` sends each option as its field, and several links as a list."""
    run_id = port.add_run()
    result = invoke(
        *("port", "update", run_id, "--status", "SUCCESS", "--status-label", "Done"),
        *("--link", "https://a.example", "--link", "https://b.example", "--summary", "fine"),
        *("--message-json", '{"n": 1}', "--external-run-id", "x7", "--json"),
    )
    run = json.loads(result.stdout)
    assert run["status"] == "SUCCESS"
    assert run["statusLabel"] == "Done"
    assert run["link"] == ["https://a.example", "https://b.example"]
    assert (run["summary"], run["message"], run["externalRunId"]) == ("fine", {"n": 1}, "x7")


def test_update_sends_one_link_as_text(invoke: Invoke, port: Emulated) -> None:
    """A single `--link` is sent as a text, as in the service's own examples."""
    run_id = port.add_run()
    invoke("port", "update", run_id, "--link", "https://a.example")
    assert port.call(port.emulator.run, run_id)["link"] == "https://a.example"


def test_update_of_nothing_is_refused(invoke: Invoke, port: Emulated) -> None:
    """`update` without a change is a usage error, and nothing is sent."""
    result = invoke("port", "update", "r_1")
    assert result.exit_code == 2
    assert "nothing to update" in result.stderr
    assert len(port.emulator.requests) == 0
