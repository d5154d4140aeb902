"""JSON to models and back: what is taken, kept and written."""

from __future__ import annotations

import json
from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import cattrs
import pytest

from actionruns.core._structuring import Mismatch, register_hooks
from actionruns.core.codec import decode, encode, structure, unstructure
from actionruns.core.model import UNSET
from actionruns.errors import InvalidRequest
from tests.core.runs import Approval, Login, Measure, Nothing, Page, Run, Step, Subject, When

pytestmark = pytest.mark.usefixtures("either_way")

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def run_of(**members: Any) -> Run:
    return decode(json.dumps({"id": "r_1", "status": "NEW", **members}).encode(), Run)


def test_members_go_by_their_names_in_json() -> None:
    """A member's name in JSON may differ from its attribute's."""
    assert run_of(statusLabel="waits").status_label == "waits"


def test_an_attribute_name_is_no_name_in_json() -> None:
    """A member named as the attribute, not as in JSON, is an unknown one."""
    run = run_of(status_label="waits")
    assert (run.status_label, dict(run.unknown_fields)) == (UNSET, {"status_label": "waits"})


def test_an_absent_member_is_unset() -> None:
    """An absent member is UNSET."""
    assert run_of().link is UNSET


def test_null_is_none() -> None:
    """A member that is null is None, which is not the same as absent."""
    assert run_of(link=None).link is None


def test_an_absent_member_stays_absent() -> None:
    """Unstructuring leaves absent members out and keeps null ones."""
    assert unstructure(run_of(link=None)) == {"id": "r_1", "status": "NEW", "link": None}


def test_unknown_members_are_kept() -> None:
    """Members that the model doesn't know are kept, with their whole content."""
    assert run_of(new={"deep": [1, None]}).unknown_fields == {"new": {"deep": [1, None]}}


def test_unknown_members_are_written_back() -> None:
    """Unknown members survive the way through the model, nested ones too."""
    body = {"id": "r_1", "status": "NEW", "action": {"identifier": "x", "icon": "I"}, "new": 1}
    assert unstructure(structure(body, Run)) == body


def test_a_model_without_members_keeps_everything() -> None:
    """A model that knows no member keeps all of them as unknown ones."""
    assert unstructure(structure({"a": 1}, Nothing)) == {"a": 1}


def test_an_unknown_word_is_taken() -> None:
    """A status word that the SDK has never heard of is taken as it is."""
    assert run_of(status="BRAND_NEW").status == "BRAND_NEW"


@pytest.mark.parametrize("text", ["2024-05-01T12:00:00Z", "2024-05-01T14:00:00+02:00"])
def test_times_are_aware(text: str) -> None:
    """A time with a zone is that moment."""
    assert run_of(endedAt=text).ended_at == NOON


def test_a_time_without_a_zone_is_utc() -> None:
    """A time without a zone is taken as UTC."""
    assert run_of(endedAt="2024-05-01T12:00:00").ended_at == NOON


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOON, "2024-05-01T12:00:00.000Z"),
        (NOON.replace(microsecond=916_000), "2024-05-01T12:00:00.916Z"),
        (NOON.replace(microsecond=916_004), "2024-05-01T12:00:00.916004Z"),
        (NOON.astimezone(timezone(timedelta(hours=-7))), "2024-05-01T12:00:00.000Z"),
        (NOON.replace(tzinfo=None), "2024-05-01T12:00:00.000Z"),
    ],
)
def test_times_are_written_in_utc(moment: datetime, text: str) -> None:
    """A time is written in UTC, with milliseconds, with microseconds where it has some."""
    assert unstructure(Run(id="r_1", status="NEW", ended_at=moment))["endedAt"] == text


@pytest.mark.parametrize("value", [True, False])
def test_a_union_takes_a_boolean(value: bool) -> None:
    """A union of a boolean and a model takes a boolean as one."""
    assert run_of(requiredApproval=value).required_approval is value


def test_a_union_takes_a_model() -> None:
    """A union of a boolean and a model takes an object as the model."""
    assert run_of(requiredApproval={"type": "ANY"}).required_approval == Approval(type="ANY")


@pytest.mark.parametrize("value", ["https://x.test", ["https://x.test", "https://y.test"], []])
def test_a_union_takes_a_text_or_texts(value: str | list[str]) -> None:
    """A union of a text and an array of texts takes both."""
    assert run_of(link=value).link == value


@pytest.mark.parametrize("value", ["x", {"a": [1]}, [1, None, "x"], None])
def test_a_union_of_json_types_takes_each(value: object) -> None:
    """A union of text, object and array gives each back as it came."""
    assert run_of(response=value).response == value


def test_a_union_of_models_takes_the_first_that_fits() -> None:
    """In a union of two models, the second is tried when the first doesn't fit."""
    either: Any = Approval | Subject
    assert structure({"identifier": "x"}, either) == Subject(identifier="x")


@pytest.mark.parametrize(
    ("value", "meant"),
    [("2024-05-01T12:00:00Z", NOON), ("2024-05-01T12:00:00", NOON), ("soon", "soon")],
)
def test_a_union_of_a_time_and_a_text_takes_both(value: str, meant: object) -> None:
    """A union of a time and a text is a time where the text is one."""
    assert structure({"at": value}, When).at == meant


@pytest.mark.parametrize("either", [str | datetime, datetime | str])
def test_the_order_of_a_union_does_not_matter(either: Any) -> None:
    """Equal unions share one hook, so a time goes before a text in both; the words are alike."""
    fresh = cattrs.Converter(detailed_validation=False)
    register_hooks(fresh)
    hook = fresh.get_structure_hook(either)
    assert hook("2024-05-01T12:00:00Z", either) == NOON
    with pytest.raises(Mismatch, match=r"^a string or a time"):
        hook(1, either)


def test_a_model_may_hold_itself() -> None:
    """A model that refers to itself is read in depth: directly, in arrays and in maps."""
    body = {
        "name": "a",
        "after": {"name": "b", "after": None},
        "inner": [{"name": "c", "inner": []}],
        "byName": {"d": {"name": "d"}},
    }
    step = structure(body, Step)
    assert isinstance(step.after, Step)
    assert isinstance(step.by_name, dict)
    assert isinstance(step.by_name["d"], Step)
    assert unstructure(step) == body


def test_an_array_of_models() -> None:
    """The result of an operation may be an array at the top."""
    assert decode(b'[{"identifier": "x"}]', list[Subject]) == [Subject(identifier="x")]


def test_an_array_inside_a_page() -> None:
    """An array of models inside a model is read item by item."""
    page = decode(b'{"runs": [{"id": "r_1", "status": "NEW"}], "next": "abc"}', Page)
    assert (page.runs, page.next) == ([Run(id="r_1", status="NEW")], "abc")


def test_a_map_of_whatever_is_taken_as_it_is() -> None:
    """An object of unknown content is given as a dict."""
    assert decode(b'{"a": {"b": [1]}}', dict[str, Any]) == {"a": {"b": [1]}}


@pytest.mark.parametrize("type_", [list, dict])
def test_a_bare_container_holds_whatever(type_: type) -> None:
    """A container without a type of its items takes any."""
    value: object = [1, "x"] if type_ is list else {"a": 1}
    assert structure(value, type_) == value


def test_the_result_may_be_a_member() -> None:
    """An envelope is opened: the result is one member of the body."""
    body = b'{"ok": true, "run": {"id": "r_1", "status": "NEW"}}'
    assert decode(body, Run, member="run") == Run(id="r_1", status="NEW")


MEASURE = {"count": 1, "share": 0.5, "exact": True, "at": "2024-05-01T12:00:00.000Z"}


def test_scalars_are_taken_as_they_are() -> None:
    """Each scalar keeps its value, and a member of any type its content."""
    body = {**MEASURE, "anything": {"x": None}, "nothing": None}
    assert unstructure(structure(body, Measure)) == body


def test_a_whole_float_is_an_int() -> None:
    """JSON has one number type: 3.0 is a whole number."""
    count = structure({**MEASURE, "anything": 1, "count": 3.0}, Measure).count
    assert (count, type(count)) == (3, int)


def test_an_int_is_a_float() -> None:
    """JSON has one number type: 1 is a number."""
    share = structure({**MEASURE, "anything": 1, "share": 1}, Measure).share
    assert (share, type(share)) == (1.0, float)


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1])
def test_whole_numbers_of_64_bits_are_exact(number: int) -> None:
    """A whole number of up to 64 bits is read and written exactly."""
    body = json.dumps({"id": "r_1", "status": "NEW", "properties": {"n": number}}).encode()
    assert json.loads(encode(decode(body, Run))) == json.loads(body)


def test_writing_takes_mappings_of_any_class() -> None:
    """A body may be any mapping, not a dict alone."""
    body = MappingProxyType({"a": OrderedDict(b=MappingProxyType({"c": 1}))})
    assert json.loads(encode(body)) == {"a": {"b": {"c": 1}}}


def test_writing_takes_models_and_times_inside() -> None:
    """Models and times may stand anywhere in a body."""
    body = {"run": [Subject(identifier="x")], "at": NOON}
    assert json.loads(encode(body)) == {
        "run": [{"identifier": "x"}],
        "at": "2024-05-01T12:00:00.000Z",
    }


def test_writing_a_model_with_times_in_its_properties() -> None:
    """Times and models inside a free-form member of a model are written, too."""
    run = Run(id="r_1", status="NEW", properties={"at": [NOON], "who": Subject(identifier="x")})
    assert json.loads(encode(run))["properties"] == {
        "at": ["2024-05-01T12:00:00.000Z"],
        "who": {"identifier": "x"},
    }


def test_a_secret_is_written() -> None:
    """A secret member is hidden from repr alone, not from the body."""
    assert json.loads(encode(Login(user="ann", password="hush")))["password"] == "hush"


@pytest.mark.parametrize(
    "value",
    [
        {"a": {1, 2}},
        {"a": object},
        {"a": b"bytes"},
        {"a": date(2024, 5, 1)},
        {"a": 2**64},
        {"a": "\ud800"},
        {1: "a"},
        {"a": UNSET},
        {"a": [{"b": UNSET}]},
        {"a": float("nan")},
        {"a": [float("inf")]},
        {"a": Run(id="r_1", status="NEW", properties={"b": UNSET})},
    ],
    ids=repr,
)
def test_what_has_no_form_in_json_is_refused(value: object) -> None:
    """A value that JSON can't hold is refused before anything is sent, never altered silently."""
    with pytest.raises(InvalidRequest, match="cannot be written as JSON"):
        encode(value)


def test_a_body_that_holds_itself_is_refused() -> None:
    """A body without end is refused as every other that can't be written."""
    body: dict[str, Any] = {}
    body["self"] = body
    with pytest.raises(InvalidRequest, match="cannot be written as JSON"):
        encode(body)


def test_a_model_that_holds_itself_is_refused() -> None:
    """A model without end is refused as every other body that can't be written."""
    step = Step(name="a")
    step.after = step
    with pytest.raises(InvalidRequest, match="cannot be written as JSON"):
        encode(step)
