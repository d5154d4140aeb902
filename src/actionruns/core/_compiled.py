"""The structure hooks of a model, compiled from its fields.

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

That is for any object. A hook for the objects of one shape, which have these members and no other,
in this order, leaves out what is known of them (see `_shapes`)::

    def structure(data, _=None):
        [v_id, u_0, v_ended_at] = data.values()
        self = new(cls)
        try:
            ...
            self.entity = default_2
        ...
        self._unknown = {'cost': u_0}

The common JSON types of a member are taken inline; everything else, and every error, goes through
the hook of the member's type. Filling in the defaults first (one dict union in C) makes absent
members cost nothing more than present ones, and leaves a length to tell unknown members by.

A model whose fields have aliases begins with one more look: members under another name of a field
are put under its first one. Models without aliases are compiled as if there were no such thing.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import count, islice
from operator import itemgetter
from typing import Any, get_type_hints

import attrs
import cattrs

from actionruns.core._member_lines import Field, is_model, member_lines, members_of
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
_HEAD_OF_SHAPE = """\
def structure(data, _=None):
    {values} = data.values()
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
    self._unknown = {unknown}
    return self
"""
_UNKNOWN = """(
        None if len(members) == len(DEFAULTS)
        else dict(islice(members.items(), len(DEFAULTS), None))
    )"""


class ModelCompiler:
    """Compiles structure hooks of one model.

    Their source stands in `linecache`, so that tracebacks and debuggers show it.

    Args:
        cls: The model.
        converter: Has the hooks of the fields' types.
    """

    def __init__(self, cls: type[Model], converter: cattrs.Converter) -> None:
        self._cls = cls
        types = get_type_hints(cls)
        made: Any = cls  # by attrs, which type checkers do not see through `model`
        attributes = [a for a in attrs.fields(made) if a.name != "_unknown"]
        self._fields = [
            Field(index, a.name, a.metadata.get(JSON_NAME, a.name), types[a.name], a.default)
            for index, a in enumerate(attributes)
        ]
        self._aliases = {
            alias: field.json_name
            for a, field in zip(attributes, self._fields, strict=True)
            for alias in a.metadata.get(ALIASES, ())
        }
        self._under_first_names = _renamer(self._aliases)
        self._numbers = count(1)
        self._names = self._names_in_hooks(converter)

    def _names_in_hooks(self, converter: cattrs.Converter) -> dict[str, Any]:
        names: dict[str, Any] = {
            "UNSET": UNSET,
            "UTC": UTC,
            "Mismatch": Mismatch,
            "islice": islice,
            "parse_time": datetime.fromisoformat,
            "cls": self._cls,
            "new": self._cls.__new__,
            # A missing required member meets its hook as UNSET, which no hook accepts.
            "DEFAULTS": {
                field.json_name: UNSET if field.default is attrs.NOTHING else field.default
                for field in self._fields
            },
            "take": _taker([field.json_name for field in self._fields]),
            "ALIASES": frozenset(self._aliases),
            "under_first_names": self._under_first_names,
        }
        for field in self._fields:
            names[f"type_{field.index}"] = field.type_
            names[f"default_{field.index}"] = field.default
            _look_up_on_first_call(f"hook_{field.index}", field.type_, names, converter)
            for model_ in filter(is_model, members_of(field.type_)):
                _look_up_on_first_call(f"model_hook_{field.index}", model_, names, converter)
        return names

    def hook(self) -> Hook:
        """Compile the hook for any object, and for what is none."""
        values = ", ".join(f"v_{field.name}" for field in self._fields)
        head = _HEAD.format(aliases=_TAKE_ALIASES * bool(self._aliases), values=f"[{values}]")
        blocks = [member_lines(field, often_unset=True) for field in self._fields]
        return self._compiled(head, blocks, _UNKNOWN)

    def hook_for(self, shape: tuple[str, ...]) -> Hook | None:
        """Compile the hook for objects that have these members in this order.

        Returns:
            The hook; None when there is none, because such an object lacks something and is
            refused, or because it never was JSON.
        """
        if any(type(name) is not str for name in shape):
            return None
        taken = self._under_first_names(dict(zip(shape, shape, strict=True)))
        values = {name: f"u_{index}" for index, name in enumerate(shape)}
        blocks: list[Iterable[str]] = []
        for field in self._fields:
            name = taken.pop(field.json_name, None)
            if name is not None:
                values[name] = f"v_{field.name}"
                blocks.append(member_lines(field, often_unset=False))
            elif field.default is attrs.NOTHING:
                return None
            else:
                blocks.append([f"self.{field.name} = default_{field.index}"])
        head = _HEAD_OF_SHAPE.format(values=f"[{', '.join(values.values())}]")
        unknown = ", ".join(f"{name!r}: {values[key]}" for name, key in taken.items())
        unknown = f"{{{unknown}}}" if unknown else "None"
        return self._compiled(head, blocks, unknown)

    def _compiled(self, head: str, blocks: Iterable[Iterable[str]], unknown: str) -> Hook:
        lines = [f"        {line}\n" for block in blocks for line in block]
        source = "".join([head, *(lines or ["        pass\n"]), _TAIL.format(unknown=unknown)])
        cls = f"{self._cls.__module__}.{self._cls.__qualname__}"
        filename = f"<structure hook {next(self._numbers)} of {cls}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        exec(compile(source, filename, "exec"), self._names)  # noqa: S102  # our own source, as attrs does
        hook: Hook = self._names["structure"]
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
