"""What the codec says when an answer is not what was promised."""

from __future__ import annotations

import json
import traceback
from typing import Any, Literal

import pytest

from actionruns.core.codec import decode, structure
from actionruns.core.model import Model, field, model
from actionruns.errors import DecodeFailed
from tests.core.runs import Measure, Page, Run, Step, Subject

pytestmark = pytest.mark.usefixtures("either_way")

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"


@model
class Issued(Model):
    """A token as a service issues it."""

    token: str = field(json="accessToken")


def failure(body: bytes | object, type_: Any, **how: Any) -> DecodeFailed:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(DecodeFailed) as caught:
        decode(content, type_, **how)
    return caught.value


RUN = {"id": "r_1", "status": "NEW"}
MEASURE: dict[str, object] = {
    "count": 1,
    "share": 0.5,
    "exact": True,
    "at": "2024-05-01T12:00:00Z",
    "anything": 1,
}


@pytest.mark.parametrize(
    ("body", "type_", "path"),
    [
        ({**RUN, "id": 7}, Run, "id"),
        ({**RUN, "requiredApproval": {"type": "SOME"}}, Run, "requiredApproval.type"),
        ({**RUN, "requiredApproval": {"type": []}}, Run, "requiredApproval.type"),
        ({**RUN, "requiredApproval": {}}, Run, "requiredApproval.type"),
        ({**RUN, "requiredApproval": "yes"}, Run, "requiredApproval"),
        ({**RUN, "link": ["a", 1]}, Run, "link[1]"),
        ({**RUN, "link": {}}, Run, "link"),
        ({**RUN, "endedAt": "yesterday"}, Run, "endedAt"),
        ({**RUN, "endedAt": 1714560000}, Run, "endedAt"),
        ({**RUN, "action": {"identifier": None}}, Run, "action.identifier"),
        ({"status": "NEW"}, Run, "id"),
        ({"runs": [RUN, {**RUN, "status": None}]}, Page, "runs[1].status"),
        ({"runs": RUN}, Page, "runs"),
        ({"name": "a", "byName": {"b": {"inner": []}}}, Step, "byName.b.name"),
        ({"name": "a", "byName": []}, Step, "byName"),
        ({"name": "a", "after": {"name": "b", "after": {}}}, Step, "after.after.name"),
        ({**MEASURE, "count": 1.5}, Measure, "count"),
        ({**MEASURE, "count": True}, Measure, "count"),
        ({**MEASURE, "count": "1"}, Measure, "count"),
        ({**MEASURE, "share": "1"}, Measure, "share"),
        ({**MEASURE, "share": True}, Measure, "share"),
        ({**MEASURE, "exact": 1}, Measure, "exact"),
        ({**MEASURE, "at": "noon"}, Measure, "at"),
        ({**MEASURE, "at": None}, Measure, "at"),
        ({**MEASURE, "nothing": 0}, Measure, "nothing"),
        ({k: v for k, v in MEASURE.items() if k != "anything"}, Measure, "anything"),
        ([], Run, ""),
        ("text", Run, ""),
        ({}, list[Run], ""),
        ([1], dict[str, Any], ""),
        ([RUN, 1], list[Run], "[1]"),
    ],
)
def test_the_path_leads_to_the_surprise(body: object, type_: Any, path: str) -> None:
    """The error's path is that of the first member that does not fit."""
    assert failure(body, type_).path == path


@pytest.mark.parametrize(
    ("body", "type_", "message"),
    [
        ({**RUN, "id": 7}, Run, "id in the answer should be a string but is a whole number 7"),
        ({"id": "r_1"}, Run, "status in the answer should be a string but is missing"),
        ({**RUN, "status": None}, Run, "status in the answer should be a string but is None"),
        (
            {**RUN, "requiredApproval": {"type": "SOME"}},
            Run,
            "requiredApproval.type in the answer should be 'ALL' or 'ANY' but is a string 'SOME'",
        ),
        (
            {**RUN, "link": 1},
            Run,
            "link in the answer should be a string or an array or null but is a whole number 1",
        ),
        ([], Run, "the answer should be an object but is an array []"),
        (
            {**RUN, "id": list(range(100))},
            Run,
            (
                "id in the answer should be a string but is an array "
                "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11..."
            ),
        ),
    ],
)
def test_the_message_says_what_was_expected_and_what_came(
    body: object, type_: Any, message: str
) -> None:
    """The message names the place, the type expected and the value found, cut when it is long."""
    assert str(failure(body, type_)) == message


def test_a_union_names_its_literals() -> None:
    """The message of a union lists the words that it takes."""
    with pytest.raises(DecodeFailed, match="should be 'A' or 'B' or null but is a boolean True"):
        structure(True, Literal["A", "B"] | None)  # type: ignore[arg-type]  # mypy knows classes


def test_the_message_of_a_union_does_not_depend_on_what_was_decoded_before() -> None:
    """Unions that differ by their order alone are equal, and say the same."""
    for union in (list[str] | str | None, None | str | list[str]):
        with pytest.raises(DecodeFailed, match="should be a string or an array or null but is"):
            structure(1, union)  # type: ignore[arg-type]  # mypy knows classes


def test_the_last_member_of_a_union_of_models_explains() -> None:
    """When no model of a union fits, the path of the last one tells why."""
    with pytest.raises(DecodeFailed) as caught:
        structure({"id": "r_1"}, Subject | Run)  # type: ignore[arg-type]  # mypy knows classes
    assert caught.value.path == "status"


def test_the_body_is_kept() -> None:
    """The error has the body as it was received."""
    assert failure({"id": 7}, Run).body == b'{"id": 7}'


def test_the_status_is_kept() -> None:
    """The error has the HTTP status of the answer."""
    assert failure({"id": 7}, Run, status=201).status == 201


def test_the_path_begins_with_the_envelope() -> None:
    """The path of a result inside an envelope begins with the envelope's member."""
    body = {"run": {**RUN, "requiredApproval": {"type": 1}}}
    assert failure(body, Run, member="run").path == "run.requiredApproval.type"


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({"ok": True}, "run", "run in the answer should be a value but is missing"),
        ([RUN], "", "the answer should be an object but is an array"),
        (None, "", "the answer should be an object but is None"),
    ],
)
def test_a_missing_envelope_is_named(body: object, path: str, message: str) -> None:
    """An answer without the promised envelope is an error of the envelope."""
    error = failure(body, Run, member="run")
    assert (error.path, str(error).startswith(message)) == (path, True)


@pytest.mark.parametrize(
    "body", [b"", b"<html></html>", b"{", b"\xff\xfe", b"[" * 100_000, b'{"id": NaN}']
)
def test_what_is_no_json_fails_to_decode(body: bytes) -> None:
    """A body that is no JSON is an error that shows how it starts and keeps all of it."""
    error = failure(body, Run)
    assert error.body == body
    assert "not JSON" in str(error)


def test_a_body_without_end_in_depth_fails_to_decode() -> None:
    """A body nested deeper than the interpreter can follow is a decode error, too."""
    depth = 480  # times two brackets: JSON parsers take 1,024
    body = b'{"name": "a", "inner": [' * depth + b"]}" * depth
    assert "nested" in str(failure(body, Step))


def test_a_value_nested_too_deep_fails_to_structure() -> None:
    """Structuring a value nested deeper than the interpreter can follow is a decode error."""
    value: dict[str, Any] = {"name": "a"}
    for _ in range(5_000):
        value = {"name": "a", "after": value}
    with pytest.raises(DecodeFailed, match="nested"):
        structure(value, Step)


@pytest.mark.parametrize(
    "body",
    [
        f"Bearer {TOKEN}".encode(),
        f'"{TOKEN}"'.encode(),
        json.dumps({"id": TOKEN, "status": TOKEN.split(".")}).encode(),
        json.dumps({"id": {"accessToken": "hush-hush-hush"}, "status": ""}).encode(),
    ],
)
def test_no_secret_is_in_the_message(body: bytes) -> None:
    """The message shows no credential that the answer held."""
    message = str(failure(body, Run))
    assert "hush" not in message
    assert TOKEN[:25] not in message


def test_no_value_is_in_the_traceback() -> None:
    """A printed traceback, causes included, shows nothing of a secret that came in a wrong form."""
    error = failure({"accessToken": ["hush-hush"]}, Issued)
    assert "hush-hush" not in "".join(traceback.format_exception(error))


def test_the_cause_is_kept() -> None:
    """The error of the JSON library is the cause, for those who debug."""
    assert isinstance(failure(b"{", Run).__cause__, ValueError)


@model
class Said(Model):
    """What was said; told from other output by its type."""

    type: Literal["text"]
    text: str


@model
class Drawn(Model):
    """What was drawn."""

    type: Literal["image", "drawing"]
    url: str


OUTPUT = Said | Drawn


def test_the_model_that_is_meant_explains() -> None:
    """Where one member tells the models of a union apart, the error is about the one meant."""
    error = failure({"type": "text"}, OUTPUT)
    assert (error.path, "should be a string but is missing" in str(error)) == ("text", True)


@pytest.mark.parametrize("kind", ["sound", None, ["text"], 1])
def test_an_unknown_mark_is_named(kind: object) -> None:
    """An object that is marked as none of the models is refused with what it could have been."""
    error = failure([{"type": kind, "url": "u"}], list[OUTPUT])
    assert error.path == "[0].type"
    assert "should be 'text' or 'image' or 'drawing'" in str(error)


def test_models_are_told_apart_by_their_mark() -> None:
    """Each value of the mark leads to its model."""
    decoded: Any = decode(
        b'[{"type": "drawing", "url": "u"}, {"type": "text", "text": "t"}]',
        list[OUTPUT],
    )
    assert decoded == [Drawn(type="drawing", url="u"), Said(type="text", text="t")]


@model
class Other(Model):
    """Output of a kind that is not known."""

    type: str


@pytest.mark.parametrize("union", [OUTPUT | Other, Other | OUTPUT, Said | Other])
def test_a_known_kind_that_is_malformed_is_no_unknown_one(union: Any) -> None:
    """The model for what is not known takes nothing that says of itself to be known."""
    error = failure([{"type": "text", "text": 5}], list[union])
    assert (error.path, "should be a string" in str(error)) == ("[0].text", True)


@pytest.mark.parametrize("union", [OUTPUT | Other, Other | OUTPUT, Said | Other])
def test_an_unknown_kind_passes_through(union: Any) -> None:
    """The model for what is not known takes every other kind, with all that is in it."""
    decoded: Any = decode(
        b'[{"type": "sound", "hz": 440}, {"type": "text", "text": "t"}]', list[union]
    )
    assert decoded[1] == Said(type="text", text="t")
    assert isinstance(decoded[0], Other)
    assert (decoded[0].type, dict(decoded[0].unknown_fields)) == ("sound", {"hz": 440})


@pytest.mark.parametrize("kind", [None, 1, ["text"]])
def test_a_kind_that_is_none_explains(kind: object) -> None:
    """A mark that is no mark at all is an error of the model for what is not known."""
    error = failure({"type": kind}, OUTPUT | Other)
    assert (error.path, "should be a string" in str(error)) == ("type", True)


def test_other_objects_are_tried_one_after_the_other() -> None:
    """Beside an object of any form, a marked model is only the first to be tried."""
    union: Any = Said | dict[str, Any]
    value = {"type": "text", "text": 5}
    assert decode(json.dumps(value).encode(), union) == value
