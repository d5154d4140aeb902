"""Query and header parameters: types, limits, arrays, encoding."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns.core.model import UNSET
from actionruns.core.operation import Kind, Operation, Parameter, Place
from actionruns.core.request import build_request, check_header
from actionruns.errors import InvalidRequest


def operation(
    kind: Kind = "string", *, wire: str = "filter", place: Place = "query", **more: Any
) -> Operation[Any]:
    parameter = Parameter(name="filter", wire=wire, place=place, kind=kind, **more)
    return Operation(
        name="list_runs", method="GET", path="/v1/runs", result=dict, parameters=(parameter,)
    )


def target(kind: Kind, value: object, **more: Any) -> str:
    return build_request(operation(kind, **more), {"filter": value}).target


@pytest.mark.parametrize("arguments", [{}, {"filter": None}, {"filter": UNSET}])
def test_an_absent_parameter_is_not_sent(arguments: dict[str, object]) -> None:
    """A parameter that isn't given, or is None, is left out."""
    assert build_request(operation(), arguments).target == "/v1/runs"


@pytest.mark.parametrize("arguments", [{}, {"filter": None}, {"filter": UNSET}])
def test_a_required_parameter_must_be_given(arguments: dict[str, object]) -> None:
    """A required parameter that isn't given is named."""
    with pytest.raises(InvalidRequest, match="list_runs: filter is required"):
        build_request(operation(required=True), arguments)


@pytest.mark.parametrize(
    ("kind", "value", "query"),
    [
        ("string", "", ""),
        ("string", "a b", "a%20b"),
        ("string", "a&b=c+d", "a%26b%3Dc%2Bd"),
        ("string", "é/日", "%C3%A9%2F%E6%97%A5"),
        ("integer", 0, "0"),
        ("integer", -3, "-3"),
        ("number", 1.5, "1.5"),
        ("number", 2, "2"),
        ("boolean", True, "true"),
        ("boolean", False, "false"),
        ("any", "x", "x"),
        ("any", True, "true"),
        ("any", 5, "5"),
        ("any", 0.5, "0.5"),
    ],
)
def test_a_value_is_written_by_its_kind(kind: Kind, value: object, query: str) -> None:
    """Each kind of value has one form in the query, percent-encoded."""
    assert target(kind, value) == f"/v1/runs?filter={query}"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string", 1),
        ("string", True),
        ("string", b"x"),
        ("string", ["x"]),
        ("integer", "1"),
        ("integer", 1.5),
        ("integer", True),
        ("number", "1"),
        ("number", False),
        ("boolean", "true"),
        ("boolean", 1),
        ("any", {"a": 1}),
        ("any", ["a"]),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: Kind, value: object) -> None:
    """A value of the wrong type is refused, never converted."""
    with pytest.raises(InvalidRequest, match="list_runs: filter must be"):
        target(kind, value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "must be at least 1 and at most 1000, but is 0"),
        (1001, "must be at least 1 and at most 1000, but is 1001"),
    ],
)
def test_a_number_outside_its_limits_is_refused(value: int, message: str) -> None:
    """A number outside the limits is refused, and both limits are told."""
    with pytest.raises(InvalidRequest, match=message):
        target("integer", value, minimum=1, maximum=1000)


@pytest.mark.parametrize("value", [1, 1000])
def test_a_number_at_its_limit_is_sent(value: int) -> None:
    """The limits themselves are allowed."""
    assert target("integer", value, minimum=1, maximum=1000) == f"/v1/runs?filter={value}"


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [("minimum", -1, "at least 0,"), ("maximum", 1, "be at most 0,")],
)
def test_a_single_limit_is_told_alone(limit: str, value: int, message: str) -> None:
    """Where there is one limit, the message names that one."""
    with pytest.raises(InvalidRequest, match=message):
        target("integer", value, **{limit: 0})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    """NaN and the infinities are floats to Python but no numbers to a service."""
    with pytest.raises(InvalidRequest, match="must be a number"):
        target("number", value, minimum=0)


@pytest.mark.parametrize("value", [["a", "b c"], ("a", "b c"), iter(["a", "b c"])])
def test_an_array_repeats_its_name(value: object) -> None:
    """Each item of an array is sent under the parameter's name."""
    assert target("array", value, wire="exclude[]") == (
        "/v1/runs?exclude%5B%5D=a&exclude%5B%5D=b%20c"
    )


def test_an_empty_array_is_not_sent() -> None:
    """An array without items leaves the query as it is."""
    assert target("array", []) == "/v1/runs"


@pytest.mark.parametrize("value", ["abc", b"abc", {"a": 1}, 5, [1], ["a", None]])
def test_what_is_no_list_of_texts_is_refused(value: object) -> None:
    """A single text is not taken for a list of letters; items are texts."""
    with pytest.raises(InvalidRequest, match=r"filter must (be a list of texts|hold texts only)"):
        target("array", value)


@pytest.mark.parametrize(("kind", "value"), [("string", "\ud800"), ("array", ["a", "\udfff"])])
def test_a_lone_surrogate_is_refused(kind: Kind, value: object) -> None:
    """A text that is no valid Unicode is refused as an argument, not as a failure to encode."""
    with pytest.raises(InvalidRequest, match=r"filter .* lone surrogate"):
        target(kind, value)


def test_parameters_keep_their_order() -> None:
    """Several parameters are sent in the order of the specification."""
    both = Operation(
        name="list_runs",
        method="GET",
        path="/v1/runs",
        result=dict,
        parameters=(
            Parameter(name="active", wire="active", place="query", kind="boolean"),
            Parameter(name="limit", wire="limit", place="query", kind="integer"),
        ),
    )
    assert build_request(both, {"limit": 5, "active": True}).target == (
        "/v1/runs?active=true&limit=5"
    )


@pytest.mark.parametrize(
    ("kind", "value", "sent"),
    [("string", "abc", "abc"), ("boolean", True, "true"), ("array", ["a", "b"], "a,b")],
)
def test_a_header_parameter_is_sent_as_a_header(kind: Kind, value: object, sent: str) -> None:
    """A header parameter goes into the headers alone; an array is joined by commas."""
    request = build_request(operation(kind, wire="X-Key", place="header"), {"filter": value})
    assert (request.target, request.headers) == ("/v1/runs", {"X-Key": sent})


@pytest.mark.parametrize(
    "value", ["a\r\nX-Admin: 1", "a\nb", "a\rb", "a\0", "a\x7f", "a\x1b", "日"]
)
def test_a_header_that_breaks_the_line_is_refused(value: str) -> None:
    """A header value with a line break, a control character or a foreign one is refused."""
    with pytest.raises(InvalidRequest, match="'X-Key' must be a text without line breaks"):
        build_request(operation(wire="X-Key", place="header"), {"filter": value})


@pytest.mark.parametrize("value", ["", "plain", "a\tb", "a b", "café"])
def test_a_harmless_header_is_given_back(value: str) -> None:
    """A value that keeps to its line is returned as it is."""
    assert check_header("X-Key", value) == value


@pytest.mark.parametrize("value", [None, 1, b"x"])
def test_a_header_is_a_text(value: object) -> None:
    """A header value that is no text is refused."""
    with pytest.raises(InvalidRequest, match="must be a text"):
        check_header("X-Key", value)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "é", "a\0"])
def test_a_header_name_is_a_token(name: str) -> None:
    """A header name with anything but the characters of a token is refused."""
    with pytest.raises(InvalidRequest, match="is no name of a header"):
        check_header(name, "x")


def test_a_refused_header_does_not_show_its_value() -> None:
    """The message names the header alone: its value may be a credential."""
    with pytest.raises(InvalidRequest) as caught:
        check_header("Authorization", "Bearer hush\n")
    assert "hush" not in str(caught.value)
