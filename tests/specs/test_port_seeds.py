"""specs/port.yaml against the seeds of the project: the Port capability and pyport's statuses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.specs.documents import port_spec, shared_file, table
from tests.specs.facts import facts_of

SEEDS = table("port_seeds")
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})


def operation_of(name: str) -> dict[str, Any]:
    """Return an operation of our specification by ``METHOD /path``."""
    method, path = name.split()
    operation: dict[str, Any] = port_spec()["paths"][path][method.lower()]
    return operation


@pytest.mark.parametrize("operation", SEEDS["operations"])
def test_operation_takes_what_the_capability_gives(operation: str) -> None:
    """Each input of the capability's operation is there, and required where it is required."""
    taken = facts_of(port_spec())[operation]["request"]
    for stated in SEEDS["operations"][operation]:
        facts = taken[stated.removesuffix("!")]
        assert facts.get("required", False) or not stated.endswith("!"), stated


@pytest.mark.parametrize("operation", SEEDS["idempotent"])
def test_operation_is_repeated_as_hinted(operation: str) -> None:
    """An operation counts as idempotent exactly when the capability's hint says so."""
    by_method = operation.split(maxsplit=1)[0] in _REPEATABLE
    repeatable = operation_of(operation).get("x-idempotent", by_method)
    assert repeatable is SEEDS["idempotent"][operation]


def test_documented_statuses_have_a_state() -> None:
    """Each status of pyport's documentation is in the table of states."""
    states = port_spec()["components"]["schemas"]["ActionRun"]["x-run"]["states"]
    assert set(SEEDS["statuses"]) <= states.keys()


def test_statuses_are_those_of_the_seed() -> None:
    """The committed statuses are those that the seed lists."""
    text = shared_file("seeds/000_*.txt")
    section = text.split("## Action Run Statuses")[1].split("\n## ")[0]
    assert re.findall(r"^- \*\*(\w+)\*\*", section, re.MULTILINE) == SEEDS["statuses"]


def consumed(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield operation, description and inputs of what the capability consumes.

    The seed has lost its indentation, so its lines are read in order, not as YAML.
    """
    section = text.split("\nconsumes:\n")[1].split("\nauthentication:\n", maxsplit=1)[0]
    for resource in section.split("\n- name: v1-")[1:]:
        path = resource.split("\npath: ")[1].split("\n")[0]
        for operation in re.split(r"\n- name: \w+\nmethod: ", resource)[1:]:
            method = operation.split("\n")[0]
            (description,) = re.findall(r"\A\w+\ndescription: (.+)", operation)
            inputs = [
                f"{entry['place']} {entry['name']}".replace("body body", "body")
                + ("!" if "\nrequired: true" in entry["rest"] else "")
                for entry in re.finditer(
                    r"^- name: (?P<name>\w+)\nin: (?P<place>\w+)(?P<rest>(?:\n(?!- ).*)*)",
                    operation,
                    re.MULTILINE,
                )
            ]
            yield f"{method} {path}", description, inputs


def test_operations_are_those_of_the_seed() -> None:
    """The committed operations and inputs are those that the capability consumes."""
    found = {name: inputs for name, _, inputs in consumed(shared_file("seeds/002_*.txt"))}
    assert found == SEEDS["operations"]


def test_hints_are_those_of_the_seed() -> None:
    """The committed hints are those of the capability's tools."""
    text = shared_file("seeds/002_*.txt")
    # A tool calls an operation by its method alone; the description tells which one is meant.
    names = {description: name for name, description, _ in consumed(text)}
    hints = re.findall(
        r"\ndescription: (.+)\nhints:\nreadOnly: \w+\ndestructive: \w+\nidempotent: (\w+)", text
    )
    found = {names[description]: hint == "true" for description, hint in hints}
    assert found == SEEDS["idempotent"]


def misfits(run: object) -> list[str]:
    """Return what in a run does not fit the model of our specification."""
    document = port_spec()
    schema = {"$ref": "#/components/schemas/ActionRun", "components": document["components"]}
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(run)]


V1_RUN: dict[str, Any] = {
    "id": "r_1",
    "status": "SUCCESS",
    "blueprint": {"identifier": "cluster", "title": "Cluster"},
    "action": "scale_cluster",
    "endedAt": None,
    "source": "UI",
    "link": "https://ci.example/1",
    "message": {"nodes": 3},
    "relatedEntityExists": False,
    "relatedBlueprintExists": True,
    "properties": {"nodes": 3},
    "createdAt": "2024-05-01T10:00:00.000Z",
    "createdBy": "user",
}
V2_RUN: dict[str, Any] = {
    **V1_RUN,
    "action": {"identifier": "scale_cluster", "title": None, "icon": None, "deleted": False},
    "source": {"type": "AUTOMATION"},
    "link": ["https://ci.example/1", "https://ci.example/2"],
    "requiredApproval": {"type": "ALL"},
    "response": [1, None, "text"],
    "approval": {"userId": None, "state": "APPROVED", "description": "fine"},
    "statusLabel": None,
}


@pytest.mark.parametrize("run", [V1_RUN, V2_RUN], ids=["v1", "v2"])
def test_both_shapes_of_a_run_fit(run: dict[str, Any]) -> None:
    """A run fits the model in the old and in the new shape."""
    assert misfits(run) == []


@pytest.mark.parametrize("name", ["id", "status"])
def test_a_run_without_identity_does_not_fit(name: str) -> None:
    """A run without an id or a status is none."""
    assert misfits({key: value for key, value in V1_RUN.items() if key != name}) == [
        f"'{name}' is a required property"
    ]


@pytest.mark.parametrize("value", [True, {"type": "ANY"}, {"type": "TWO_OF_THREE"}, None])
def test_approval_is_a_flag_or_a_rule(value: object) -> None:
    """What a run needs to be approved is a flag, a rule (known or not) or nothing."""
    assert misfits({**V1_RUN, "requiredApproval": value}) == []


def test_runs_of_the_tutorial_fit() -> None:
    """Each run that the tutorial shows fits the model."""
    blocks = re.findall(r"```json.*?\n(.*?)```", shared_file("seeds/001_*.txt"), re.DOTALL)
    runs = [json.loads(block)["run"] for block in blocks if '"run": {' in block]
    assert [run["status"] for run in runs] == ["IN_PROGRESS", "SUCCESS"]
    assert [misfits(run) for run in runs] == [[], []]
