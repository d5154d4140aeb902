"""Documents become operations."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from actionruns.codegen.ir import Paging
from actionruns.codegen.lower import lower
from tests.codegen.documents import answer, argument, body, document, lowered, one_operation

TEXT = {"type": "string"}
RUN_ID = {"name": "run_id", "in": "path", "required": True, "schema": TEXT}


def test_operation_id_names_the_method() -> None:
    """The method's name is the operationId in snake case."""
    found = one_operation({"operationId": "listRuns"})
    assert (found.name, found.constant) == ("list_runs", "LIST_RUNS")


def test_missing_operation_id_is_noticed() -> None:
    """Without an operationId the name is derived, and a notice tells it."""
    found = document({"operationId": ""}, path="/v1/runs")
    ((operation,),) = [group.operations for group in lower(found).groups]
    assert operation.name == "get_runs"
    assert "has no operationId; the method is named get_runs" in {n.text for n in found.notices}


@pytest.mark.parametrize(
    ("method", "given", "expected"),
    [
        ("get", None, True),
        ("put", None, True),
        ("delete", None, True),
        ("post", None, False),
        ("patch", None, False),
        ("post", True, True),
        ("get", False, False),
    ],
)
def test_idempotent(method: str, given: bool | None, expected: bool) -> None:
    """Whether an operation may be repeated follows from its method, unless x-idempotent says."""
    extra = {} if given is None else {"x-idempotent": given}
    assert one_operation(extra, method=method).idempotent is expected


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({}, True),
        ({"security": []}, False),
        ({"security": [{"key": []}]}, True),
        ({"x-authorised": False}, False),
        ({"security": [], "x-authorised": True}, True),
    ],
)
def test_authorised(extra: dict[str, Any], expected: bool) -> None:
    """Credentials are sent unless the operation has no security, or x-authorised says so."""
    assert one_operation(extra).authorised is expected


@pytest.mark.parametrize(
    ("extra", "name", "class_name"),
    [
        ({"tags": ["Action runs", "other"]}, "action_runs", "AsyncActionRuns"),
        ({"tags": ["a"], "x-group": "run_logs"}, "run_logs", "AsyncRunLogs"),
        ({}, "api", "AsyncApi"),
    ],
)
def test_groups(extra: dict[str, Any], name: str, class_name: str) -> None:
    """An operation is in the group of x-group, else of its first tag, else in `api`."""
    (group,) = lowered(extra).groups
    assert (group.name, group.class_name) == (name, class_name)


def test_order_of_arguments() -> None:
    """Path parameters go first, in the path's order; then what is required, body before query."""
    operation = {
        "parameters": [
            {"name": "q", "in": "query", "schema": TEXT},
            {"name": "must", "in": "query", "required": True, "schema": TEXT},
            {"name": "b", "in": "path", "required": True, "schema": TEXT},
            {"name": "a", "in": "path", "required": True, "schema": TEXT},
        ],
        "requestBody": body({"required": ["y"], "properties": {"x": TEXT, "y": TEXT}}),
    }
    found = one_operation(operation, path="/{a}/{b}", method="post").arguments
    assert [a.name for a in found] == ["a", "b", "y", "must", "x", "q"]
    assert [a.name for a in found if a.positional] == ["a", "b"]


def test_positional_arguments_may_be_named() -> None:
    """x-positional says which arguments may go without a name."""
    operation = {
        "x-positional": ["must"],
        "parameters": [RUN_ID, {"name": "must", "in": "query", "required": True, "schema": TEXT}],
    }
    found = one_operation(operation, path="/{run_id}").arguments
    assert [(a.name, a.positional) for a in found] == [("must", True), ("run_id", False)]


def test_parameters_of_the_path_are_shared() -> None:
    """A path's parameters hold for its operations, which may override them."""
    own = {"name": "q", "in": "query", "schema": {"type": "integer"}}
    shared = [{"name": "q", "in": "query", "schema": TEXT}, RUN_ID]
    found = one_operation({"parameters": [own]}, path="/{run_id}", item={"parameters": shared})
    assert [(a.name, a.kind) for a in found.arguments] == [("run_id", "string"), ("q", "integer")]


@pytest.mark.parametrize(
    ("schema", "required", "default"),
    [
        ({**TEXT, "default": "x"}, True, "'x'"),
        ({"type": "boolean", "default": False}, True, "False"),
        ({**TEXT, "default": "x"}, False, "None"),
        (TEXT, True, None),
    ],
)
def test_defaults(schema: dict[str, Any], required: bool, default: str | None) -> None:
    """A default is sent when the argument is required; else it only tells what the service does."""
    assert argument(schema, required=required).default == default


def test_null_as_a_default_is_sent() -> None:
    """A required, nullable member of the body may have null as its default."""
    member = {"type": ["string", "null"], "default": None}
    request = body({"required": ["it"], "properties": {"it": member}})
    (found,) = one_operation({"requestBody": request}, method="post").arguments
    assert (found.annotation, found.default, found.nullable) == ("str | None", "None", True)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 1000000}, "At least 1 and at most 1000000."),
        ({"type": "integer", "minimum": 0}, "At least 0."),
        ({"enum": ["a", "b"]}, "One of `a`, `b`."),
        ({"type": "array", "items": {"enum": ["a"]}}, "Each is one of `a`."),
        ({"type": "boolean", "default": True}, "By default `true`."),
        ({**TEXT, "description": "From x. Left out, y.", "default": "z"}, "From x. Left out, y."),
        ({"enum": ["a"], "description": "Only `a`."}, "Only `a`."),
        (TEXT, "Query parameter `it`."),
    ],
)
def test_descriptions_tell_limits(schema: dict[str, Any], text: str) -> None:
    """A description is completed by limits, values and the default that it doesn't tell itself."""
    assert argument(schema).description == text


def test_limits_are_kept() -> None:
    """Limits of numbers are known to the request builder."""
    found = argument({"type": "integer", "minimum": 1, "maximum": 9})
    assert (found.minimum, found.maximum) == (1, 9)


def test_whole_body() -> None:
    """x-parameter makes the body one argument; a body without named members is one, too."""
    reference = {"$ref": "#/components/schemas/Run"}
    schemas = {"Run": {"type": "object", "properties": {"a": TEXT}}}
    named = {"requestBody": body(reference, **{"x-parameter": "run"})}
    (found,) = one_operation(named, method="put", schemas=schemas).arguments
    assert (found.name, found.place, found.annotation) == (
        "run",
        "whole",
        "Run | Mapping[str, Any]",
    )
    (found,) = one_operation({"requestBody": body({"type": "object"})}, method="put").arguments
    assert (found.name, found.place, found.annotation) == ("body", "whole", "Mapping[str, Any]")


@pytest.mark.parametrize(
    ("schema", "annotation", "shape", "nullable"),
    [
        ({"type": "object"}, "Mapping[str, Any]", "object", False),
        ({"type": ["object", "null"]}, "Mapping[str, Any] | None", "object", True),
        ({"type": "array", "items": TEXT}, "Sequence[str]", "array", False),
        ({}, "Any", "any", True),
        (TEXT, "str", "any", False),
        ({"enum": ["a", "b"]}, "Literal['a', 'b']", "any", False),
        ({"type": ["object", "integer"]}, "Mapping[str, Any] | int", "any", False),
        ({"type": ["array", "object"]}, "Sequence[Any] | Mapping[str, Any]", "any", False),
    ],
)
def test_whole_body_may_be_any_json(
    schema: dict[str, Any], annotation: str, shape: str, nullable: bool
) -> None:
    """A body that is no object with members is one argument, whatever JSON it is."""
    (found,) = one_operation({"requestBody": body(schema)}, method="put").arguments
    assert (found.annotation, found.kind, found.nullable) == (annotation, shape, nullable)
    assert (found.place, found.default) == ("whole", None)


@pytest.mark.parametrize(("schema", "default"), [({}, "UNSET"), ({"type": "object"}, "None")])
def test_whole_body_that_may_be_left_out(schema: dict[str, Any], default: str) -> None:
    """A body that is not required is UNSET by default where None would be sent as null."""
    request = {**body(schema), "required": False}
    (found,) = one_operation({"requestBody": request}, method="put").arguments
    assert found.default == default


def streamed(schema: object = None) -> dict[str, Any]:
    media = {} if schema is None else {"schema": schema}
    return {"200": {"description": "It.", "content": {"text/event-stream": media}}}


EVENT = {"type": "object", "properties": {"id": TEXT, "event": TEXT, "data": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        (None, "Any"),
        (TEXT, "str"),
        (EVENT, "int"),
        ({"type": "object", "properties": {"data": TEXT}}, "CallResult"),
        ({"type": "object", "properties": {"data": TEXT, "at": TEXT}}, "CallResult"),
    ],
)
def test_stream_is_typed_by_the_data_of_its_events(schema: object, data: str) -> None:
    """The schema of a stream is that of an event when it has an event's fields, else the data's."""
    found = one_operation({"responses": streamed(schema)})
    assert (found.is_stream, found.result) == (True, data)


def test_stream_that_may_be_none() -> None:
    """A stream that may be 204 is a stream all the same."""
    responses = {**streamed(TEXT), "204": {"description": "None."}}
    found = one_operation({"responses": responses})
    assert (found.is_stream, found.may_be_empty, found.result) == (True, False, "str")


def test_json_goes_before_a_stream() -> None:
    """An answer that may be JSON or a stream is JSON."""
    content = {"text/event-stream": {}, "application/json": {"schema": TEXT}}
    found = one_operation({"responses": {"200": {"description": "It.", "content": content}}})
    assert (found.is_stream, found.result) == (False, "str")


@pytest.mark.parametrize("statuses", [("200", "204"), ("204", "200")])
def test_result_may_be_none(statuses: tuple[str, str]) -> None:
    """An answer without content beside one with some makes the result optional, and says when."""
    both = {"200": answer(TEXT)["200"], "204": {"description": "Not yet."}}
    found = one_operation({"responses": {status: both[status] for status in statuses}})
    assert (found.result, found.may_be_empty) == ("str | None", True)
    assert found.result_text == "It. None: Not yet."


def test_number_in_the_path() -> None:
    """A path parameter may be a whole number, with its limits."""
    parameter = {"name": "page", "in": "path", "required": True}
    parameter["schema"] = {"type": "integer", "minimum": 1}
    (found,) = one_operation({"parameters": [parameter]}, path="/{page}").arguments
    assert (found.annotation, found.kind, found.minimum) == ("int", "integer", 1)


def test_body_that_may_be_left_out() -> None:
    """Of a body that is not required, nothing is."""
    request = {**body({"required": ["a"], "properties": {"a": TEXT}}), "required": False}
    (found,) = one_operation({"requestBody": request}, method="post").arguments
    assert (found.required, found.default) == (False, "None")


def test_result_is_the_same_in_30_and_31() -> None:
    """The same API as OpenAPI 3.0 and as 3.1 gives the same code."""

    def schemas(nullable: dict[str, Any], word: dict[str, Any]) -> dict[str, Any]:
        properties = {"a": nullable, "word": word, "self": {"$ref": "#/components/schemas/Run"}}
        return {"Run": {"type": "object", "required": ["a"], "properties": properties}}

    operation = {"responses": answer({"$ref": "#/components/schemas/Run"})}
    old = schemas({**TEXT, "nullable": True}, {**TEXT, "enum": ["x"]})
    new = schemas({"type": ["string", "null"]}, {**TEXT, "const": "x"})
    new["Run"]["properties"]["word"] = {**TEXT, "enum": ["x"]}
    found = [
        attrs.evolve(lowered(operation, schemas=each, version=version), sha256="")
        for each, version in ((old, "3.0.3"), (new, "3.1.0"))
    ]
    assert found[0] == found[1]


def test_statuses_become_errors() -> None:
    """Documented statuses become the errors that they raise; those of one class go together."""
    responses = {
        **answer(),
        "500": {"description": "Broken."},
        "404": {"description": "No such run."},
        "503": {"description": "Busy"},
        "default": {"description": ""},
        "418": {"description": "A teapot."},
        "304": {"description": "As before."},
    }
    assert [(e.name, e.description) for e in one_operation({"responses": responses}).errors] == [
        ("NotFound", "No such run (404)."),
        ("ServerError", "Broken (500). Busy (503)."),
        ("ApiError", "A teapot (418). The service answered so."),
    ]


def test_cursor_pages() -> None:
    """x-paging with a cursor names the items, the cursor and the parameter that takes it."""
    page = {
        "type": "object",
        "required": ["runs"],
        "properties": {
            "runs": {"type": "array", "items": TEXT},
            "nextPage": {"type": ["string", "null"]},
        },
    }
    operation = {
        "operationId": "list_runs",
        "x-paging": {"style": "cursor", "items": "runs", "next": "nextPage", "parameter": "from"},
        "parameters": [{"name": "from", "in": "query", "schema": TEXT}],
        "responses": answer(page),
    }
    assert one_operation(operation).paging == Paging(
        name="iter_runs",
        style="cursor",
        item="str",
        items="runs",
        items_optional=False,
        next="next_page",
        turner="from_",
        limit="",
        page_size=0,
    )


@pytest.mark.parametrize(
    ("node", "notice"),
    [
        ({"servers": [{"url": "/"}]}, "api.yaml#/servers: the base URL is a setting of the client"),
        ({"security": []}, "api.yaml#/security: how to authorise is the client's knowledge"),
        ({"webhooks": {}}, "api.yaml#/webhooks: calls that the service makes"),
        ({"jsonSchemaDialect": "x"}, "api.yaml#/jsonSchemaDialect: schemas are read as OpenAPI"),
    ],
)
def test_harmless_parts_are_noticed(node: dict[str, Any], notice: str) -> None:
    """What a client can do without is left out with a notice that says why."""
    found = document(**node)
    lower(found)
    assert [str(n) for n in found.notices if str(n).startswith(notice)]


@pytest.mark.parametrize(
    ("operation", "place"),
    [
        ({"callbacks": {}}, "callbacks"),
        ({"responses": answer(headers={})}, "responses/200/headers"),
        ({"responses": answer(links={})}, "responses/200/links"),
        ({"parameters": [{"name": "Accept", "in": "header", "schema": TEXT}]}, "parameters/0"),
        ({"responses": {**answer(), "302": {"description": "There."}}}, "responses/302"),
    ],
)
def test_harmless_parts_of_operations_are_noticed(operation: dict[str, Any], place: str) -> None:
    """Parts of an operation that no result depends on are left out with a notice."""
    found = document(operation)
    lower(found)
    assert f"api.yaml#/paths/~1runs/get/{place}" in {notice.place for notice in found.notices}


def test_json_is_chosen_among_media_types() -> None:
    """Beside JSON other media types may be offered; a notice says that they are not used."""
    content = {"text/csv": {}, "application/problem+json; v=1": {"schema": TEXT}}
    found = document({"responses": {"200": {"description": "It.", "content": content}}})
    ((operation,),) = [group.operations for group in lower(found).groups]
    assert operation.result == "str"
    assert any("text~1csv: application/problem+json" in str(notice) for notice in found.notices)


def test_json_without_a_schema_is_any() -> None:
    """An answer of JSON that is not described further is any JSON."""
    content: dict[str, Any] = {"application/json": {}}
    responses = {"200": {"description": "It.", "content": content}}
    assert one_operation({"responses": responses}).result == "Any"


def test_extensions_of_others_are_left_alone() -> None:
    """Extensions that the generator doesn't know change nothing."""
    assert one_operation({"x-other": 1}, item={"x-more": 2}, **{"x-top": 3}).name == "call"
