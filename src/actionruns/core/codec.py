"""JSON to models and back: the one place where conversion rules live.

cattrs holds the rules and finds them by type; the rules are ours. For each model a structure hook
is compiled on first use, as attrs and cattrs do it themselves: straight-line Python that checks
each member's type with one comparison and keeps unknown members. Objects that come often with the
same members get one of their own. What fits exactly is read by msgspec in one go, where that is
installed (the extra ``speed``). ``benchmarks/decode.py`` shows what that buys over pydantic.

Rules:

- A type that does not fit is an error that names the path; nothing is coerced (a whole float is
  an int, an int is a float: JSON has one number type).
- Absent members become the field's default (`UNSET` in response models), ``null`` stays None.
- Times are aware; one without a zone is taken as UTC.
- ``str`` fields take any string: an enumeration may grow without breaking old clients.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from functools import cache
from math import isfinite
from typing import Any, TypeVar, cast

import attrs
import cattrs
import orjson

from actionruns.core._compiled import ModelCompiler
from actionruns.core._quick import QuickDecoder, QuickDecoders
from actionruns.core._shapes import hook_by_shape
from actionruns.core._structuring import Mismatch, register_hooks
from actionruns.core.model import JSON_NAME, UNSET, Model
from actionruns.core.redaction import redact_text
from actionruns.core.zone import aware
from actionruns.errors import DecodeFailed, InvalidRequest

__all__ = ["converter", "decode", "encode", "structure", "unstructure"]

T = TypeVar("T")

_TOO_DEEP = "the answer is nested too deeply to be read"

converter = cattrs.Converter(detailed_validation=False)
"""The converter of the SDK. Register hooks here to teach it types of your own."""


def decode(body: bytes, type_: type[T], *, member: str | None = None, status: int = 0) -> T:
    """Decode a JSON body into a typed value.

    Args:
        body: The body as received.
        type_: A model, ``list[Model]``, or anything else that the converter knows.
        member: The member of the top-level object that holds the value, with dots for a member of
            a member; None = the whole body.
        status: HTTP status, for the error.

    Raises:
        DecodeFailed: The body is not JSON, or not of that type.
    """
    quick = _quick_decoder(type_, member)  # type: ignore[arg-type]  # types are hashable
    if quick is not None and (found := quick(body)) is not None:
        return cast("T", found)
    prefix = ""
    try:
        value = orjson.loads(body)
        if member is not None:
            is_there = type(value) is dict and member in value
            value = value[member] if is_there else _member_of_member(value, member)
            prefix = member
        result: T = _structure_hook(type_)(value, type_)  # type: ignore[arg-type]  # types are hashable
        return result
    except orjson.JSONDecodeError as error:
        # Redacted before it is cut: half a token is not recognised.
        start = redact_text(body[:2000].decode("utf-8", "replace"))[:80]
        problem = f"the answer is not JSON ({error}); it starts with {start!r}"
        raise DecodeFailed(problem, body=body, status=status) from error
    except RecursionError as error:
        raise DecodeFailed(_TOO_DEEP, path=prefix, body=body, status=status) from error
    except Mismatch as error:
        raise error.as_decode_failed(prefix=prefix, body=body, status=status) from error


def structure(value: Any, type_: type[T]) -> T:
    """Turn decoded JSON (dicts, lists, scalars) into a typed value.

    Raises:
        DecodeFailed: The value is not of that type.
    """
    try:
        result: T = _structure_hook(type_)(value, type_)  # type: ignore[arg-type]  # types are hashable
        return result
    except RecursionError as error:
        raise DecodeFailed(_TOO_DEEP) from error
    except Mismatch as error:
        raise error.as_decode_failed() from error


def unstructure(value: Any) -> Any:
    """Turn a typed value into what JSON knows: dicts by JSON names, lists, scalars.

    `UNSET` fields are left out and unknown members put back.
    """
    return converter.unstructure(value)


def encode(value: Any) -> bytes:
    """Encode a value (models and datetimes inside allowed) as JSON.

    Raises:
        InvalidRequest: Something inside has no JSON form.
    """
    try:
        body = orjson.dumps(value, default=_to_json, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except orjson.JSONEncodeError as error:
        problem = f"the request body cannot be written as JSON: {error.__cause__ or error}"
        raise InvalidRequest(problem) from error
    # orjson writes NaN and the infinities as null, which means something else to the service.
    if b"null" in body and _holds_no_number(value):
        problem = "the request body cannot be written as JSON: NaN and infinity have no JSON form"
        raise InvalidRequest(problem)
    return body


def _member_of_member(value: Any, names: str) -> Any:
    """Return what stands under names with dots between them."""
    path: list[str | int] = []
    for name in names.split("."):
        if type(value) is not dict:
            raise Mismatch("an object", value, path)
        path.insert(0, name)
        value = value.get(name, UNSET)
        if value is UNSET:
            raise Mismatch("a value", value, path)
    return value


@cache
def _structure_hook(type_: Hashable) -> Callable[[Any, Any], Any]:
    return converter.get_structure_hook(type_)


@cache
def _quick_decoder(type_: Hashable, member: str | None) -> QuickDecoder | None:
    return _quick.make(type_, member)


def _holds_no_number(value: Any) -> bool:
    """Tell whether a NaN or an infinity is somewhere in a value."""
    if isinstance(value, float):
        return not isfinite(value)
    if isinstance(value, Model):
        value = converter.unstructure(value)
    if isinstance(value, Mapping):
        return any(map(_holds_no_number, value.values()))
    return isinstance(value, list | tuple) and any(map(_holds_no_number, value))


def _to_json(value: Any) -> Any:
    if isinstance(value, Model | datetime):
        return converter.unstructure(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _time_to_json(value: datetime) -> str:
    # Milliseconds and "Z", as the services write it; microseconds only where there are some.
    moment = aware(value).astimezone(UTC)
    grain = "microseconds" if moment.microsecond % 1000 else "milliseconds"
    return moment.isoformat(timespec=grain).removesuffix("+00:00") + "Z"


def _model_unstructure_hook(cls: type[Model]) -> Callable[[Model], dict[str, Any]]:
    made: Any = cls  # by attrs, which type checkers do not see through `model`
    names = [
        (a.name, a.metadata.get(JSON_NAME, a.name)) for a in attrs.fields(made) if a.name[0] != "_"
    ]

    def unstructure_model(value: Model) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for name, json_name in names:
            if (item := getattr(value, name)) is not UNSET:
                members[json_name] = item if item is None else converter.unstructure(item)
        members.update(value.unknown_fields)
        return members

    return unstructure_model


def _is_model(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, Model)


register_hooks(converter)
converter.register_structure_hook_factory(
    _is_model, lambda cls: hook_by_shape(ModelCompiler(cls, converter))
)
converter.register_unstructure_hook_factory(_is_model, _model_unstructure_hook)
converter.register_unstructure_hook(datetime, _time_to_json)
_quick = QuickDecoders(converter)
