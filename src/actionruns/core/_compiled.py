"""The structure hook of a model, compiled from its fields.

What comes out for a model with a text, a time and a nested model reads like this::

    def structure(data, _=None):
        if type(data) is not dict:
            raise Mismatch('an object', data)
        members = DEFAULTS | data
        [v_id, v_ended_at, v_entity] = take(members)
        self = new(cls)
        try:
            if not (type(v_id) is str):
                at = 'id'
                v_id = hook_0(v_id, type_0)
            self.id = v_id
            ...

The common JSON types of a member are taken inline; everything else, and every error, goes through
the hook of the member's type. Filling in the defaults first (one dict union in C) makes absent
members cost nothing more than present ones, and leaves a length to tell unknown members by.

A model whose fields have aliases begins with one more look: members under another name of a field
are put under its first one. Models without aliases are compiled as if there were no such thing.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from operator import itemgetter
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import cattrs

from actionruns.core._structuring import Hook, Mismatch
from actionruns.core.model import ALIASES, JSON_NAME, UNSET, Model

_HEAD = """\
def structure(data, _=None):
    if type(data) is not dict:
        raise Mismatch('an object', data)
{aliases}    members = DEFAULTS | data
    {values} = take(members)
    self = new(cls)
    try:
"""
_TAKE_ALIASES = """\
    if not ALIASES.isdisjoint(data):
        data = under_first_names(data)
"""
_TAIL = """\
    except Mismatch as error:
        error.path.append(at)
        raise
    self._unknown = (
        None if len(members) == len(DEFAULTS)
        else dict(islice(members.items(), len(DEFAULTS), None))
    )
    return self
"""
_PARSE_TIME = """\
try:
    {value} = parse_time({value})
except ValueError:
    at = {json_name!r}
    {value} = hook_{index}({value}, type_{index})
if {value}.tzinfo is None:
    {value} = {value}.replace(tzinfo=UTC)
"""
_CALL_MODEL_HOOK = """\
at = {json_name!r}
{value} = model_hook_{index}({value}, type_{index})
"""
_CALL_HOOK = """\
at = {json_name!r}
{value} = hook_{index}({value}, type_{index})
"""


def compile_model_hook(cls: type[Model], converter: cattrs.Converter) -> Hook:
    """Compile the structure hook of a model.

    The source stands in `linecache`, so that tracebacks and debuggers show it.
    """
    types = get_type_hints(cls)
    made: Any = cls  # by attrs, which type checkers do not see through `model`
    fields = [a for a in attrs.fields(made) if a.name != "_unknown"]
    json_names = [a.metadata.get(JSON_NAME, a.name) for a in fields]
    names: dict[str, Any] = {
        "UNSET": UNSET,
        "UTC": UTC,
        "Mismatch": Mismatch,
        "islice": islice,
        "parse_time": datetime.fromisoformat,
        "cls": cls,
        "new": cls.__new__,
        # A missing required member meets its hook as UNSET, which no hook accepts.
        "DEFAULTS": {
            json_name: UNSET if a.default is attrs.NOTHING else a.default
            for a, json_name in zip(fields, json_names, strict=True)
        },
        "take": _taker(json_names),
    }
    aliases = {
        alias: json_name
        for a, json_name in zip(fields, json_names, strict=True)
        for alias in a.metadata.get(ALIASES, ())
    }
    if aliases:
        names |= {"ALIASES": frozenset(aliases), "under_first_names": _renamer(aliases)}
    source = _HEAD.format(
        aliases=_TAKE_ALIASES if aliases else "",
        values=f"[{', '.join(f'v_{a.name}' for a in fields)}]",
    )
    for index, (attribute, json_name) in enumerate(zip(fields, json_names, strict=True)):
        type_ = types[attribute.name]
        names[f"type_{index}"] = type_
        _look_up_on_first_call(f"hook_{index}", type_, names, converter)
        for model_ in filter(_is_model, _members(type_)):
            _look_up_on_first_call(f"model_hook_{index}", model_, names, converter)
        lines = _member_lines(attribute, type_, json_name=json_name, index=index)
        source += "".join(f"        {line}\n" for line in lines)
    source += "        pass\n" * (not fields) + _TAIL
    filename = f"<structure hook of {cls.__module__}.{cls.__qualname__}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), names)  # noqa: S102  # our own source, as attrs does
    hook: Hook = names["structure"]
    return hook


def _taker(json_names: list[str]) -> Any:
    """Return a callable that takes the named members of a dict as a tuple."""
    if len(json_names) < 2:  # itemgetter wants some, and gives the value itself for one
        return lambda members: tuple(members[name] for name in json_names)
    return itemgetter(*json_names)


def _renamer(aliases: Mapping[str, str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a callable that puts members under the first names of their fields.

    Where both names are there, the first one is the field's and the other one stays as it is.
    """

    def under_first_names(data: dict[str, Any]) -> dict[str, Any]:
        return {
            name if (first := aliases.get(name, name)) in data else first: value
            for name, value in data.items()
        }

    return under_first_names


def _look_up_on_first_call(
    name: str, type_: Any, names: dict[str, Any], converter: cattrs.Converter
) -> None:
    """Put a hook into the names that replaces itself, so that models may refer to themselves."""

    def look_up(value: Any, _: Any) -> Any:
        names[name] = converter.get_structure_hook(type_)
        return names[name](value, type_)

    names[name] = look_up


def _member_lines(
    attribute: attrs.Attribute[Any], type_: Any, *, json_name: str, index: int
) -> Iterator[str]:
    """Write the lines that check, convert and set one member."""
    value = f"v_{attribute.name}"
    as_is, converted = _inline_tests(type_, value)
    if attribute.default is UNSET:
        as_is.insert(0, f"{value} is UNSET")  # the commonest by far: most members are absent
    keyword = "if"
    for test, template in converted.items():
        yield f"{keyword} {test}:"
        yield from _indented(template.format(value=value, json_name=json_name, index=index))
        keyword = "elif"
    yield f"{keyword} not ({' or '.join(as_is) or 'False'}):"
    yield from _indented(_CALL_HOOK.format(value=value, json_name=json_name, index=index))
    yield f"self.{attribute.name} = {value}"


def _members(type_: Any) -> tuple[Any, ...]:
    return get_args(type_) if get_origin(type_) in (Union, UnionType) else (type_,)


def _is_model(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, Model)


def _indented(template: str) -> Iterator[str]:
    return (f"    {line}" for line in template.splitlines())


def _inline_tests(type_: Any, value: str) -> tuple[list[str], dict[str, str]]:
    """Sort a type's members into tests of what is taken as it is, and of what is converted inline.

    A JSON type that two members claim (a text that may be a time) is left to the hook.
    """
    as_is: list[str] = []
    converted: dict[str, str] = {}
    claimed: set[str] = set()
    for member in _members(type_):
        template = None
        if member is NoneType:
            test = f"{value} is None"
        elif member is str or member is bool:
            test = f"type({value}) is {member.__name__}"
        elif get_origin(member) is dict and get_args(member)[1] is Any:
            test = f"type({value}) is dict"
        elif member is datetime:
            test, template = f"type({value}) is str", _PARSE_TIME
        elif _is_model(member):
            test, template = f"type({value}) is dict", _CALL_MODEL_HOOK
        else:
            continue
        if test in claimed:
            as_is = [other for other in as_is if other != test]
            converted.pop(test, None)
        elif template is None:
            as_is.append(test)
        else:
            converted[test] = template
        claimed.add(test)
    return as_is, converted
