"""What the generator cannot express is an error that names the place, never silently dropped."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns.codegen.errors import CodegenError
from actionruns.codegen.lower import lower
from tests.codegen.documents import answer, body, document

TEXT = {"type": "string"}
WHOLE = {"type": "integer", "minimum": 1}
CALL = "/paths/~1runs/get"
THING = {"$ref": "#/components/schemas/Thing"}


def refused(operation: dict[str, Any] | None = None, **parts: Any) -> CodegenError:
    with pytest.raises(CodegenError) as caught:
        lower(document(operation, **parts))
    assert caught.value.line > 0, "the place's line is known"
    assert f"(line {caught.value.line})" in str(caught.value)
    return caught.value


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
        ({"schema": {"type": "integer"}}, "a path parameter has to be a text, but is int"),
        ({"style": "matrix"}, "style matrix is not supported in path"),
    ],
)
def test_path_parameters(parts: dict[str, Any], problem: str) -> None:
    """A path parameter is one text that has to be given."""
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
        (body(TEXT), "/content/application~1json/schema", "a request body has to be an object"),
        (
            body({"type": "array", "items": {"type": "object"}}),
            "/content/application~1json/schema",
            "a request body has to be an object, but is Sequence[Mapping[str, Any]]",
        ),
        (
            body({"properties": {"a": TEXT}, "additionalProperties": True}),
            "/content/application~1json/schema/additionalProperties",
            "more members than the named ones cannot be keywords; name the body: x-parameter",
        ),
    ],
)
def test_request_bodies(request_body: dict[str, Any], place: str, problem: str) -> None:
    """A body is a JSON object whose members are known, or named as a whole."""
    error = refused({"requestBody": request_body})
    assert error.place == f"api.yaml#{CALL}/requestBody{place}"
    assert problem in str(error)


@pytest.mark.parametrize(
    ("responses", "place", "problem"),
    [
        ({"404": {"description": "No."}}, "", "no answer of success (2xx) is described"),
        (
            {"200": {"description": "It.", "content": {"text/event-stream": {}}}},
            "/200/content/text~1event-stream",
            "text/event-stream is not supported yet",
        ),
        (
            {"200": {"description": "It.", "content": {"text/csv": {}, "a/b": {}}}},
            "/200/content",
            "only application/json is supported, not text/csv, a/b",
        ),
        (
            {**answer(TEXT), "204": {"description": "None."}},
            "/204",
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
