"""Twins: for each model a struct of msgspec, into which JSON is read at once, types checked.

A twin takes only what the structure hooks would take as it is. A body that does not fit, for
whatever reason (a member nobody knows, a time without a zone, an error), is left to them: they know
what to keep, what to convert, and how to say what is wrong.

Two things differ, and neither is worse: whole numbers past 64 bits stay exact instead of becoming
floats, and a seventh digit of a second's fraction rounds the sixth.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from datetime import datetime
from functools import reduce
from operator import or_
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import attrs
import cattrs
import msgspec

from actionruns.core._member_lines import is_model, members_of
from actionruns.core.model import ALIASES, JSON_NAME, UNSET, Model, Unset

__all__ = ["Twin", "TwinMaker"]

_AS_IS = "self.{name} = twin.{name}"
_OF_MODEL = "self.{name} = copy_{index}(v) if type(v := twin.{name}) is struct_{index} else v"
_OF_LIST = "self.{name} = [copy_{index}(i) for i in v] if type(v := twin.{name}) is list else v"
_BY_HOOK = """\
self.{name} = default_{index}
    if (v := twin.{name}) is not UNSET:
        self.{name} = hook_{index}(v, type_{index})"""

_SCALARS = (str, bool, int, float, datetime)
_FACTORY: type = attrs.Factory  # type: ignore[assignment]  # a function in its type hints
_AWARE = Annotated[datetime, msgspec.Meta(tz=True)]


class _NotPlainError(Exception):
    """A type is none that msgspec reads just as the hooks would."""


@attrs.frozen
class Twin:
    """What stands beside a model.

    Attributes:
        struct: The struct, with the model's fields.
        copy: Makes a model of such a struct.
    """

    struct: type[msgspec.Struct]
    copy: Callable[[Any], Any]


class TwinMaker:
    """Makes the twins of models, each once.

    Args:
        converter: Has the structure hooks. Where one of them is none of this package's, it decides.
    """

    def __init__(self, converter: cattrs.Converter) -> None:
        self._converter = converter
        self._twins: dict[type[Model], Twin | None] = {}

    def twin(self, cls: type[Model]) -> Twin | None:
        """Return the twin of a model; None when it can have none."""
        if cls not in self._twins:
            self._twins[cls] = None  # for models that have themselves as members
            self._twins[cls] = self._make(cls) if self._is_ours(cls) else None
        return self._twins[cls]

    def _make(self, cls: type[Model]) -> Twin | None:
        types = get_type_hints(cls)
        made: Any = cls  # by attrs, which type checkers do not see through `model`
        attributes = [a for a in attrs.fields(made) if a.name != "_unknown"]
        # A factory is nothing that hooks know: they say that it isn't the member's type.
        if any(a.metadata.get(ALIASES) or isinstance(a.default, _FACTORY) for a in attributes):
            return None
        names: dict[str, Any] = {"UNSET": UNSET, "cls": cls, "new": cls.__new__}
        lines, fields = [], []
        for index, a in enumerate(attributes):
            type_, line = self._place(types[a.name], index, names)
            names[f"default_{index}"] = a.default
            lines.append(line.format(name=a.name, index=index))
            field = (a.name, type_)
            absent = UNSET if line is _BY_HOOK else a.default
            fields.append(field if a.default is attrs.NOTHING else (*field, absent))
        try:
            struct = msgspec.defstruct(
                f"{cls.__name__}Twin",
                fields,
                rename={a.name: a.metadata.get(JSON_NAME, a.name) for a in attributes},
                forbid_unknown_fields=True,
                kw_only=True,
                gc=False,  # it lives for a moment
            )
        except (TypeError, ValueError):
            # Not for msgspec: a name with a quote, one name for two fields, a filled default dict.
            return None
        return Twin(struct, _compiled(cls, lines, names))

    def _place(self, type_: Any, index: int, names: dict[str, Any]) -> tuple[Any, str]:
        """Return the type of a field in the struct, and the line that makes the model's of it."""
        members = [member for member in members_of(type_) if member is not Unset]
        models = {member: cls for member in members if (cls := _model_within(member)) is not None}
        try:
            if not models:
                return _checked([self._plain(member) for member in members]), _AS_IS
            member, cls = models.popitem()
            twin = self.twin(cls)
            if twin is not None and not models:  # which of several it is, the hook tells
                names[f"copy_{index}"], names[f"struct_{index}"] = twin.copy, twin.struct
                is_list = get_origin(member) is list
                struct: Any = list[twin.struct] if is_list else twin.struct  # type: ignore[name-defined]  # made at run time
                others = [self._plain(other) for other in members if other is not member]
                return _checked([struct, *others]), _OF_LIST if is_list else _OF_MODEL
        except _NotPlainError:
            pass
        names[f"type_{index}"] = type_
        names[f"hook_{index}"] = self._converter.get_structure_hook(type_)
        return Any, _BY_HOOK

    def _plain(self, type_: Any) -> Any:
        """Return the type by which msgspec reads a value that a model takes as it is.

        Raises:
            _NotPlainError: There is none.
        """
        origin = get_origin(type_)
        if type_ is Any or type_ is NoneType or origin is Literal:
            return type_
        if type_ in _SCALARS and self._is_ours(type_):
            return _AWARE if type_ is datetime else type_
        if origin is dict and get_args(type_) == (str, Any):
            return type_
        if origin is list:
            (item,) = get_args(type_)
            return list[_checked([self._plain(member) for member in members_of(item)])]  # type: ignore[misc]  # made at run time
        raise _NotPlainError

    def _is_ours(self, type_: Any) -> bool:
        return str(self._converter.get_structure_hook(type_).__module__).startswith(
            "actionruns.core."
        )


def _model_within(type_: Any) -> type[Model] | None:
    """Return the model that a type is, or is a list of."""
    if get_origin(type_) is list:
        (type_,) = get_args(type_)
    return type_ if is_model(type_) else None


def _checked(types: list[Any]) -> Any:
    """Return the union of types, if what is read tells them apart.

    Raises:
        _NotPlainError: It does not.
    """
    if int in types and float in types:  # the hooks make a whole float an int
        raise _NotPlainError
    union = reduce(or_, types)
    try:
        msgspec.json.Decoder(union)
    except TypeError as error:
        raise _NotPlainError from error
    return union


def _compiled(cls: type[Model], lines: list[str], names: dict[str, Any]) -> Callable[[Any], Any]:
    """Compile the function that makes a model of a twin."""
    body = "\n".join(f"    {line}" for line in ("self = new(cls)", *lines, "self._unknown = None"))
    source = f"def copy(twin):\n{body}\n    return self\n"
    filename = f"<copy of the twin of {cls.__module__}.{cls.__qualname__}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), names)  # noqa: S102  # our own source, as attrs does
    copy: Callable[[Any], Any] = names["copy"]
    return copy
