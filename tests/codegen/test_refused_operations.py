"""What the generator cannot express is an error that names the place, never silently dropped."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns.codegen.errors import CodegenError
from actionruns.codegen.lower import lower
from tests.codegen.documents import answer, body, document, refused

TEXT = {"type": "string"}
WHOLE = {"type": "integer", "minimum": 1}
CALL = "/paths/~1runs/get"


def parameter(**parts: Any) -> dict[str, Any]:
    return {"parameters": [{"name": "it", "in": "query", "schema": TEXT, **parts}]}


@pytest.mark.parametrize(
    ("parts", "place", "problem"),
    [
        ({"in": "cookie"}, "", "cookie parameters are not supported"),
        ({"in": "body"}, "", "a parameter cannot be in 'body'"),
        ({"content": {}}, "/content", "content in a parameter is not supported"),
        ({"collectionFormat": "csv"}, "/collectionFormat", "collectionFormat in a parameter is"),
        ({"style": "deepObject"}, "/style", "style deepObject is not supported"),
        ({"explode": False, "schema": {"items": TEXT}}, "/explode", "lists are supported with"),
        ({"schema": {"items": WHOLE}}, "/schema", "Sequence[int] as a parameter is not"),
        ({"schema": {"type": "object"}}, "/schema", "Mapping[str, Any] as a parameter is not"),
        ({"schema": {"type": ["string", "integer"]}}, "/schema", "str | int as a parameter is"),
        ({"schema": {}}, "/schema", "Any as a parameter is not supported"),
        ({"name": "$"}, "", "'' is no name for Python"),
        ({"x-name": "It"}, "", "'It' is no name for Python"),
        ({"x-name": "class"}, "", "'class' is no name for Python"),
        ({"name": "timeout"}, "", "every operation has a timeout of its own"),
        ({"schema": {**WHOLE, "minimum": "1"}}, "/schema/minimum", "should be a number"),
        (
            {"required": True, "schema": {"enum": ["a"], "default": "b"}},
            "/schema/default",
            "'b' is not among the values of enum",
        ),
        (
            {"required": True, "schema": {"items": TEXT, "default": []}},
            "/schema/default",
            "[] is no default for Sequence[str]",
        ),
        (
            {"required": True, "schema": {**TEXT, "default": None}},
            "/schema/default",
            "None is no default for str",
        ),
        ({"schema": {"$ref": "x.yaml#/a"}}, "/schema/$ref", "leads to another file"),
        ({"deprecated": 1, "required": "yes"}, "/required", "should be true or false"),
    ],
)
def test_parameters(parts: dict[str, Any], place: str, problem: str) -> None:
    """A parameter that cannot be sent as the specification says is refused."""
    error = refused(parameter(**parts))
    assert error.place == f"api.yaml#{CALL}/parameters/0{place}"
    assert problem in str(error)


@pytest.mark.parametrize(
    ("path", "parameters", "problem"),
    [
        ("/{a}", [], "the path has {a}, but there is no path parameter 'a'"),
        ("/x", ["a"], "there is a path parameter 'a', but the path has no {a}"),
        ("/{a}/{a}", ["a"], "the path has {a} twice"),
        ("x/{a}", ["a"], "a path has to begin with a slash"),
        ("/{a}", ["a", "a"], "the path parameter 'a' stands twice"),
    ],
)
def test_path_templates(path: str, parameters: list[str], problem: str) -> None:
    """A path and its parameters have to fit each other."""
    nodes = [{"name": n, "in": "path", "required": True, "schema": TEXT} for n in parameters]
    assert problem in str(refused({"parameters": nodes}, path=path))


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({"required": False}, "a path parameter has to be required: true"),
        (
            {"schema": {"type": "number"}},
            "a path parameter has to be a text or a whole number, but is float",
        ),
        ({"style": "matrix"}, "style matrix is not supported in path"),
    ],
)
def test_path_parameters(parts: dict[str, Any], problem: str) -> None:
    """A path parameter is one text or whole number that has to be given."""
    node = {"name": "a", "in": "path", "required": True, "schema": TEXT, **parts}
    assert problem in str(refused({"parameters": [node]}, path="/{a}"))


@pytest.mark.parametrize(
    ("request_body", "place", "problem"),
    [
        ({"required": True}, "", "content is missing"),
        ({"content": {"application/json": {}}}, "/content", "a request body needs a schema"),
        (
            {"content": {"multipart/form-data": {"schema": {}}}},
            "/content",
            "only application/json is supported, not multipart/form-data",
        ),
        (
            {"content": {"application/x-www-form-urlencoded": {}}},
            "/content",
            "only application/json is supported",
        ),
        (
            {"content": {"text/event-stream": {"schema": {}}}},
            "/content",
            "only application/json is supported, not text/event-stream",
        ),
        (
            body({"properties": {"a": TEXT}, "additionalProperties": True}),
            "/content/application~1json/schema/additionalProperties",
            "more members than the named ones cannot be keywords; name the body: x-parameter",
        ),
    ],
)
def test_request_bodies(request_body: dict[str, Any], place: str, problem: str) -> None:
    """A body is JSON, and an object has members that are known, or is named as a whole."""
    error = refused({"requestBody": request_body})
    assert error.place == f"api.yaml#{CALL}/requestBody{place}"
    assert problem in str(error)


@pytest.mark.parametrize(
    ("responses", "place", "problem"),
    [
        ({"404": {"description": "No."}}, "", "no answer of success (2xx) is described"),
        (
            {"200": {"description": "It.", "content": {"text/csv": {}, "a/b": {}}}},
            "/200/content",
            "only application/json is supported, not text/csv, a/b",
        ),
        (
            {**answer(TEXT), "202": answer(WHOLE)["200"], "204": {"description": "None."}},
            "/202",
            "answers of success that differ from one another are not supported",
        ),
        (
            {**answer(TEXT), "202": {"description": "It.", "content": {"text/event-stream": {}}}},
            "/202",
            "answers of success that differ from one another are not supported",
        ),
        ({**answer(), "4O4": {"description": "No."}}, "/4O4", "'4O4' is no HTTP status"),
        (answer({"properties": {}}, **{"x-result": "run"}), "/200/x-result", "has no member 'run'"),
        (answer(**{"x-result": "run"}), "/200/x-result", "the answer has no member 'run'"),
        (
            answer({"properties": {"run": TEXT}}, **{"x-result": "run"}),
            "/200/x-result",
            "'run' has to be required: it is the result",
        ),
    ],
)
def test_answers(responses: dict[str, Any], place: str, problem: str) -> None:
    """Answers of success have to be one JSON value, described once."""
    error = refused({"responses": responses})
    assert error.place == f"api.yaml#{CALL}/responses{place}"
    assert problem in str(error)


def test_head_with_content() -> None:
    """HEAD has no content in its answer."""
    assert "the answer to HEAD has no content" in str(
        refused({"responses": answer(TEXT)}, method="head")
    )


PAGE = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": {"type": "array", "items": TEXT},
        "next": TEXT,
        "total": WHOLE,
    },
}
CURSOR = {"style": "cursor", "items": "items", "next": "next", "parameter": "after"}
OFFSET = {"style": "offset", "items": "items", "limit": "limit", "offset": "skip", "page-size": 5}


@pytest.mark.parametrize(
    ("paging", "place", "problem"),
    [
        ({}, "", "style is '', but has to be cursor or offset"),
        ({**CURSOR, "items": "none"}, "/items", "the page, CallResult, has no member 'none'"),
        ({**CURSOR, "items": "total"}, "/items", "'total' is no list, but int"),
        ({**CURSOR, "items": None}, "", "items is missing"),
        ({**CURSOR, "next": "none"}, "/next", "the page has no member 'none'"),
        ({**CURSOR, "next": "total"}, "/next", "a cursor has to be a text, but is int"),
        ({**CURSOR, "parameter": "none"}, "/parameter", "the operation has no parameter 'none'"),
        ({**CURSOR, "parameter": "limit"}, "/parameter", "'limit' has to be of type str"),
        ({**CURSOR, "parameter": "must"}, "/parameter", "'must' has to be optional"),
        ({**OFFSET, "page-size": 0}, "/page-size", "should be a whole number of at least 1"),
        ({**OFFSET, "limit": "skip"}, "/limit", "'skip' needs minimum: 1"),
        ({**OFFSET, "offset": "after"}, "/offset", "'after' has to be of type int"),
        ({"style": "offset", "items": "items", "offset": "skip"}, "", "limit is missing"),
    ],
)
def test_pages(paging: dict[str, Any], place: str, problem: str) -> None:
    """x-paging has to name members and parameters that can lead from page to page."""
    operation = {
        "x-paging": paging,
        "responses": answer(PAGE),
        "parameters": [
            {"name": "after", "in": "query", "schema": TEXT},
            {"name": "limit", "in": "query", "schema": WHOLE},
            {"name": "skip", "in": "query", "schema": {"type": "integer"}},
            {"name": "must", "in": "query", "required": True, "schema": TEXT},
        ],
    }
    error = refused(operation)
    assert error.place == f"api.yaml#{CALL}/x-paging{place}"
    assert problem in str(error)


def test_pages_that_are_no_objects() -> None:
    """A page has members, or is the list itself."""
    error = refused({"x-paging": CURSOR, "responses": answer(TEXT)})
    assert "the page, str, has no member 'items'" in str(error)


def test_pages_of_nothing() -> None:
    """An operation without a result has no pages."""
    assert "an operation without a result has no pages" in str(refused({"x-paging": CURSOR}))


@pytest.mark.parametrize(
    ("operation", "place", "problem"),
    [
        ({"servers": []}, "/servers", "servers of an operation are not supported"),
        ({"produces": []}, "/produces", "produces is not supported here"),
        ({"operationId": "$"}, "", "'' is no name for a method"),
        ({"tags": ["$"]}, "", "'' is no name for a group of operations"),
        ({"x-positional": ["none"]}, "/x-positional", "there is no argument 'none'"),
        (
            {**parameter(), "x-positional": ["it"]},
            "/x-positional",
            "it has a default and has to stay a keyword",
        ),
        ({"responses": None}, "/responses", "should be an object, but is None"),
    ],
)
def test_operations(operation: dict[str, Any], place: str, problem: str) -> None:
    """An operation with what a client cannot do, or without a name, is refused."""
    error = refused(operation)
    assert error.place == f"api.yaml#{CALL}{place}"
    assert problem in str(error)


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ({"$ref": "#/x"}, "a path cannot be a reference; write it out"),
        ({"servers": []}, "servers of a path are not supported"),
        ({"fetch": {}}, "fetch is not supported here"),
    ],
)
def test_paths(item: dict[str, Any], problem: str) -> None:
    """A path with what a client cannot do is refused."""
    assert problem in str(refused(item=item))


def test_documents() -> None:
    """A misspelt part of the document, and one without operations, is refused."""
    assert "pathes is not supported here" in str(refused(pathes={}))
    with pytest.raises(CodegenError, match="there are no operations"):
        lower(document(paths={"x-none": {}}))


def test_arguments_of_one_name() -> None:
    """Two arguments of one name are refused, with both places."""
    nodes = [
        {"name": "run-id", "in": "query", "schema": TEXT},
        {"name": "run_id", "in": "header", "schema": TEXT},
    ]
    error = refused({"parameters": nodes})
    assert error.place == f"api.yaml#{CALL}/parameters/1"
    assert f"run_id is the argument of api.yaml#{CALL}/parameters/0 already" in str(error)


def test_operations_of_one_name() -> None:
    """Two operations of one name are refused, with both places."""
    error = refused(item={"put": {"operationId": "Call", "responses": answer()}})
    assert error.place == f"api.yaml#{CALL}"
    assert "call is the method of api.yaml#/paths/~1runs/put already" in str(error)


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        (parameter(name="idle_timeout"), "every stream has idle_timeout of its own"),
        (parameter(name="Last-Event-ID", **{"in": "header"}), "every stream has last_event_id"),
        ({"x-paging": {"style": "cursor"}}, "a stream has no pages"),
    ],
)
def test_streams(parts: dict[str, Any], problem: str) -> None:
    """A stream has arguments of its own, and no pages."""
    streamed = {"200": {"description": "It.", "content": {"text/event-stream": {}}}}
    assert problem in str(refused({"responses": streamed, **parts}))
