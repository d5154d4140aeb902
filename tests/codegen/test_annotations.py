"""Schemas become Python types."""

from __future__ import annotations

from typing import Any

import pytest

from tests.codegen.documents import answer, argument, body, field, model, one_operation

TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (TEXT, "str"),
        ({"type": "integer"}, "int"),
        ({"type": "number"}, "float"),
        ({"type": "boolean"}, "bool"),
        ({"type": "string", "format": "date-time"}, "datetime"),
        ({"type": "string", "format": "date"}, "str"),
        ({"type": "string", "format": "uuid"}, "str"),
        ({}, "Any"),
        (True, "Any"),
        ({"type": "null"}, "None"),
        ({"type": ["string", "null"]}, "str | None"),
        ({"type": ["string", "integer"]}, "str | int"),
        ({"type": "array"}, "list[Any]"),
        ({"type": "array", "items": TEXT}, "list[str]"),
        ({"items": TEXT}, "list[str]"),
        ({"type": "object"}, "dict[str, Any]"),
        ({"type": "object", "additionalProperties": False}, "dict[str, Any]"),
        ({"additionalProperties": {"type": "integer"}}, "dict[str, int]"),
        ({"enum": ["a", "b"]}, "str"),
        ({"enum": ["a", 1, None]}, "str | int | None"),
        ({"const": "a"}, "Literal['a']"),
        ({"enum": ["a"]}, "Literal['a']"),
        ({"oneOf": [TEXT, {"type": "null"}]}, "str | None"),
        ({"anyOf": [{"type": "object"}, TEXT, TEXT]}, "str | dict[str, Any]"),
        ({"oneOf": [TEXT, {}]}, "Any"),
        ({"allOf": [TEXT], "description": "It."}, "str"),
        ({"type": "object", "properties": {"a": TEXT}}, "ThingIt"),
        ({"type": "array", "items": {"properties": {"a": TEXT}}}, "list[ThingItItem]"),
        ({"type": "array", "items": {"type": ["string", "null"]}}, "list[str | None]"),
    ],
)
def test_types_in_answers(schema: Any, expected: str) -> None:
    """A required member of an answer has the type of its schema; enumerations stay open."""
    assert field(schema).annotation == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "nullable": True}, "str | None"),
        ({"allOf": [{"$ref": "#/components/schemas/Other"}], "nullable": True}, "Other | None"),
        ({"type": "string", "enum": ["a", None], "nullable": True}, "str | None"),
    ],
)
def test_null_in_openapi_30(schema: Any, expected: str) -> None:
    """OpenAPI 3.0 says null with `nullable`."""
    other = {"Other": {"type": "object", "properties": {"a": TEXT}}}
    assert field(schema, version="3.0.3", schemas=other).annotation == expected


def test_optional_member_of_an_answer_may_be_null() -> None:
    """An optional member of an answer may be absent or null: services send either."""
    assert field(TEXT, required=False).annotation == "str | Unset | None"


def test_own_and_merged_members() -> None:
    """An allOf makes one model of all its members, required where one of the parts says so."""
    schemas = {
        "Whole": {
            "allOf": [
                {"$ref": "#/components/schemas/Part"},
                {"type": "object", "properties": {"b": TEXT}},
                {"required": ["b"]},
            ],
            "properties": {"c": TEXT},
        },
        "Part": {"type": "object", "required": ["a"], "properties": {"a": TEXT}},
    }
    found = [(f.name, f.required) for f in model("Whole", schemas).fields]
    assert found == [("a", True), ("b", True), ("c", False)]


def test_models_may_contain_themselves() -> None:
    """A model may refer to itself, directly and over another one."""
    schemas = {
        "Node": {
            "type": "object",
            "required": ["next", "leaf"],
            "properties": {
                "next": {"$ref": "#/components/schemas/Node"},
                "leaf": {"$ref": "#/components/schemas/Leaf"},
            },
        },
        "Leaf": {
            "type": "object",
            "required": ["nodes"],
            "properties": {
                "nodes": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}
            },
        },
    }
    assert [f.annotation for f in model("Node", schemas).fields] == ["Node", "Leaf"]
    assert [f.annotation for f in model("Leaf", schemas | {"Leaf": schemas["Leaf"]}).fields] == [
        "list[Node]"
    ]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (TEXT, "str | None"),
        ({"type": "integer"}, "int | None"),
        ({"type": "number"}, "float | None"),
        ({"type": "boolean"}, "bool | None"),
        ({"type": ["string", "null"]}, "str | None"),
        ({"type": "string", "format": "date-time"}, "str | None"),
        ({"enum": ["a", "b"]}, "Literal['a', 'b'] | None"),
        ({"enum": [1, 2]}, "Literal[1, 2] | None"),
        ({"type": "array", "items": TEXT}, "Sequence[str] | None"),
        ({"type": "array", "items": {"enum": ["a"]}}, "Sequence[Literal['a']] | None"),
        ({"enum": [0.5, 1.5]}, "float | None"),
        ({"const": "a"}, "Literal['a'] | None"),
    ],
)
def test_types_of_parameters(schema: Any, expected: str) -> None:
    """An optional parameter takes None for "not sent"; enumerations are closed."""
    assert argument(schema).annotation == expected


@pytest.mark.parametrize(
    ("schema", "expected", "default"),
    [
        (TEXT, "str | None", "None"),
        ({"type": ["string", "null"]}, "str | Unset | None", "UNSET"),
        ({}, "Any", "UNSET"),
        ({"type": "string", "format": "date-time"}, "datetime | None", "None"),
        ({"type": "object"}, "Mapping[str, Any] | None", "None"),
        ({"type": "object", "properties": {"a": TEXT}}, "Mapping[str, Any] | None", "None"),
        ({"$ref": "#/components/schemas/A"}, "A | Mapping[str, Any] | None", "None"),
        (
            {"type": "array", "items": {"$ref": "#/components/schemas/A"}},
            "Sequence[A | Mapping[str, Any]] | None",
            "None",
        ),
        ({"oneOf": [TEXT, {"type": "array", "items": TEXT}]}, "str | Sequence[str] | None", "None"),
    ],
)
def test_types_of_body_arguments(schema: Any, expected: str, default: str) -> None:
    """A member of the body takes mappings for models; null is sent where the schema has it."""
    whole = {"type": "object", "properties": {"it": schema}}
    operation = one_operation(
        {"requestBody": body(whole)},
        method="post",
        schemas={"A": {"type": "object", "properties": {"x": TEXT}}},
    )
    (found,) = operation.arguments
    assert (found.annotation, found.default) == (expected, default)


@pytest.mark.parametrize("mark", [{"const": "x"}, {"enum": ["x"]}, None])
def test_union_of_models_is_told_apart(mark: Any) -> None:
    """Objects of a union are decoded when each has a constant or a member of its own."""
    second = {"type": "object", "properties": {"b": TEXT, **({"a": TEXT} if mark else {})}}
    first = {"type": "object", "required": ["a"], "properties": {"a": mark or TEXT}}
    assert field({"oneOf": [first, second]}).annotation == "ThingIt1 | ThingIt2"


def test_result_of_any_type() -> None:
    """A result that is no class, a union or null, is known not to be one."""
    found = one_operation({"responses": answer({"type": ["string", "null"]})})
    assert (found.result, found.result_is_class) == ("str | None", False)
    found = one_operation({"responses": answer({"type": "array", "items": TEXT})})
    assert (found.result, found.result_is_class) == ("list[str]", True)
