"""Strict structure hooks that know the path: scalars, arrays, maps and unions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs
import cattrs

from actionruns.core.model import JSON_NAME, UNSET, Model, Unset
from actionruns.core.redaction import HIDDEN, is_secret_name, redact_text
from actionruns.errors import DecodeFailed

Hook = Callable[[Any, Any], Any]

_JSON_TYPE_NAMES: Mapping[type, str] = {
    str: "a string",
    bool: "a boolean",
    int: "a whole number",
    float: "a number",
    datetime: "a time (ISO 8601)",
    dict: "an object",
    list: "an array",
    NoneType: "null",
}


class Mismatch(Exception):
    """A value is not of the type that its place asks for. Gathers the path on its way up."""

    def __init__(self, expected: str, got: Any, path: Sequence[str | int] = ()) -> None:
        # Not what was got: a traceback would print it, whole and with its secrets.
        super().__init__(expected)
        self.expected = expected
        self.got = got
        self.path = list(path)  # from the inmost step outwards

    def as_decode_failed(
        self, *, prefix: str = "", body: bytes = b"", status: int = 0
    ) -> DecodeFailed:
        """Return the public error, its path starting with ``prefix``."""
        path = prefix
        for step in reversed(self.path):
            path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
        where = f"{path} in the answer" if path else "the answer"
        secret = any(isinstance(step, str) and is_secret_name(step) for step in self.path)
        problem = f"{where} should be {self.expected} but is {_describe(self.got, secret)}"
        return DecodeFailed(problem, path=path, body=body, status=status)


def _describe(value: Any, secret: bool) -> str:
    if value is UNSET:
        return "missing"
    # Redacted before it is cut: half a token is not recognised.
    shown = HIDDEN if secret else redact_text(repr(value)[:2000])
    shown = shown if len(shown) <= 40 else f"{shown[:37]}..."
    return "None" if value is None else f"{_JSON_TYPE_NAMES.get(type(value), '')} {shown}".strip()


def register_hooks(converter: cattrs.Converter) -> None:
    """Teach a converter unions, arrays, maps and scalars the strict way."""

    def union_hook(type_: Any) -> Hook:
        return _union_hook(type_, converter)

    def array_hook(type_: Any) -> Hook:
        return _array_hook(*(get_args(type_) or (Any,)), converter=converter)

    def map_hook(type_: Any) -> Hook:
        return _map_hook((get_args(type_) or (str, Any))[1], converter)

    converter.register_structure_hook_factory(_has_origin(Union, UnionType), union_hook)
    converter.register_structure_hook_factory(_has_origin(list), array_hook)
    converter.register_structure_hook_factory(_has_origin(dict), map_hook)
    converter.register_structure_hook_factory(_has_origin(Literal), _literal_hook)
    converter.register_structure_hook(str, _exact_hook(str))
    converter.register_structure_hook(bool, _exact_hook(bool))
    converter.register_structure_hook(int, _whole_number)
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(datetime, _time)
    converter.register_structure_hook_func(lambda t: t in (None, NoneType), _exact_hook(NoneType))
    converter.register_structure_hook_func(lambda t: t is Any, _present)


def _has_origin(*origins: Any) -> Callable[[Any], bool]:
    return lambda type_: type_ in origins or get_origin(type_) in origins


def _exact_hook(cls: type) -> Hook:
    def exact(value: Any, _: Any) -> Any:
        if type(value) is not cls:
            raise Mismatch(_JSON_TYPE_NAMES[cls], value)
        return value

    return exact


def _present(value: Any, _: Any) -> Any:
    if value is UNSET:
        raise Mismatch("a value", value)
    return value


def _whole_number(value: Any, _: Any) -> int:
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    raise Mismatch("a whole number", value)


def _number(value: Any, _: Any) -> float:
    if type(value) is float or type(value) is int:
        return float(value)
    raise Mismatch("a number", value)


def _time(value: Any, _: Any) -> datetime:
    if type(value) is not str:
        raise Mismatch("a time (ISO 8601)", value)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise Mismatch("a time (ISO 8601)", value) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _literal_hook(type_: Any) -> Hook:
    allowed = get_args(type_)

    def literal(value: Any, _: Any) -> Any:
        if value not in allowed:
            raise Mismatch(" or ".join(map(repr, allowed)), value)
        return value

    return literal


def _array_hook(item_type: Any, *, converter: cattrs.Converter) -> Hook:
    hook = converter.get_structure_hook(item_type)

    def array(value: Any, _: Any) -> list[Any]:
        if type(value) is not list:
            raise Mismatch("an array", value)
        items: list[Any] = []
        try:
            for item in value:
                items.append(hook(item, item_type))  # noqa: PERF401  # its length is the index
        except Mismatch as error:
            error.path.append(len(items))
            raise
        return items

    return array


def _map_hook(value_type: Any, converter: cattrs.Converter) -> Hook:
    hook = converter.get_structure_hook(value_type)

    def map_(value: Any, _: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise Mismatch("an object", value)
        if value_type is Any:
            return value
        items = {}
        for key, item in value.items():
            try:
                items[key] = hook(item, value_type)
            except Mismatch as error:
                error.path.append(key)
                raise
        return items

    return map_


# The Python classes, as the JSON decoder makes them, that a type accepts.
_JSON_CLASSES: Mapping[Any, tuple[type, ...]] = {
    float: (float, int),
    int: (int, float),
    datetime: (str,),
    None: (NoneType,),
    Any: (str, bool, int, float, dict, list, NoneType),
}


def _json_classes(type_: Any) -> tuple[type, ...]:
    origin = get_origin(type_) or type_
    if origin is Literal:
        return tuple({type(option) for option in get_args(type_)})
    if _is_model(origin):
        return (dict,)
    return _JSON_CLASSES.get(origin, (origin,))


# What may tell the models of a union apart; all of them can be looked up.
_MARKS = (str, int, bool)


def _mark_hook(candidates: list[tuple[Hook, Any]]) -> Hook | None:
    """Return the hook of models that one member's value tells apart, as ``type`` often does.

    It is quicker than to try one after the other, and its errors are about the model that is meant.
    One model without such a value takes what the others don't, and nothing that one of them does.

    Returns:
        The hook; None when there is no such member, or other things than models may be objects.
    """
    marked = [(it, own) for it in candidates if (own := _marks(it[1]))]
    others = [it for it in candidates if not _marks(it[1])]
    if len(candidates) < 2 or len(others) > 1 or not all(_is_model(member) for _, member in others):
        return None
    for name in marked[0][1]:
        given = [(value, it) for it, own in marked for value in own.get(name, ())]
        by_value = dict(given)
        if all(name in own for _, own in marked) and len(by_value) == len(given):
            return _chooser(name, by_value, others[0] if others else None)
    return None


def _chooser(
    mark: str, by_value: Mapping[Any, tuple[Hook, Any]], other: tuple[Hook, Any] | None
) -> Hook:
    expected = " or ".join(map(repr, by_value))

    def choose(value: dict[str, Any], _: Any) -> Any:
        found = value.get(mark, UNSET)
        chosen = by_value.get(found, other) if type(found) in _MARKS else other
        if chosen is None:
            error = Mismatch(expected, found)
            error.path.append(mark)
            raise error
        hook, member = chosen
        return hook(value, member)

    return choose


def _is_model(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, Model)


def _marks(type_: Any) -> dict[str, tuple[Any, ...]]:
    """Return the required members of a model that have given values, by their names in JSON."""
    if not _is_model(type_):
        return {}
    made: Any = type_  # by attrs, which type checkers do not see through `model`
    types = get_type_hints(made)
    return {
        attribute.metadata.get(JSON_NAME, attribute.name): get_args(types[attribute.name])
        for attribute in attrs.fields(made)
        if attribute.default is attrs.NOTHING and get_origin(types[attribute.name]) is Literal
    }


def _union_hook(type_: Any, converter: cattrs.Converter) -> Hook:
    # Unions of the same members are equal, and share this hook, in whatever order they are written.
    # So what it says, and that a time is tried before a text, must not depend on who came first.
    members = sorted((t for t in get_args(type_) if t is not Unset), key=lambda t: t is str)
    by_class: dict[type, list[tuple[Hook, Any]]] = {}
    for member in members:
        for cls in _json_classes(member):
            by_class.setdefault(cls, []).append((converter.get_structure_hook(member), member))
    expected = " or ".join(sorted({_type_name(member) for member in members}, key=_place_of_name))
    if (by_mark := _mark_hook(by_class.get(dict, []))) is not None:
        by_class[dict] = [(by_mark, None)]

    def union(value: Any, _: Any) -> Any:
        candidates = by_class.get(type(value))
        if not candidates:
            raise Mismatch(expected, value)
        for hook, member in candidates[:-1]:
            try:
                return hook(value, member)
            except Mismatch:
                continue
        hook, member = candidates[-1]
        return hook(value, member)

    return union


def _place_of_name(name: str) -> tuple[int, str]:
    names = [*_JSON_TYPE_NAMES.values()]
    return (names.index(name) if name in names else -1, name)


def _type_name(type_: Any) -> str:
    if get_origin(type_) is Literal:
        return " or ".join(map(repr, get_args(type_)))
    return _JSON_TYPE_NAMES.get(_json_classes(type_)[0] if type_ is not datetime else datetime, "?")
