"""Component schemas become models, by how operations use them."""

from __future__ import annotations

from typing import Any

from actionruns.codegen.lower import lower
from tests.codegen.documents import answer, body, document, field, lowered, model

TEXT = {"type": "string"}
REFERENCE = {"$ref": "#/components/schemas/Thing"}


def thing(**properties: Any) -> dict[str, Any]:
    return {"Thing": {"type": "object", "properties": properties}}


def requested(schemas: dict[str, Any], **operation: Any) -> Any:
    request = {"requestBody": body(REFERENCE, **{"x-parameter": "thing"}), **operation}
    return lowered(request, method="post", schemas=schemas).models[0]


def test_unused_schemas_become_no_model() -> None:
    """A schema that no operation uses becomes no model."""
    schemas = {**thing(a=TEXT), "Other": {"type": "object", "properties": {"a": TEXT}}}
    assert [
        found.name for found in lowered({"responses": answer(REFERENCE)}, schemas=schemas).models
    ] == ["Thing"]


def test_order_is_that_of_the_specification() -> None:
    """Models stand in the order of their schemas, not of their use."""
    schemas = {
        "Inner": {"type": "object", "properties": {"a": TEXT}},
        "Thing": {"type": "object", "properties": {"i": {"$ref": "#/components/schemas/Inner"}}},
    }
    package = lowered({"responses": answer(REFERENCE)}, schemas=schemas)
    assert [found.name for found in package.models] == ["Inner", "Thing"]


def test_required_fields_stand_first() -> None:
    """Required fields stand before the optional ones, both in the order of the schema."""
    schema = {"type": "object", "required": ["c", "b"], "properties": dict.fromkeys("abcd", TEXT)}
    assert [f.name for f in model("Thing", {"Thing": schema}).fields] == ["b", "c", "a", "d"]


def test_request_models_have_closed_enumerations() -> None:
    """A model that is only sent has Literal types, and null only where the schema has it."""
    schemas = thing(a={"enum": ["x", "y"]}, b={"type": ["string", "null"]})
    assert [f.annotation for f in requested(schemas).fields] == [
        "Literal['x', 'y'] | Unset",
        "str | Unset | None",
    ]


def test_models_of_both_ways_are_open() -> None:
    """A model that is sent and answered has the types of an answer."""
    found = requested(thing(a={"enum": ["x", "y"]}), responses=answer(REFERENCE))
    assert [f.annotation for f in found.fields] == ["str | Unset | None"]


def test_use_spreads_to_inner_models() -> None:
    """What a model contains is used as the model is, also when that is found out later."""
    schemas = {
        **thing(inner={"$ref": "#/components/schemas/Inner"}),
        "Inner": {"type": "object", "properties": {"a": {"enum": ["x", "y"]}}},
    }
    package = lowered(
        {
            "requestBody": body({"$ref": "#/components/schemas/Inner"}, **{"x-parameter": "inner"}),
            "responses": answer(REFERENCE),
        },
        method="post",
        schemas=schemas,
    )
    assert [f.annotation for f in package.models[1].fields] == ["str | Unset | None"]


def test_one_way_members() -> None:
    """Members for reading are not sent, those for writing not answered; else they are optional."""
    schemas = thing(r={**TEXT, "readOnly": True}, w={**TEXT, "writeOnly": True})
    schemas["Thing"]["required"] = ["r", "w"]
    assert [f.name for f in requested(schemas).fields] == ["w"]
    assert [f.name for f in model("Thing", schemas).fields] == ["r"]
    both = requested(schemas, responses=answer(REFERENCE))
    assert [(f.name, f.required) for f in both.fields] == [("r", False), ("w", False)]


def test_names_are_mapped() -> None:
    """A member's Python name is derived, or given by x-name."""
    found = model("Thing", thing(endedAt=TEXT, **{"class": TEXT, "x y": {**TEXT, "x-name": "z"}}))
    assert [(f.name, f.json_name) for f in found.fields] == [
        ("ended_at", "endedAt"),
        ("class_", "class"),
        ("z", "x y"),
    ]


def test_class_name_may_be_given() -> None:
    """x-name on a schema names its class."""
    schemas = {"thing-v2": {"x-name": "Gadget", "type": "object", "properties": {"a": TEXT}}}
    reference = {"$ref": "#/components/schemas/thing-v2"}
    assert lowered({"responses": answer(reference)}, schemas=schemas).models[0].name == "Gadget"


def test_passwords_are_secret() -> None:
    """The format password keeps a value out of repr()."""
    assert field({**TEXT, "format": "password"}).secret
    assert not field(TEXT).secret


def test_deprecated_members_say_so() -> None:
    """A deprecated member's description says that it is deprecated, once."""
    assert (
        field({**TEXT, "deprecated": True, "description": "It."}).description == "Deprecated. It."
    )
    text = "Deprecated since 2."
    assert field({**TEXT, "deprecated": True, "description": text}).description == text


def test_runs_are_mapped() -> None:
    """x-run says which fields hold the status and the end, and what the words mean."""
    schema = {
        "type": "object",
        "required": ["phase"],
        "properties": {"phase": TEXT, "endedAt": TEXT},
        "x-run": {"status": "phase", "ended": "endedAt", "states": {"ok": "SUCCEEDED"}},
    }
    run = model("Thing", {"Thing": schema}).run
    assert run is not None
    assert (run.status, run.ended, run.states) == ("phase", "ended_at", (("ok", "SUCCEEDED"),))


def test_other_members_are_noticed() -> None:
    """Typed members beside the named ones are kept unchecked, and a notice says so."""
    schema = {"type": "object", "properties": {"a": TEXT}, "additionalProperties": TEXT}
    found = document({"responses": answer(REFERENCE)}, schemas={"Thing": schema})
    lower(found)
    place = "api.yaml#/components/schemas/Thing/additionalProperties"
    assert place in {notice.place for notice in found.notices}


def test_named_list_is_no_model() -> None:
    """A schema that is a list is its type wherever it is used, and no class."""
    schemas = {"Things": {"type": "array", "items": REFERENCE}, **thing(a=TEXT)}
    package = lowered(
        {"responses": answer({"$ref": "#/components/schemas/Things"})}, schemas=schemas
    )
    assert package.groups[0].operations[0].result == "list[Thing]"
    assert [found.name for found in package.models] == ["Thing"]
