"""The structure hook of a model, compiled from its fields.

What comes out for a model with a text, a time and a nested model reads like this::

    def structure(data, _=None):
        if data.__class__ is not dict:
            raise Mismatch('an object', data)
        self = new(cls)
        get = data.get
        try:
            value = get('id', UNSET)
            kind = value.__class__
            if kind is not str:
                at = 'id'
                value = hook_0(value, type_0)
            self.id = value
            ...

The common JSON types of a member are taken inline, everything else (and every error) goes through
the hook of the member's type.
"""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import cattrs

from actionruns.core._structuring import Hook, Mismatch
from actionruns.core.model import JSON_NAME, UNSET, Model, Unset

_HEAD = """\
def structure(data, _=None):
    if data.__class__ is not dict:
        raise Mismatch('an object', data)
    self = new(cls)
    get = data.get
    try:
"""
_TAIL = """\
    except Mismatch as error:
        error.path.append(at)
        raise
    self._unknown = (
        None if KNOWN.issuperset(data)
        else {key: data[key] for key in data if key not in KNOWN}
    )
    return self
"""
_PARSE_TIME = """\
try:
    value = parse_time(value)
except ValueError:
    at = {json_name!r}
    value = hook_{index}(value, type_{index})
if value.tzinfo is None:
    value = value.replace(tzinfo=UTC)
"""
_CALL_HOOK = """\
at = {json_name!r}
value = hook_{index}(value, type_{index})
"""


def compile_model_hook(cls: type[Model], converter: cattrs.Converter) -> Hook:
    """Compile the structure hook of a model.

    The source stands in `linecache`, so that tracebacks and debuggers show it.
    """
    types = get_type_hints(cls)
    fields = [a for a in attrs.fields(cls) if a.name != "_unknown"]
    names: dict[str, Any] = {
        "UNSET": UNSET,
        "UTC": UTC,
        "NoneType": NoneType,
        "Unset": Unset,
        "Mismatch": Mismatch,
        "parse_time": datetime.fromisoformat,
        "cls": cls,
        "new": cls.__new__,
        "KNOWN": frozenset(a.metadata.get(JSON_NAME, a.name) for a in fields),
    }
    source = _HEAD
    for index, attribute in enumerate(fields):
        type_ = types[attribute.name]
        names[f"type_{index}"] = type_
        names[f"default_{index}"] = attribute.default
        _look_up_on_first_call(f"hook_{index}", type_, names, converter)
        source += "".join(f"        {line}\n" for line in _member_lines(attribute, type_, index))
    source += _TAIL
    filename = f"<structure hook of {cls.__module__}.{cls.__qualname__}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), names)  # noqa: S102  # our own source, as attrs does
    hook: Hook = names["structure"]
    return hook


def _look_up_on_first_call(
    name: str, type_: Any, names: dict[str, Any], converter: cattrs.Converter
) -> None:
    """Put a hook into the names that replaces itself, so that models may refer to themselves."""

    def look_up(value: Any, _: Any) -> Any:
        names[name] = converter.get_structure_hook(type_)
        return names[name](value, type_)

    names[name] = look_up


def _member_lines(attribute: attrs.Attribute[Any], type_: Any, index: int) -> Iterator[str]:
    """Write the lines that take one member of the object."""
    json_name = attribute.metadata.get(JSON_NAME, attribute.name)
    yield f"value = get({json_name!r}, UNSET)"
    if attribute.default is not UNSET and attribute.default is not attrs.NOTHING:
        yield "if value is UNSET:"
        yield f"    value = default_{index}"
    as_is, converted = _inline_classes(type_)
    if attribute.default is UNSET:
        as_is.append("Unset")  # a missing required member goes to its hook, which refuses it
    yield "kind = value.__class__"
    keyword = "if"
    for class_name, template in converted.items():
        yield f"{keyword} kind is {class_name}:"
        yield from _indented(template.format(json_name=json_name, index=index))
        keyword = "elif"
    tests = " and ".join(f"kind is not {class_name}" for class_name in as_is)
    yield f"{keyword} {tests}:" if tests else "else:" if keyword == "elif" else "if True:"
    yield from _indented(_CALL_HOOK.format(json_name=json_name, index=index))
    yield f"self.{attribute.name} = value"


def _indented(template: str) -> Iterator[str]:
    return (f"    {line}" for line in template.splitlines())


def _inline_classes(type_: Any) -> tuple[list[str], dict[str, str]]:
    """Sort a type's members into those taken as they are and those converted inline.

    A JSON type that two members claim (a text that may be a time) is left to the hook.
    """
    as_is: list[str] = []
    converted: dict[str, str] = {}
    claimed: set[str] = set()
    for member in get_args(type_) if get_origin(type_) in (Union, UnionType) else (type_,):
        if member in (str, bool, NoneType):
            name, template = member.__name__, None
        elif get_origin(member) is dict and get_args(member)[1] is Any:
            name, template = "dict", None
        elif member is datetime:
            name, template = "str", _PARSE_TIME
        elif isinstance(member, type) and issubclass(member, Model):
            name, template = "dict", _CALL_HOOK
        else:
            continue
        if name in claimed:
            as_is = [other for other in as_is if other != name]
            converted.pop(name, None)
        elif template is None:
            as_is.append(name)
        else:
            converted[name] = template
        claimed.add(name)
    return as_is, converted
