"""specs/acp-v0.1.yaml and acp-v0.2.yaml for themselves: they are valid and keep their own rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.specs.documents import spec

Node = dict[str, Any]
SPECS: dict[str, Node] = {name: spec(name) for name in ("acp-v0.1", "acp-v0.2")}
STATES = {
    "pending": "RUNNING",
    "interrupted": "WAITING",
    "success": "SUCCEEDED",
    "error": "FAILED",
    "timeout": "TIMED_OUT",
}
each_spec = pytest.mark.parametrize("name", SPECS)


def resolved(name: str, node: Node) -> Node:
    """Return what a reference leads to, with what stands beside it."""
    if "$ref" not in node:
        return node
    *_, section, key = node["$ref"].split("/")
    beside = {word: value for word, value in node.items() if word != "$ref"}
    return {**resolved(name, SPECS[name]["components"][section][key]), **beside}


def operations(name: str) -> Iterator[tuple[str, str, Node]]:
    """Yield each operation: its id, its method, itself."""
    for item in SPECS[name]["paths"].values():
        for method, operation in item.items():
            yield operation["operationId"], method, operation


def members(name: str, schema: Node) -> dict[str, Node]:
    """Return the members of an object by name, those of its allOf included."""
    meant = resolved(name, schema)
    found: dict[str, Node] = {}
    for part in meant.get("allOf", ()):
        found |= members(name, part)
    found |= meant.get("properties", {})
    return found


def required(name: str, schema: Node) -> set[str]:
    """Return the names of the members of an object that are always there."""
    meant = resolved(name, schema)
    parts = [required(name, part) for part in meant.get("allOf", ())]
    return set(meant.get("required", ())).union(*parts)


def body_of(name: str, operation: Node) -> Node:
    """Return the schema of an operation's body; an empty one when it takes none."""
    if "requestBody" not in operation:
        return {}
    body = resolved(name, operation["requestBody"])
    return resolved(name, body["content"]["application/json"]["schema"])


def arguments(name: str, operation: Node) -> dict[str, Node]:
    """Return the parameters and the body's members of an operation, each by name."""
    parameters = [resolved(name, node) for node in operation.get("parameters", ())]
    taken = {parameter["name"]: parameter for parameter in parameters}
    return taken | members(name, body_of(name, operation))


def answers(name: str, operation: Node) -> Iterator[tuple[str, str, Node]]:
    """Yield status, media type and schema of each answer of success; nothing where it is empty."""
    for status, node in operation["responses"].items():
        for media, content in resolved(name, node).get("content", {}).items():
            if status.startswith("2"):
                yield status, media, content["schema"]


def used(name: str, node: object) -> Iterator[str]:
    """Yield the names of all schemas that a node refers to, directly or through others."""
    if isinstance(node, dict):
        if "$ref" in node:
            *_, section, key = node["$ref"].split("/")
            if section == "schemas":
                yield key
            yield from used(name, SPECS[name]["components"][section][key])
        for value in node.values():
            yield from used(name, value)
    elif isinstance(node, list):
        for value in node:
            yield from used(name, value)


def answered(name: str) -> dict[str, Node]:
    """Return the schemas that answers of success use, by name."""
    schemas = [schema for _, _, op in operations(name) for *_, schema in answers(name, op)]
    return {key: SPECS[name]["components"]["schemas"][key] for key in used(name, schemas)}


def takes_null(name: str, schema: Node) -> bool:
    """Tell whether null fits a schema that says anything about types."""
    options = schema.get("anyOf", ())
    return "null" in schema.get("type", ()) or any(
        takes_null(name, resolved(name, option)) for option in options
    )


def is_any(schema: Node) -> bool:
    """Tell whether every JSON value fits a schema."""
    return not schema.keys() & {"type", "oneOf", "anyOf", "allOf", "$ref"}


@each_spec
def test_spec_is_valid_openapi(name: str) -> None:
    """The specification is valid OpenAPI 3.1."""
    validator = pytest.importorskip("openapi_spec_validator")
    assert list(validator.OpenAPIV31SpecValidator(SPECS[name]).iter_errors()) == []


@each_spec
def test_everything_is_described(name: str) -> None:
    """Each operation, argument, answer, model and field has a description: a docstring."""
    described: dict[str, Node] = {}
    for id_, _, operation in operations(name):
        described[id_] = operation
        for key, node in arguments(name, operation).items():
            described[f"{id_}({key})"] = resolved(name, node)
        for status, node in operation["responses"].items():
            described[f"{id_} {status}"] = resolved(name, node)
    for model, schema in SPECS[name]["components"]["schemas"].items():
        described[model] = schema
        for field, node in members(name, schema).items():
            described[f"{model}.{field}"] = resolved(name, node)
    assert [place for place, node in described.items() if not node.get("description")] == []


@each_spec
def test_summaries_are_one_sentence(name: str) -> None:
    """The summary of an operation is one sentence that fits the first line of a docstring."""
    wrong = [
        id_
        for id_, _, operation in operations(name)
        if operation["summary"].find(".") != len(operation["summary"]) - 1
        or len(operation["summary"]) > 85
    ]
    assert wrong == []


@each_spec
def test_every_schema_is_used(name: str) -> None:
    """There is no schema, parameter or answer that nothing uses."""
    text = str(SPECS[name])
    components = SPECS[name]["components"]
    unused = [
        f"{section}/{key}"
        for section in components.keys() - {"securitySchemes"}
        for key in components[section]
        if f"'#/components/{section}/{key}'" not in text
    ]
    assert unused == []


@each_spec
def test_answers_require_only_what_cannot_be_null(name: str) -> None:
    """A field of an answer is either required or nullable, unless any JSON value fits it."""
    wrong = [
        f"{model}.{field}"
        for model, schema in answered(name).items()
        for field, node in members(name, schema).items()
        if not is_any(node)
        and (field in required(name, schema)) == takes_null(name, resolved(name, node))
    ]
    assert wrong == []


@each_spec
def test_answers_are_open(name: str) -> None:
    """No field of an answer but the kind in a union is a closed set of values."""
    closed = [
        f"{model}.{field}"
        for model, schema in answered(name).items()
        for field, node in members(name, schema).items()
        if resolved(name, node).keys() & {"enum", "const"} and field != "type"
    ]
    assert closed == []


@each_spec
@pytest.mark.parametrize(("union", "key"), [("RunOutput", "anyOf"), ("StreamedUpdate", "oneOf")])
def test_unions_are_told_apart_by_kind(name: str, union: str, key: str) -> None:
    """Each object of a union that has a kind of its own is named by it."""
    schema = SPECS[name]["components"]["schemas"][union]
    kinds = {
        kind: option["$ref"]
        for option in schema[key]
        if (kind := members(name, option)["type"].get("const")) is not None
    }
    assert schema["discriminator"] == {"propertyName": "type", "mapping": kinds}
    assert all("type" in required(name, option) for option in schema[key])


@each_spec
def test_outputs_take_unknown_kinds(name: str) -> None:
    """The last object of an output takes any kind; those before it have one each."""
    options = SPECS[name]["components"]["schemas"]["RunOutput"]["anyOf"]
    fixed = ["const" in members(name, option)["type"] for option in options]
    assert fixed == [True, True, True, False]


@each_spec
def test_states_are_those_of_the_protocol(name: str) -> None:
    """Each model of a run has the protocol's states, and no time of end, which none has."""
    runs = {model: node for model, node in answered(name).items() if "x-run" in node}
    assert runs.keys() == {"acp-v0.1": {"Run"}, "acp-v0.2": {"RunStateless", "RunStateful"}}[name]
    for run in runs.values():
        assert run["x-run"] == {"id": "run_id", "status": "status", "states": STATES}
        assert {"run_id", "status"} <= required(name, run)
        assert set(members(name, run)["status"]["x-known-values"]) == STATES.keys()


@pytest.mark.parametrize(
    ("name", "paged"),
    [
        ("acp-v0.1", {"search_runs", "search_agents", "search_threads"}),
        (
            "acp-v0.2",
            {"search_stateless_runs", "list_thread_runs", "search_threads", "search_agents"},
        ),
    ],
)
def test_searches_have_pages(name: str, paged: set[str]) -> None:
    """The searches and lists that take a limit and an offset are followed page after page."""
    found = {id_: op for id_, _, op in operations(name) if "x-paging" in op}
    assert found.keys() == paged
    for operation in found.values():
        taken = arguments(name, operation)
        paging = operation["x-paging"]
        limit = resolved(name, taken[paging["limit"]])
        assert paging["style"] == "offset"
        assert paging["offset"] in taken
        assert paging["page-size"] <= limit.get("maximum", paging["page-size"])


@pytest.mark.parametrize(
    ("name", "once"),
    [
        ("acp-v0.1", {"create_run", "resume_run", "create_thread"}),
        (
            "acp-v0.2",
            {"create_stateless_run", "create_thread_run"}
            | {"create_and_stream_stateless_run_output", "create_and_stream_thread_run_output"}
            | {"create_and_wait_for_stateless_run_output", "create_and_wait_for_thread_run_output"}
            | {"resume_stateless_run", "resume_thread_run"}
            | {"create_thread", "copy_thread", "patch_thread"},
        ),
    ],
)
def test_only_what_changes_more_when_repeated_is_not_repeated(name: str, once: set[str]) -> None:
    """All is idempotent but what starts, resumes, creates, copies or adds to a history."""
    by_method = {"get": True, "delete": True, "post": False, "patch": False}
    found = {
        id_
        for id_, method, operation in operations(name)
        if not operation.get("x-idempotent", by_method[method])
    }
    assert found == once


@pytest.mark.parametrize(
    ("name", "streams"),
    [
        ("acp-v0.1", {"get_run_stream"}),
        (
            "acp-v0.2",
            {"create_and_stream_stateless_run_output", "stream_stateless_run_output"}
            | {"create_and_stream_thread_run_output", "stream_thread_run_output"},
        ),
    ],
)
def test_streams_are_event_streams_of_updates(name: str, streams: set[str]) -> None:
    """The operations that stream answer with an event stream of updates, the others with JSON."""
    found = {
        id_: (media, schema)
        for id_, _, operation in operations(name)
        for _, media, schema in answers(name, operation)
        if media != "application/json"
    }
    update = {"$ref": "#/components/schemas/StreamedUpdate"}
    assert found == dict.fromkeys(streams, ("text/event-stream", update))


@pytest.mark.parametrize(
    ("name", "both"), [("acp-v0.1", {"get_run_output", "get_run_stream"}), ("acp-v0.2", set())]
)
def test_nothing_yet_is_an_answer(name: str, both: set[str]) -> None:
    """204 stands beside 200 where the protocol answers that there is nothing yet."""
    found = {id_ for id_, _, op in operations(name) if {"200", "204"} <= op["responses"].keys()}
    assert found == both


def test_every_new_run_outlives_its_connection() -> None:
    """Each operation that starts a run sends `continue` unless told otherwise."""
    found = {
        id_: taken["on_disconnect"]
        for id_, _, operation in operations("acp-v0.2")
        if "on_disconnect" in (taken := arguments("acp-v0.2", operation))
    }
    assert found.keys() == {
        id_ for id_, _, _ in operations("acp-v0.2") if id_.startswith("create_") and "run" in id_
    }
    assert all(
        (node["default"], node["x-always-sent"]) == ("continue", True) for node in found.values()
    )


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("acp-v0.1", {"runs": 7, "agents": 3, "threads": 7}),
        ("acp-v0.2", {"stateless_runs": 10, "thread_runs": 10, "agents": 3, "threads": 7}),
    ],
)
def test_groups_are_those_of_the_client(name: str, groups: dict[str, int]) -> None:
    """Each operation is in one group; the groups are described."""
    tags = [tag for _, _, operation in operations(name) for tag in operation["tags"]]
    assert {tag: tags.count(tag) for tag in tags} == groups
    assert {tag["name"] for tag in SPECS[name]["tags"] if tag["description"]} == groups.keys()
