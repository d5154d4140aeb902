"""The lines of a structure hook about one member: check, convert, set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import attrs

from actionruns.core.model import UNSET, Model

__all__ = ["Field", "is_model", "member_lines", "members_of"]

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


@attrs.frozen
class Field:
    """A field of a model.

    Attributes:
        index: Its number, which the names in its lines end with.
        name: The attribute.
        json_name: The member.
        type_: What it is declared as.
        default: Its value when the member is absent.
    """

    index: int
    name: str
    json_name: str
    type_: Any
    default: Any


def member_lines(field: Field, *, often_unset: bool) -> Iterator[str]:
    """Write the lines that check, convert and set one member.

    Args:
        field: Its field.
        often_unset: Whether it is most likely absent, and that is the first thing to look at.
    """
    value = f"v_{field.name}"
    as_is, converted = _inline_tests(field.type_, value)
    if field.default is UNSET:
        as_is.insert(0 if often_unset else len(as_is), f"{value} is UNSET")
    keyword = "if"
    for test, template in converted.items():
        yield f"{keyword} {test}:"
        yield from _indented(template, field)
        keyword = "elif"
    yield f"{keyword} not ({' or '.join(as_is) or 'False'}):"
    yield from _indented(_CALL_HOOK, field)
    yield f"self.{field.name} = {value}"


def members_of(type_: Any) -> tuple[Any, ...]:
    """Return the members of a union; any other type is its own one."""
    return get_args(type_) if get_origin(type_) in (Union, UnionType) else (type_,)


def is_model(type_: Any) -> bool:
    """Tell whether a type is a model."""
    return isinstance(type_, type) and issubclass(type_, Model)


def _indented(template: str, field: Field) -> Iterator[str]:
    text = template.format(value=f"v_{field.name}", json_name=field.json_name, index=field.index)
    return (f"    {line}" for line in text.splitlines())


def _inline_tests(type_: Any, value: str) -> tuple[list[str], dict[str, str]]:
    """Sort a type's members into tests of what is taken as it is, and of what is converted inline.

    A JSON type that two members claim (a text that may be a time) is left to the hook.
    """
    as_is: list[str] = []
    converted: dict[str, str] = {}
    claimed: set[str] = set()
    for member in members_of(type_):
        template = None
        if member is NoneType:
            test = f"{value} is None"
        elif member is str or member is bool:
            test = f"type({value}) is {member.__name__}"
        elif get_origin(member) is dict and get_args(member)[1] is Any:
            test = f"type({value}) is dict"
        elif member is datetime:
            test, template = f"type({value}) is str", _PARSE_TIME
        elif is_model(member):
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
