"""specs/port.yaml against the facts of Port's public API document."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.specs.documents import deviations, port_spec, shared_file, table
from tests.specs.facts import Difference, Table, differences, facts_of


def upstream_table() -> Table:
    """Return the committed facts, the operations that we leave out by name alone."""
    facts = table("port_facts")
    left_out: Table = {operation: {} for operation in facts["left_out"]}
    return {**facts["operations"], **left_out}


@pytest.fixture(scope="module")
def found() -> list[Difference]:
    """Everything on which the document and our specification differ."""
    return list(differences(upstream_table(), facts_of(port_spec())))


def test_every_difference_is_meant(found: list[Difference]) -> None:
    """Each operation, parameter, body field and answer field is as documented, or is listed."""
    meant = deviations("port_deviations")
    assert [
        difference
        for difference in found
        if not any(deviation.covers(difference) for deviation in meant)
    ] == []


def test_every_deviation_is_needed(found: list[Difference]) -> None:
    """A deviation that accounts for no difference has to go from the list."""
    assert [
        deviation
        for deviation in deviations("port_deviations")
        if not any(deviation.covers(difference) for difference in found)
    ] == []


def test_every_deviation_has_a_reason() -> None:
    """Each deviation says why it is one."""
    assert [
        deviation
        for deviation in deviations("port_deviations")
        if len(deviation.reason.split()) < 4
    ] == []


def test_table_is_what_the_document_says() -> None:
    """The committed facts are those of the document, for all operations that we don't leave out."""
    document = json.loads(shared_file("upstream/port-action-runs.json"))
    # All named schemas of the document are search queries, which we take as free objects.
    queries = document["components"]["schemas"]
    assert {name for name, schema in queries.items() if "combinator" in schema["properties"]} == {
        *queries
    }
    extracted = facts_of(document, opaque=frozenset(queries))
    facts = table("port_facts")

    left_out = {operation: extracted.pop(operation, None) for operation in facts["left_out"]}

    assert None not in left_out.values()
    assert extracted == facts["operations"]


def request(**schema: Any) -> dict[str, Any]:
    """Return a document of one operation with one query parameter of this schema."""
    parameter = {"name": "limit", "in": "query", "schema": schema}
    operation = {"parameters": [parameter], "responses": {"200": {"description": ""}}}
    return {"paths": {"/runs": {"get": operation}}}


@pytest.mark.parametrize(
    ("theirs", "ours", "difference"),
    [
        ({"type": "string"}, {"type": "integer"}, ("type", "string", "integer")),
        ({"type": "string"}, {"type": ["string", "null"]}, ("nullable", None, True)),
        ({"type": "number", "maximum": 50}, {"type": "number"}, ("maximum", 50, None)),
        (
            {"type": "array", "items": {"type": "string", "enum": ["UI", "API"]}},
            {"type": "array", "items": {"type": "string", "enum": ["UI"]}},
            ("enum", ["API", "UI"], ["UI"]),
        ),
        (
            {"oneOf": [{"type": "string"}, {"type": "object"}]},
            {"type": "string"},
            ("type", "object|string", "string"),
        ),
    ],
    ids=["type", "null", "limit", "values", "union"],
)
def test_a_difference_is_found(
    theirs: dict[str, Any], ours: dict[str, Any], difference: tuple[str, object, object]
) -> None:
    """The comparison sees a type, a limit, a value or a null that one document has alone."""
    assert list(differences(facts_of(request(**theirs)), facts_of(request(**ours)))) == [
        Difference("GET /runs", "query limit", *difference)
    ]


def test_a_missing_parameter_is_found() -> None:
    """The comparison sees a parameter that one document lacks."""
    bare = request(type="string")
    bare["paths"]["/runs"]["get"]["parameters"] = []
    assert list(differences(facts_of(request(type="string")), facts_of(bare))) == [
        Difference("GET /runs", "query limit", "presence", True, False)
    ]


def test_a_missing_operation_is_found() -> None:
    """The comparison sees an operation that one document lacks."""
    assert list(differences(facts_of(request(type="string")), {})) == [
        Difference("GET /runs", "", "presence", True, False)
    ]
