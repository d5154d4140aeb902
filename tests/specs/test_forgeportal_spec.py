"""specs/forgeportal.yaml for itself: it is valid and keeps its own rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.specs.documents import spec

SPEC = spec("forgeportal")
MODELS: dict[str, Any] = SPEC["components"]["schemas"]
ENVELOPES = frozenset({"StartedRunAnswer"})


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each operation by its id."""
    for item in SPEC["paths"].values():
        for operation in item.values():
            yield operation["operationId"], operation


def model_fields() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each field of each model: model, field, schema."""
    for name, model in MODELS.items():
        if name not in ENVELOPES:
            for field, schema in model["properties"].items():
                yield name, field, schema


def is_nullable(schema: dict[str, Any]) -> bool:
    """Tell whether null fits a schema."""
    if not schema.keys() & {"type", "oneOf", "$ref"}:
        return True
    return "null" in schema.get("type", ()) or {"type": "null"} in schema.get("oneOf", ())


def test_spec_is_valid_openapi() -> None:
    """The specification is valid OpenAPI 3.1."""
    validator = pytest.importorskip("openapi_spec_validator")
    assert list(validator.OpenAPIV31SpecValidator(SPEC).iter_errors()) == []


def test_everything_is_described() -> None:
    """Each operation, parameter and field has a description: it becomes the docstring."""
    described: dict[str, Any] = {**dict(operations()), **MODELS}
    described |= {f"{model}.{field}": schema for model, field, schema in model_fields()}
    described |= SPEC["components"]["parameters"]
    for name, operation in operations():
        for parameter in operation.get("parameters", ()):
            if "$ref" not in parameter:
                described[f"{name}({parameter['name']})"] = parameter
        for media in operation.get("requestBody", {}).get("content", {}).values():
            for field, schema in media["schema"]["properties"].items():
                described[f"{name}({field})"] = schema
    assert [name for name, node in described.items() if not node.get("description")] == []


def test_summaries_are_one_sentence() -> None:
    """The summary of an operation is one sentence that fits the first line of a docstring."""
    wrong = [
        name
        for name, operation in operations()
        if not operation["summary"].endswith(".")
        or "." in operation["summary"][:-1]
        or len(operation["summary"]) > 85
    ]
    assert wrong == []


def test_answers_require_only_what_cannot_be_null() -> None:
    """A field of an answer is either required or nullable, never both, never neither."""
    wrong = [
        f"{model}.{field}"
        for model, field, schema in model_fields()
        if (field in MODELS[model].get("required", ())) == is_nullable(schema)
    ]
    assert wrong == []


def test_answers_are_open() -> None:
    """No field of an answer is a closed set of values, and no model of one refuses new fields."""
    closed = [
        f"{model}.{field}"
        for model, field, schema in model_fields()
        if "enum" in schema or "const" in schema
    ]
    assert closed == []
    assert [name for name, model in MODELS.items() if "additionalProperties" in model] == []


def test_only_keyed_changes_are_repeatable() -> None:
    """No POST counts as repeatable by itself; the one with a key says when an answer is no news."""
    posts = [(name, it) for item in SPEC["paths"].values() for name, it in item.items()]
    assert [
        it["operationId"] for name, it in posts if name == "post" and "x-idempotent" in it
    ] == []
    keyed = {
        name: it["x-idempotency-key"] for name, it in operations() if "x-idempotency-key" in it
    }
    assert keyed == {"run_action": {"member": "idempotencyKey", "in-doubt": [500]}}
