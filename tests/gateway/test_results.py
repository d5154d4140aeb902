"""Results: what of an answer is exposed."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns.errors import DecodeFailed
from actionruns.gateway.calls import tool_calls
from actionruns.gateway.paths import found_at, path_of
from actionruns.gateway.results import outputs_of, result_of
from actionruns.gateway.schemas import schema_of_outputs
from tests.gateway.documents import capability

OUTPUT = "            - type: array\n              mapping: $.jobs\n"
ANSWER = {"jobs": [{"id": 1, "by": {"name": "ann"}}, {"id": 2}], "next page": "x", "total": 2}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", ANSWER),
        ("$.", ANSWER),
        ("$.total", 2),
        ("$['next page']", "x"),
        ('$["total"]', 2),
        ("$.jobs[0].by.name", "ann"),
        ("$.jobs[1].by.name", None),
        ("$.jobs[9]", None),
        ("$.jobs[*].id", [1, 2]),
        ("$.jobs[*].by.name", ["ann", None]),
        ("$.total[*]", None),
        ("$.total.more", None),
    ],
)
def test_paths_lead_into_an_answer(path: str, found: Any) -> None:
    """Members, elements and each element are found; what is not there is null."""
    steps = path_of(path)
    assert steps is not None
    assert found_at(ANSWER, steps) == found


@pytest.mark.parametrize("path", ["", "jobs", "$..id", "$.jobs[?(@.id)]", "$.jobs[-1]", "$.a b"])
def test_other_paths_are_not_understood(path: str) -> None:
    """What JSONPath has besides is refused, and not half understood."""
    assert path_of(path) is None


def result(outputs: str, answer: Any = ANSWER) -> Any:
    """Return what the tool gives whose outputs are these."""
    (listing, *_) = tool_calls(capability((OUTPUT, "") if not outputs else (OUTPUT, outputs)))
    return result_of(listing, answer)


# The exposed outputs of the tool: the document has the same lines for REST, further left.
@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ("            - {type: number, mapping: $.total}\n", 2),
        ("            - {name: total, type: number, mapping: $.total}\n", {"total": 2}),
        (
            (
                "            - {name: total, type: number, mapping: $.total}\n"
                "            - {name: source, type: string, value: jobs}\n"
            ),
            {"total": 2, "source": "jobs"},
        ),
        (
            (
                "            - type: object\n"
                "              properties: {first: {type: integer, mapping: '$.jobs[0].id'}}\n"
            ),
            {"first": 1},
        ),
        (
            (
                "            - type: array\n              mapping: $.jobs\n"
                "              items: {type: object, properties: "
                "{by: {type: string, mapping: $.by.name}}}\n"
            ),
            [{"by": "ann"}, {"by": None}],
        ),
    ],
)
def test_a_result_is_made_as_the_document_says(outputs: str, expected: Any) -> None:
    """One part without a name is the result, parts with names are its members."""
    assert result(outputs) == expected


def test_without_outputs_the_whole_answer_is_the_result() -> None:
    """A call that says nothing of its result gives what the service gave."""
    (_, start, _) = tool_calls(capability())
    assert result_of(start, ANSWER) == ANSWER


def test_without_exposed_outputs_the_consumed_ones_count() -> None:
    """What the consumed operation calls its result is the result."""
    change = (
        "              description: Start a job.\n",
        (
            "              description: Start a job.\n"
            "              outputParameters: [{name: total, type: number, value: $.total}]\n"
        ),
    )
    (_, start, _) = tool_calls(capability(change))
    assert result_of(start, ANSWER) == 2


@pytest.mark.parametrize(
    ("outputs", "found"),
    [
        ("            - {type: array, mapping: $.total}\n", "number"),
        ("            - {type: object, mapping: $.jobs}\n", "array"),
        ("            - {type: number, mapping: $.jobs}\n", "array"),
    ],
)
def test_another_type_than_promised_is_no_result(outputs: str, found: str) -> None:
    """What is promised is what callers get, or an error that says what came."""
    with pytest.raises(DecodeFailed, match=f"but the service sent {found}"):
        result(outputs)


def test_true_is_no_number() -> None:
    """A boolean is not taken for a number, although it is one in Python."""
    with pytest.raises(DecodeFailed, match="sent boolean"):
        result("            - {type: number, mapping: $.total}\n", {"total": True})


def test_several_outputs_make_a_schema() -> None:
    """The schema of a result has its parts; what a path leads to may be missing."""
    change = (
        OUTPUT,
        (
            "            - {name: total, type: number, mapping: $.total}\n"
            "            - {name: all, type: object, mapping: $.}\n"
            "            - {name: ids, type: array, mapping: '$.jobs[*].id', "
            "items: {type: integer, mapping: $.}}\n"
            "            - {name: made, type: object, properties: "
            "{first: {type: string, mapping: '$.jobs[0].by'}}}\n"
        ),
    )
    (listing, *_) = tool_calls(capability(change))
    assert schema_of_outputs(outputs_of(listing), alone=False) == {
        "type": "object",
        "properties": {
            "total": {"type": ["number", "null"]},
            "all": {"type": "object"},
            "ids": {"type": ["array", "null"], "items": {"type": "integer"}},
            "made": {
                "type": "object",
                "properties": {"first": {"type": ["string", "null"]}},
            },
        },
    }
