"""How often an operation is allowed, what makes it repeatable, and names that a model reads."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns.codegen.formatting import formatted
from actionruns.codegen.ir import KeyDef, PaceDef
from actionruns.codegen.package import build
from tests.codegen.documents import answer, body, field, model, one_operation, refused

TEXT = {"type": "string"}
KEYED: dict[str, Any] = {
    "requestBody": body({"type": "object", "properties": {"runKey": TEXT}}),
    "x-idempotency-key": {"member": "runKey", "in-doubt": [500]},
}


def thing(**properties: Any) -> dict[str, Any]:
    return {"Thing": {"type": "object", "properties": properties}}


def test_a_pace_is_taken_over() -> None:
    """`x-pace` says how many calls the service allows in how many seconds."""
    found = one_operation({"x-pace": {"requests": 10, "seconds": 60}})
    assert found.pace == PaceDef(requests=10, period=60.0)
    assert one_operation().pace is None


@pytest.mark.parametrize(
    ("pace", "problem"),
    [
        ({"requests": 10}, "seconds is missing"),
        ({"requests": 1.5, "seconds": 60}, "should be a whole number"),
        ({"requests": 1, "seconds": "60"}, "should be a number"),
        ({"requests": 0, "seconds": 60}, "should be above 0"),
        ({"requests": 1, "seconds": -1}, "should be above 0"),
        ({"requests": True, "seconds": 60}, "should be a whole number"),
    ],
)
def test_a_pace_that_is_none_is_refused(pace: dict[str, Any], problem: str) -> None:
    """The numbers have to be there and above 0."""
    assert problem in str(refused({"x-pace": pace}))


def test_a_key_is_named_as_the_argument() -> None:
    """`x-idempotency-key` names the member; the operation knows it by its Python name."""
    found = one_operation(KEYED, method="post")
    assert found.key == KeyDef(argument="run_key", in_doubt=(500,))


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ({}, "member is missing"),
        ({"member": "other"}, "the operation has no argument 'other'"),
        ({"member": "runKey", "in-doubt": ["5xx"]}, "'5xx' is no HTTP status"),
    ],
)
def test_a_key_that_is_none_is_refused(key: dict[str, Any], problem: str) -> None:
    """The member has to be there, statuses have to be numbers."""
    assert problem in str(refused({**KEYED, "x-idempotency-key": key}, method="post"))


def test_aliases_are_taken_over() -> None:
    """`x-aliases` of a member are further names of the field."""
    assert field({**TEXT, "x-aliases": ["theThing", "thing"]}).aliases == ("theThing", "thing")


@pytest.mark.parametrize(
    ("a", "b", "problem"),
    [
        (["b"], [], "'b' is a name of b already"),
        (["a"], [], "'a' is a name of a already"),
        (["c"], ["c"], "'c' is a name of a already"),
    ],
)
def test_an_alias_has_one_owner(a: list[str], b: list[str], problem: str) -> None:
    """Which field a member is for must not be a question."""
    schemas = thing(a={**TEXT, "x-aliases": a}, b={**TEXT, "x-aliases": b})
    responses = {"responses": answer({"$ref": "#/components/schemas/Thing"})}
    assert problem in str(refused(responses, schemas=schemas))


def test_a_model_without_aliases_has_none() -> None:
    """They are what a specification asks for."""
    (found,) = model("Thing", thing(a=TEXT)).fields
    assert found.aliases == ()


def inner(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def test_a_result_may_lie_deeper() -> None:
    """Dots in `x-result` lead through members of members."""
    schema = inner(["data"], data=inner(["runs"], runs={"type": "array", "items": TEXT}))
    found = one_operation({"responses": answer(schema, **{"x-result": "data.runs"})})
    assert (found.member, found.result) == ("data.runs", "list[str]")


def test_each_step_to_a_result_is_required() -> None:
    """A result that may be absent somewhere on the way is none."""
    schema = inner(["data"], data=inner([], runs=TEXT))
    error = refused({"responses": answer(schema, **{"x-result": "data.runs"})})
    assert "'runs' has to be required" in str(error)


def test_the_generated_code_says_all_of_it(tmp_path: Any) -> None:
    """Pace, key and aliases stand in the generated modules."""
    spec = tmp_path / "api.yaml"
    spec.write_text(
        """
openapi: 3.1.0
info: {title: Runs, version: "1"}
paths:
  /runs:
    post:
      operationId: create_run
      x-pace: {requests: 10, seconds: 60}
      x-idempotency-key: {member: runKey, in-doubt: [500]}
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, properties: {runKey: {type: string}}}
      responses:
        "200":
          description: It.
          content:
            application/json:
              schema:
                title: Run
                type: object
                required: [id]
                properties: {id: {type: string, x-aliases: [runId]}}
"""
    )
    files = build(spec, command="generate").files
    assert "pace=Pace(requests=10, period=60.0)" in files["operations.py"]
    key = 'key=IdempotencyKey(argument="run_key", in_doubt=frozenset({500}))'
    assert key in files["operations.py"]
    assert 'id: str = field(aliases=("runId",))' in files["models.py"]
    assert formatted(files["operations.py"], "operations.py") == files["operations.py"]
