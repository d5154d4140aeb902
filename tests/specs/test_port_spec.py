"""specs/port.yaml for itself: it is valid and keeps its own rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from actionruns.states import RunState
from tests.specs.documents import port_spec

SPEC = port_spec()
MODELS: dict[str, Any] = SPEC["components"]["schemas"]
RUN: dict[str, Any] = MODELS["ActionRun"]
REQUEST_MODELS = frozenset({"NewEntity", "EntityReplacement", "EntityChange"})


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each operation by its id."""
    for item in SPEC["paths"].values():
        for operation in item.values():
            yield operation["operationId"], operation


def parameters() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each parameter, shared ones once, with a name for messages."""
    yield from SPEC["components"]["parameters"].items()
    for name, operation in operations():
        for parameter in operation.get("parameters", ()):
            if "$ref" not in parameter:
                yield f"{name}({parameter['name']})", parameter


def body_fields() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each field of the request bodies that stand in their operation."""
    for name, operation in operations():
        content = operation.get("requestBody", {}).get("content", {})
        for media in content.values():
            for field, schema in media["schema"].get("properties", {}).items():
                yield f"{name}({field})", schema


def model_fields() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each field of each model: model, field, schema."""
    for name, model in MODELS.items():
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
    described = {
        **dict(operations()),
        **dict(parameters()),
        **dict(body_fields()),
        **MODELS,
        **{f"{model}.{field}": schema for model, field, schema in model_fields()},
    }
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
        if model not in REQUEST_MODELS
        and (field in MODELS[model].get("required", ())) == is_nullable(schema)
    ]
    assert wrong == []


def test_answers_are_open() -> None:
    """No field of an answer is a closed set of values, and no model of one refuses new fields."""
    answers = {name: model for name, model in MODELS.items() if name not in REQUEST_MODELS}
    closed = [
        f"{model}.{field}"
        for model, field, schema in model_fields()
        if model in answers and ("enum" in schema or "const" in schema)
    ]
    assert closed == []
    assert [name for name, model in answers.items() if "additionalProperties" in model] == []


def test_states_are_those_of_known_statuses() -> None:
    """The table of states knows exactly the statuses that are listed as known."""
    assert list(RUN["x-run"]["states"]) == RUN["properties"]["status"]["x-known-values"]


def test_states_exist() -> None:
    """Each state in the table is one of RunState, and none is UNKNOWN."""
    assert set(RUN["x-run"]["states"].values()) <= RunState.__members__.keys() - {"UNKNOWN"}


def test_run_names_exist() -> None:
    """The fields that make the model a run are fields of it."""
    assert {RUN["x-run"][role] for role in ("id", "status", "ended")} <= RUN["properties"].keys()


@pytest.mark.parametrize("name", [name for name, node in operations() if "x-paging" in node])
def test_paging_names_exist(name: str) -> None:
    """The parameters that paging sets are parameters of the operation."""
    operation = dict(operations())[name]
    taken = {parameter.get("name") for parameter in operation["parameters"]}
    paging = operation["x-paging"]
    named = {paging[role] for role in ("parameter", "limit", "offset") if role in paging}
    assert named
    assert named <= taken


def test_results_are_required_members() -> None:
    """The member that holds a result is required in its envelope."""
    wrong = [
        name
        for name, operation in operations()
        for response in operation["responses"].values()
        if "x-result" in response
        and response["x-result"]
        not in response["content"]["application/json"]["schema"]["required"]
    ]
    assert wrong == []


def test_token_route_goes_without_credentials() -> None:
    """Only the token route is sent without credentials, in the words of OpenAPI and in ours."""
    bare = [name for name, operation in operations() if operation.get("security") == []]
    unauthorised = [name for name, node in operations() if node.get("x-authorised") is False]
    assert bare == unauthorised == ["get_access_token"]
