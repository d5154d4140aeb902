"""specs/acp-v0.1.yaml against the seed of the project: the generated client's run operations."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.specs.documents import shared_file, spec, table

SEEDS: dict[str, dict[str, Any]] = table("acp_v0_1_seeds")
SPEC = spec("acp-v0.1")
_TYPES = {"str": "string", "int": "integer"}


def operation_of(name: str) -> dict[str, Any]:
    """Return an operation of our specification, by the seed's route for its name."""
    method, path = SEEDS[name]["route"].split()
    operation: dict[str, Any] = SPEC["paths"][path][method.lower()]
    return operation


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference leads to, anything else as it is."""
    if "$ref" not in node:
        return node
    *_, section, name = node["$ref"].split("/")
    found: dict[str, Any] = SPEC["components"][section][name]
    return found


def returned(name: str) -> str:
    """Return the type that an operation answers with, in the words of the seed."""
    ((media, content),) = resolved(operation_of(name)["responses"]["200"])["content"].items()
    if media == "text/event-stream":
        return "RunOutputStream"
    schema = content["schema"]
    model = str(schema.get("items", schema)["$ref"].rpartition("/")[2])
    return f"List[{model}]" if "items" in schema else model


@pytest.mark.parametrize("name", SEEDS)
def test_operation_has_its_name(name: str) -> None:
    """The route of the seed's operation has the seed's name, in the group of runs."""
    operation = operation_of(name)
    assert (operation["operationId"], operation["tags"]) == (name, ["runs"])


def test_no_other_operation_is_in_the_group() -> None:
    """The group of runs has the seed's operations and no others."""
    named = {
        operation["operationId"]
        for item in SPEC["paths"].values()
        for operation in item.values()
        if operation["tags"] == ["runs"]
    }
    assert named == SEEDS.keys()


@pytest.mark.parametrize("name", SEEDS)
def test_operation_takes_the_parameters_of_the_seed(name: str) -> None:
    """The parameters are the seed's, of its types, and required exactly where it requires them."""
    taken = {
        parameter["name"] + ("" if parameter.get("required") else "?"): parameter["schema"]["type"]
        for parameter in map(resolved, operation_of(name).get("parameters", ()))
    }
    wanted = SEEDS[name]["arguments"]
    assert taken == {key: _TYPES[kind] for key, kind in wanted.items() if kind in _TYPES}


@pytest.mark.parametrize("name", SEEDS)
def test_operation_takes_the_body_of_the_seed(name: str) -> None:
    """There is a body exactly where the seed has one, and it is required and an object."""
    has_body = any(kind not in _TYPES for kind in SEEDS[name]["arguments"].values())
    body = operation_of(name).get("requestBody")
    assert (body is not None) is has_body
    if body is not None:
        assert body["required"] is True
        assert body["content"]["application/json"]["schema"]["type"] == "object"


def test_the_answer_to_a_question_is_one_argument() -> None:
    """The body of resume_run is one argument, under the name that the seed gives it."""
    assert operation_of("resume_run")["requestBody"]["x-parameter"] == "body"


@pytest.mark.parametrize("name", SEEDS)
def test_operation_returns_what_the_seed_returns(name: str) -> None:
    """The answer of success is the seed's type."""
    assert returned(name) == SEEDS[name]["returns"]


@pytest.mark.parametrize("name", SEEDS)
def test_operation_answers_with_the_statuses_of_the_seed(name: str) -> None:
    """The statuses are the seed's and 401, which servers that want credentials add."""
    assert set(operation_of(name)["responses"]) == {*SEEDS[name]["statuses"], "401"}


def test_operations_are_those_of_the_seed() -> None:
    """The committed operations are those that the seed documents."""
    text = shared_file("seeds/004_*.txt")
    routes = dict(re.findall(r"^\[\*\*(\w+)\*\*\].* \| \*\*(\w+\*\* \S+) \|", text, re.MULTILINE))
    found = {}
    for section in text.split("\n# **")[1:]:
        name = section.split("**")[0]
        rows = re.findall(r"^ \*\*(\w+)\*\* \| \[?\*\*(\w+)\*\*.*\| (.*)$", section, re.MULTILINE)
        returns = re.search(r"### Return type\n\n\[\*\*(.+)\*\*\]", section)
        assert returns is not None
        found[name] = {
            "route": routes[name].replace("**", ""),
            "arguments": {
                argument + ("?" if "[optional]" in notes else ""): kind
                for argument, kind, notes in rows
            },
            "returns": returns[1],
            "statuses": re.findall(r"^\*\*(\d+)\*\* \|", section, re.MULTILINE),
        }
    assert found == SEEDS
