"""Decoding by twins: what the hooks would make of a body, or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import attrs
import cattrs
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionruns.acp.v01._generated import models as acp_v01
from actionruns.acp.v02._generated import models as acp_v02
from actionruns.core import _quick, codec
from actionruns.core._member_lines import is_model, members_of
from actionruns.core._quick import QuickDecoder, QuickDecoders
from actionruns.core._structuring import register_hooks
from actionruns.core.codec import decode, structure
from actionruns.core.model import JSON_NAME, Model, Unset, field, model
from actionruns.errors import DecodeFailed
from actionruns.forgeportal._generated import models as forgeportal
from actionruns.port._generated import models as port
from tests.core.runs import Login, Measure, Page, Run, Step, When
from tests.core.test_round_trip import V1_RUN, V2_RUN, json_values, texts

MODELS = [
    *(Run, Page, Step, Measure, When),
    *(
        found
        for module in (port, forgeportal, acp_v01, acp_v02)
        for found in vars(module).values()
        if is_model(found) and found is not Model
    ),
]
QUICK = QuickDecoders(codec.converter)

# What is a time, what may be one elsewhere, and what is none.
times = st.sampled_from(
    [
        *("2022-12-07T14:51:52.796Z", "2022-12-07T14:51:52+02:00", "2022-12-07 14:51:52Z"),
        *("2022-12-07T14:51:52", "2022-12-07", "20221207T145152Z", "14:51", "never"),
        *("2022-12-07T14:51:52.796123Z", "2022-12-07T23:59:60Z", "2022-12-07T14:51:52-00:00"),
    ]
)
numbers = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([1.0, 2.5, -0.0, 1e300, True])


def of_type(type_: Any) -> st.SearchStrategy[Any]:
    """Return JSON that most likely fits a type."""
    (first, *others) = [member for member in members_of(type_) if member is not Unset]
    if others:
        return st.one_of(of_type(first), *map(of_type, others))
    origin = get_origin(first)
    if is_model(first):
        return st.deferred(lambda: objects(first))
    if origin is list:
        return st.lists(of_type(get_args(first)[0]), max_size=2)
    if origin is dict:
        return st.dictionaries(texts, json_values, max_size=2)
    if origin is Literal:
        return st.sampled_from(get_args(first)) | texts
    plain = {str: texts, bool: st.booleans(), int: numbers, float: numbers, datetime: times}
    return plain.get(first, st.none() if first is NoneType else json_values)


def objects(cls: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Return JSON objects that are a model, or nearly."""
    types = get_type_hints(cls)
    known: dict[str, st.SearchStrategy[Any]] = {}
    absent: dict[str, st.SearchStrategy[Any]] = {}
    for attribute in attrs.fields(cls):
        if attribute.name != "_unknown":
            name = attribute.metadata.get(JSON_NAME, attribute.name)
            is_required = attribute.default is attrs.NOTHING
            value = of_type(types[attribute.name])
            (known if is_required else absent)[name] = value
    whole = st.fixed_dictionaries(known, optional=absent)
    odd = st.tuples(st.sampled_from([*known, *absent, "unknown"]), json_values)
    return whole | st.builds(lambda body, pair: body | {pair[0]: pair[1]}, whole, odd)


@pytest.mark.parametrize("cls", MODELS, ids=lambda cls: f"{cls.__module__}.{cls.__name__}")
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_a_twin_decodes_as_the_hooks_do_or_not_at_all(cls: Any, data: st.DataObject) -> None:
    """Whatever a body holds: nothing is lost or changed, and no error is missed."""
    quick = QUICK.make(cls, None)
    if quick is None:
        assert any(a.metadata.get("aliases") for a in attrs.fields(cls)), "why has it none?"
        return
    body = orjson.dumps(data.draw(objects(cls)))
    found = quick(body)
    try:
        expected = structure(orjson.loads(body), cls)
    except DecodeFailed:
        assert found is None
        return
    if found is not None:
        assert found == expected
        assert repr(found) == repr(expected)  # 1 and 1.0, say, are equal


@pytest.mark.parametrize(
    ("type_", "member", "body"),
    [
        (port.ActionRun, None, V1_RUN),
        (port.ActionRun, "run", {"ok": True, "run": V1_RUN}),
        (port.ActionRun, "data.run", {"data": {"more": 1, "run": V1_RUN}}),
        (list[port.ActionRun], "runs", {"runs": [V1_RUN, V1_RUN]}),
        (list[port.ActionRun], None, []),
        (Page, None, {"runs": [{"id": "r", "status": "x"}], "next": None}),
        (Step, None, {"name": "a", "inner": [{"name": "b"}], "byName": {"c": {"name": "d"}}}),
        (When, None, {"at": "noon"}),
    ],
)
def test_a_body_that_fits_is_decoded_quickly(type_: Any, member: str | None, body: Any) -> None:
    """With all that is around it, and whatever its hooks have to do in it."""
    quick = QUICK.make(type_, member)
    assert quick is not None
    found = quick(json.dumps(body).encode())
    for name in member.split(".") if member else ():
        body = body[name]
    assert found == structure(body, type_)


@pytest.mark.parametrize(
    "body",
    [
        V2_RUN,  # with a member from the future
        {**V1_RUN, "createdAt": "2022-12-07T12:53:52.916"},
        {**V1_RUN, "blueprint": {"identifier": "a", "more": 1}},
        {**V1_RUN, "status": 1},
        {"id": "r_1"},
        [V1_RUN],
        None,
    ],
)
def test_a_body_that_does_not_fit_is_left_to_the_hooks(body: Any) -> None:
    """Nobody guesses: an unknown member is to be kept, and an error to be told well."""
    quick = QUICK.make(port.ActionRun, None)
    assert quick is not None
    assert quick(json.dumps(body).encode()) is None


@pytest.mark.parametrize("body", [b"", b"{", b'{"id": "\xff"}', b"[" * 100_000, b'"\\ud800"'])
def test_what_is_no_json_is_left_to_the_hooks(body: bytes) -> None:
    """They have the error for it."""
    quick = QUICK.make(port.ActionRun, None)
    assert quick is not None
    assert quick(body) is None


def test_a_type_without_a_model_has_no_quick_decoder() -> None:
    """Nor has a model that reads members under several names."""
    assert QUICK.make(dict[str, Any], None) is None
    assert QUICK.make(list[str], None) is None
    assert QUICK.make(forgeportal.ActionRun, None) is None


def test_whole_numbers_of_any_length_stay_exact() -> None:
    """Past 64 bits the hooks see a float."""
    body = b'{"count": 123456789012345678901, "share": 1, "exact": true, "at": "%s", "anything": 1}'
    quick = QUICK.make(Measure, None)
    assert quick is not None
    assert quick(body % b"2022-12-07T14:51:52Z").count == 123456789012345678901


def test_after_some_misses_in_a_row_no_body_is_tried_any_more() -> None:
    """A newer service costs a few attempts, not one with every call."""
    read: list[bytes] = []

    def misfit(body: bytes) -> object:
        read.append(body)
        if body == b"fits":
            return body
        raise ValueError

    quick = QuickDecoder(misfit, lambda value: value, 0)
    for body in (*[b"misses"] * 7, b"fits", *[b"misses"] * 7):
        quick(body)
    assert quick(b"fits") == b"fits"
    assert [quick(b"misses") for _ in range(20)] == [None] * 20
    assert len(read) == 16 + 8
    assert quick(b"fits") is None


def test_a_newer_service_is_decoded_all_the_same() -> None:
    """The unknown members of each body are kept, before the twin is given up and after."""
    codec._quick_decoder.cache_clear()
    for number in range(20):
        run = decode(json.dumps({**V1_RUN, "new": number}).encode(), port.ActionRun)
        assert run.unknown_fields == {"new": number}
    codec._quick_decoder.cache_clear()


def test_hooks_of_others_decide() -> None:
    """A hook that a user has registered for a model, or for a kind of value, is asked."""

    @model
    class Meeting(Model):
        name: str
        at: datetime
        login: Login = field(json="who")

    converter = cattrs.Converter(detailed_validation=False)
    register_hooks(converter)
    for cls in (Meeting, Login):
        hook = codec.converter.get_structure_hook(cls)
        converter.register_structure_hook(cls, hook)
    converter.register_structure_hook(datetime, lambda *_: datetime(2000, 1, 1, tzinfo=UTC))
    body = b'{"name": "n", "at": "2022-12-07T14:51:52Z", "who": {"user": "u", "password": "p"}}'
    quick = QuickDecoders(converter).make(Meeting, None)
    assert quick is not None
    assert quick(body).at == datetime(2000, 1, 1, tzinfo=UTC)
    converter.register_structure_hook(
        Login, lambda value, _: Login(user="x", password=value["user"])
    )
    quick = QuickDecoders(converter).make(Meeting, None)
    assert quick is not None
    assert quick(body).login == Login(user="x", password="u")
    converter.register_structure_hook(Meeting, lambda *_: None)
    assert QuickDecoders(converter).make(Meeting, None) is None


def test_names_that_msgspec_does_not_take() -> None:
    """A member with a quote in its name, or of two fields, is read by the hooks."""

    @model
    class Quoted(Model):
        size: str = field(json='3.5" disk')

    @model
    class Twice(Model):
        name: str
        title: str = field(json="name")

    body = b'{"3.5\\" disk": "a", "name": "b"}'
    assert decode(body, Quoted).size == "a"
    assert decode(body, Twice).title == "b"
    assert decode(b'{"a\\"b": {"name": "c"}}', Twice, member='a"b').title == "c"


def test_defaults_that_are_filled() -> None:
    """A default with something in it, which msgspec does not take, stays one."""

    @model
    class Labelled(Model):
        labels: dict[str, Any] = field(default={"team": "blue"})

    assert decode(b"{}", Labelled).labels == {"team": "blue"}


def test_a_factory_is_no_value() -> None:
    """A default that attrs would make anew is refused with msgspec as it is without."""

    @model
    class Listed(Model):
        names: list[str] = attrs.field(factory=list)

    assert decode(b'{"names": ["a"]}', Listed).names == ["a"]
    with pytest.raises(DecodeFailed, match="names in the answer should be an array"):
        decode(b"{}", Listed)


def test_without_msgspec_there_is_no_quick_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setattr(_quick, "is_installed", False)
    assert QuickDecoders(codec.converter).make(port.ActionRun, None) is None
