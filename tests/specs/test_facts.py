"""The extraction of facts: what it reads of a document, however the document says it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.specs.facts import Facts, facts_of

Node = dict[str, Any]
TEXT: Node = {"type": "string"}
ANSWER: Node = {"200": {"description": "It is done."}}


def document(operation: Node, **more: Any) -> Node:
    """Return a document of one operation; what else is given stands beside its paths."""
    return {"paths": {"/runs": {"get": {"responses": ANSWER, **operation}}}, **more}


def taken(operation: Node, **more: Any) -> dict[str, Facts]:
    """Return the facts of what an operation takes."""
    found: dict[str, Facts] = facts_of(document(operation, **more))["GET /runs"]["request"]
    return found


def answered(schema: Node, media: str = "application/json", **schemas: Node) -> dict[str, Facts]:
    """Return the facts of an answer by its schema."""
    responses = {"200": {"description": "It.", "content": {media: {"schema": schema}}}}
    found = facts_of(document({"responses": responses}, components={"schemas": schemas}))
    fields: dict[str, Facts] = found["GET /runs"]["answers"]["200"]
    return fields


def with_kind(kind: str, **fields: Node) -> Node:
    """Return an object that tells its kind."""
    return {"type": "object", "properties": {"type": {"const": kind}, **fields}}


def test_parameters_of_the_path_count() -> None:
    """A parameter that stands at the path is one of each of its operations."""
    shared = {"name": "limit", "in": "query", "schema": TEXT}
    found = document({})
    found["paths"]["/runs"]["parameters"] = [shared]
    assert facts_of(found)["GET /runs"]["request"] == {"query limit": {"type": "string"}}


def test_a_parameter_of_the_operation_replaces_that_of_the_path() -> None:
    """Of two parameters of one name, that of the operation counts."""
    found = document({"parameters": [{"name": "limit", "in": "query", "schema": TEXT}]})
    found["paths"]["/runs"]["parameters"] = [{"name": "limit", "in": "query", "schema": {}}]
    assert facts_of(found)["GET /runs"]["request"] == {"query limit": {"type": "string"}}


@pytest.mark.parametrize(
    ("security", "needed"),
    [([{"key": []}], True), ([{"key": []}, {}], False), ([], False)],
    ids=["needed", "optional", "none"],
)
def test_credentials_are_a_fact_where_they_are_needed(security: list[Node], needed: bool) -> None:
    """Credentials that may be left out are not required."""
    assert ("credentials" in taken({}, security=security)) is needed


def test_a_body_may_be_a_reference() -> None:
    """The body that a reference leads to is read, and need not be an object."""
    given = {"required": True, "content": {"application/json": {"schema": TEXT}}}
    reference = {"$ref": "#/components/requestBodies/Given"}
    found = taken({"requestBody": reference}, components={"requestBodies": {"Given": given}})
    assert found == {"body": {"type": "string", "required": True}}


def test_parts_make_one_object() -> None:
    """The fields of each part of an allOf are fields of the whole."""
    part = {"type": "object", "required": ["a"], "properties": {"a": TEXT}}
    whole = {"allOf": [{"$ref": "#/components/schemas/Part"}], "properties": {"b": TEXT}}
    assert answered(whole, Part=part) == {
        "a": {"type": "string", "required": True},
        "b": {"type": "string"},
    }


def test_what_stands_beside_a_reference_counts() -> None:
    """A keyword beside a reference takes precedence over what it leads to."""
    field = {"$ref": "#/components/schemas/Word", "deprecated": True}
    schema = {"type": "object", "properties": {"a": field}}
    assert answered(schema, Word=TEXT) == {"a": {"type": "string", "deprecated": True}}


def test_fields_of_a_union_stand_under_their_kind() -> None:
    """Two objects of a union may have one field with different facts; neither is lost."""
    union = {
        "oneOf": [with_kind("text", value=TEXT), with_kind("number", value={"type": "number"})]
    }
    found = answered({"type": "object", "properties": {"out": union}})
    assert found["out(text).value"] == {"type": "string"}
    assert found["out(number).value"] == {"type": "number"}


def test_an_enum_of_one_value_is_a_kind() -> None:
    """An older document says a fixed value as an enum of one; the facts are the same."""
    old = with_kind("text", value=TEXT)
    old["properties"]["type"] = {"enum": ["text"]}
    assert answered({"oneOf": [old]}) == answered({"oneOf": [with_kind("text", value=TEXT)]})


def test_an_object_without_a_kind_is_not_taken_for_another() -> None:
    """In a union within a union, the object without a kind has no kind of its neighbours."""
    inner = {"anyOf": [with_kind("text"), {"type": "object", "properties": {"type": TEXT}}]}
    found = answered({"anyOf": [inner, {"type": "null"}]})
    assert found["type"] == {"type": "string"}
    assert found["(text).type"] == {"type": "string", "enum": ["text"]}


def test_objects_without_a_kind_keep_all_they_say() -> None:
    """Where objects without a kind differ in a field, the facts of both stand there."""
    union = {"oneOf": [{"properties": {"a": TEXT}}, {"properties": {"a": {"type": "number"}}}]}
    assert answered(union) == {"a": {"either": [{"type": "string"}, {"type": "number"}]}}


@pytest.mark.parametrize(
    ("schema", "whole"),
    [
        (TEXT, {"type": "string"}),
        ({"type": "object"}, {"type": "object"}),
        ({"type": "array", "items": TEXT}, {"type": "array<string>"}),
    ],
    ids=["text", "object", "list"],
)
def test_an_answer_without_fields_is_a_fact_itself(schema: Node, whole: Facts) -> None:
    """An answer that has no fields differs from no answer, by its type."""
    assert answered(schema) == {"(body)": whole}


def test_an_event_is_its_data() -> None:
    """An event described as a whole has the facts of one described by its data, and its own."""
    data = with_kind("text", value=TEXT)
    whole = {"type": "object", "properties": {"id": TEXT, "data": {"oneOf": [data]}}}
    found = answered(whole, "text/event-stream")
    assert found.pop("event.id") == {"type": "string"}
    assert found == answered({"oneOf": [data]}, "text/event-stream")
    assert found["(body)"] == {"type": "object", "media": "text/event-stream"}
