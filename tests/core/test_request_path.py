"""Path parameters stay one segment of the path, whatever they hold."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.core.model import UNSET
from actionruns.core.operation import Operation, Parameter
from actionruns.core.request import build_request
from actionruns.errors import InvalidRequest

GET_RUN = Operation(
    name="get_run",
    method="GET",
    path="/v1/runs/{run_id}",
    result=dict,
    parameters=(Parameter(name="run_id", wire="run_id", place="path", required=True),),
)
GET_STEP = Operation(
    name="get_step",
    method="GET",
    path="/v1/runs/{run_id}/steps/{step}/log",
    result=dict,
    parameters=(
        Parameter(name="run", wire="run_id", place="path", required=True),
        Parameter(name="step", wire="step", place="path", required=True),
    ),
)


@pytest.mark.parametrize(
    ("run_id", "segment"),
    [
        ("r_QOz6WoOB1Q2lmhZZ", "r_QOz6WoOB1Q2lmhZZ"),
        ("a-b.c~d_e", "a-b.c~d_e"),
        ("../x", "..%2Fx"),
        ("a/b", "a%2Fb"),
        ("/", "%2F"),
        ("?", "%3F"),
        ("a?b=c#d", "a%3Fb%3Dc%23d"),
        ("%2e", "%252e"),
        ("%2e%2E", "%252e%252E"),
        ("a%2Fb", "a%252Fb"),
        ("...", "..."),
        (".x", ".x"),
        ("a b+c", "a%20b%2Bc"),
        ("{run_id}", "%7Brun_id%7D"),
        ("büro/日本", "b%C3%BCro%2F%E6%97%A5%E6%9C%AC"),
        ("😀", "%F0%9F%98%80"),
        ("a\r\nb\0", "a%0D%0Ab%00"),
        (".\n", ".%0A"),
    ],
)
def test_path_parameters_are_percent_encoded(run_id: str, segment: str) -> None:
    """All but unreserved characters are percent-encoded, the percent sign and the slash too."""
    assert build_request(GET_RUN, {"run_id": run_id}).target == f"/v1/runs/{segment}"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_stays_one_segment(run_id: str) -> None:
    """Whatever the text, it is one segment that decodes to the same text."""
    if run_id in (".", ".."):
        return
    target = build_request(GET_RUN, {"run_id": run_id}).target
    segment = target.removeprefix("/v1/runs/")
    assert unquote(segment) == run_id
    assert not set(segment) & set("/?#")
    assert segment.isascii()


def test_an_empty_path_parameter_is_refused() -> None:
    """An empty id is refused: the path would be that of another operation."""
    with pytest.raises(InvalidRequest, match=r"get_run: run_id is empty"):
        build_request(GET_RUN, {"run_id": ""})


@pytest.mark.parametrize("run_id", [".", ".."])
def test_a_dot_segment_is_refused(run_id: str) -> None:
    """A dot segment is refused: whoever handles the path may resolve it, encoded or not."""
    with pytest.raises(InvalidRequest, match="must not be the path segment"):
        build_request(GET_RUN, {"run_id": run_id})


def test_a_lone_surrogate_is_refused() -> None:
    """A text that is no valid Unicode can't be encoded and is refused."""
    with pytest.raises(InvalidRequest, match="lone surrogate"):
        build_request(GET_RUN, {"run_id": "a\ud800"})


@pytest.mark.parametrize("run_id", [7, b"r_1", 1.5, True, ["r_1"], {"id": "r_1"}, object()])
def test_only_a_text_is_a_path_parameter(run_id: object) -> None:
    """An id of another type is refused, never turned into a text."""
    with pytest.raises(InvalidRequest, match=r"get_run: run_id must be a text"):
        build_request(GET_RUN, {"run_id": run_id})


@pytest.mark.parametrize("arguments", [{}, {"run_id": None}, {"run_id": UNSET}])
def test_a_missing_path_parameter_is_refused(arguments: dict[str, object]) -> None:
    """A path parameter that isn't given is named as missing."""
    with pytest.raises(InvalidRequest, match="run_id must be a text, but is missing"):
        build_request(GET_RUN, arguments)


def test_several_path_parameters_keep_their_places() -> None:
    """Each parameter fills its own place, also when its value looks like another's place."""
    request = build_request(GET_STEP, {"run": "{step}", "step": "{run_id}"})
    assert request.target == "/v1/runs/%7Bstep%7D/steps/%7Brun_id%7D/log"


def test_the_second_path_parameter_is_checked_too() -> None:
    """An empty parameter is found wherever it stands, and named as in Python."""
    with pytest.raises(InvalidRequest, match="get_step: step is empty"):
        build_request(GET_STEP, {"run": "r_1", "step": ""})


GET_PAGE = Operation(
    name="get_page",
    method="GET",
    path="/v1/pages/{number}",
    result=dict,
    parameters=(
        Parameter(
            name="number", wire="number", place="path", kind="integer", required=True, minimum=1
        ),
    ),
)


def test_a_path_parameter_may_be_a_number() -> None:
    """A whole number in the path is written in digits."""
    assert build_request(GET_PAGE, {"number": 12}).target == "/v1/pages/12"


@pytest.mark.parametrize("number", ["12", 1.0, True, 0, None, UNSET])
def test_a_number_in_the_path_is_checked(number: object) -> None:
    """What is no whole number, or out of bounds, or missing, is refused."""
    with pytest.raises(InvalidRequest, match="get_page: number must be"):
        build_request(GET_PAGE, {"number": number})
