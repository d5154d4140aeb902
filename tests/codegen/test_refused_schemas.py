"""Schemas that have no type in Python are errors that name the place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.codegen.documents import answer, refused

TEXT = {"type": "string"}
WHOLE = {"type": "integer", "minimum": 1}
THING = {"$ref": "#/components/schemas/Thing"}


@pytest.mark.parametrize(
    ("schema", "place", "problem"),
    [
        (False, "", "should be an object, but is False"),
        ({"type": "text"}, "/type", "there is no type 'text'"),
        ({"patternProperties": {}}, "/patternProperties", "the schema keyword patternProperties"),
        ({"prefixItems": []}, "/prefixItems", "the schema keyword prefixItems is not supported"),
        ({"propertees": {}}, "/propertees", "the schema keyword propertees is not supported"),
        ({"type": "string", "nullable": True}, "/nullable", "OpenAPI 3.1 knows no nullable"),
        ({"type": "string", "format": "binary"}, "/format", "JSON holds no binary data"),
        ({"enum": [[1]]}, "/enum/0", "only texts, numbers, true and false are supported"),
        ({"const": {}}, "/const", "only texts, numbers, true and false are supported"),
        ({"oneOf": []}, "/oneOf", "is empty"),
        ({"properties": {"a": TEXT}, "oneOf": []}, "/oneOf", "oneOf beside properties or allOf"),
        ({"properties": {"a": TEXT}, "type": "string"}, "", "cannot be another type as well"),
        ({"properties": {"a": TEXT}, "required": ["b"]}, "", "'b' is required but not among"),
        ({"allOf": [TEXT, TEXT]}, "/allOf/0", "allOf is supported for objects with properties"),
        (
            {"allOf": [{"properties": {"a": TEXT}}, {"properties": {"a": WHOLE}}]},
            "/allOf/1/properties/a",
            "a is something else at api.yaml#/components/schemas/Thing/properties/it/allOf/0",
        ),
        ({"properties": {"a-b": TEXT, "aB": TEXT}}, "/properties/aB", "aB and a-b are both a_b"),
        ({"properties": {"unknown_fields": TEXT}}, "/properties/unknown_fields", "has a unknown_"),
        (
            {"oneOf": [{"properties": {"a": TEXT}}, {"properties": {"b": TEXT}}]},
            "/oneOf/0",
            "it needs a required member of its own, or a const",
        ),
        ({"allOf": [THING, {"properties": {}}]}, "/allOf/0", "an allOf that contains itself"),
    ],
)
def test_schemas(schema: Any, place: str, problem: str) -> None:
    """A schema that has no type in Python, or contradicts itself, is refused."""
    thing = {"type": "object", "properties": {"it": schema}}
    error = refused({"responses": answer(THING)}, schemas={"Thing": thing})
    assert error.place == f"api.yaml#/components/schemas/Thing/properties/it{place}"
    assert problem in str(error)


def test_lists_of_types_in_30() -> None:
    """OpenAPI 3.0 has no lists of types, and no type null."""
    listed = refused({"responses": answer({"type": ["string", "null"]})}, version="3.0.0")
    assert "OpenAPI 3.0 knows no lists of types" in str(listed)
    null = refused({"responses": answer({"type": "null"})}, version="3.0.0")
    assert "there is no type 'null'" in str(null)


def test_types_that_contain_themselves() -> None:
    """A type that contains itself and is no object has no end."""
    schemas = {"Thing": {"type": "array", "items": THING}}
    error = refused({"responses": answer(THING)}, schemas=schemas)
    assert "a type that contains itself has to be an object with properties" in str(error)


def test_objects_made_of_themselves() -> None:
    """An object whose allOf leads back to itself has no members."""
    schemas = {"Thing": {"allOf": [THING, {"properties": {"a": TEXT}}]}}
    error = refused({"responses": answer(THING)}, schemas=schemas)
    assert "an allOf that contains itself" in str(error)


@pytest.mark.parametrize(
    ("run", "place", "problem"),
    [
        ({"states": {}}, "", "status is missing"),
        ({"status": "none", "states": {}}, "/status", "the schema has no property 'none'"),
        ({"status": "b", "states": {}}, "/status", "'b' has to be a required text"),
        ({"status": "a"}, "", "states is missing"),
        ({"status": "a", "states": {"x": "DONE"}}, "/states/x", "'DONE' is no RunState"),
        ({"status": "a", "ended": "z", "states": {}}, "/ended", "the schema has no property 'z'"),
    ],
)
def test_runs(run: dict[str, Any], place: str, problem: str) -> None:
    """x-run has to name a required status, fields that are there, and states that there are."""
    thing = {"required": ["a"], "properties": {"a": TEXT, "b": TEXT}, "x-run": run}
    error = refused({"responses": answer(THING)}, schemas={"Thing": thing})
    assert error.place == f"api.yaml#/components/schemas/Thing/x-run{place}"
    assert problem in str(error)


def test_runs_have_a_state_already() -> None:
    """A run's own field cannot take the place of its normalised state."""
    run = {"status": "state", "states": {}}
    thing = {"required": ["state"], "properties": {"state": TEXT}, "x-run": run}
    error = refused({"responses": answer(THING)}, schemas={"Thing": thing})
    assert "every such model has a state; rename this with x-name" in str(error)


def test_models_of_one_name() -> None:
    """Two schemas whose classes would have one name are refused, with both places."""
    other = {"type": "object", "properties": {"a": TEXT}}
    page = {"properties": {"a": THING, "b": {"$ref": "#/components/schemas/thing"}}}
    error = refused({"responses": answer(page)}, schemas={"Thing": other, "thing": other})
    assert error.place == "api.yaml#/components/schemas/thing"
    assert "Thing is the class of api.yaml#/components/schemas/Thing already" in str(error)


def test_model_without_a_name() -> None:
    """A schema whose name gives no class is refused."""
    schemas = {"$": {"properties": {"a": TEXT}}}
    error = refused({"responses": answer({"$ref": "#/components/schemas/$"})}, schemas=schemas)
    assert "'' is no name for a class; name it with x-name" in str(error)


def test_models_and_groups_of_one_name() -> None:
    """A model that is called as a group of operations is refused."""
    schemas = {"Things": {"properties": {"a": TEXT}}}
    operation = {"tags": ["things"], "responses": answer({"$ref": "#/components/schemas/Things"})}
    error = refused(operation, schemas=schemas)
    assert "Things would be a model and a group of operations" in str(error)
