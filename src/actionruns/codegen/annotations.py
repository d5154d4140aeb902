"""From schemas to Python types."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Final, Protocol

import attrs

from actionruns.codegen.document import Node, Pointer
from actionruns.codegen.schema import (
    check_keywords,
    json_types,
    only_part,
    says_null,
    shape_of,
)

__all__ = ["PLAIN", "Models", "PyType", "TypeMapper", "Use"]


class Use(enum.Flag):
    """Where a type stands."""

    ANSWER = enum.auto()
    """In an answer: any value of an enumeration may come."""
    REQUEST = enum.auto()
    """In a request body."""
    ARGUMENT = enum.auto()
    """An argument itself, which takes mappings where an answer gives models and dicts."""


PLAIN: Final = Use.ANSWER | Use.ARGUMENT
"""An argument's type without its values: what kind of parameter it is."""


@attrs.frozen
class PyType:
    """A Python type.

    Attributes:
        members: What it is a union of, as Python source, without None.
        nullable: Whether it may be None.
        item: Type of an item, when it is a list.
    """

    members: tuple[str, ...]
    nullable: bool = False
    item: PyType | None = None

    @property
    def is_any(self) -> bool:
        """Whether it is Any."""
        return "Any" in self.members

    @property
    def is_class(self) -> bool:
        """Whether it can stand as a value of type ``type[T]``."""
        (first, *others) = self.members or ("None",)
        return not others and not self.nullable and not first.startswith(("Any", "Literal["))

    def text(self, *more: str) -> str:
        """Return its source, with more members; None stands last."""
        if self.is_any:
            return "Any"
        found = list(dict.fromkeys((*self.members, *more)))
        if self.nullable or not found or "None" in found:
            found = [*(member for member in found if member != "None"), "None"]
        return " | ".join(found)

    def or_none(self) -> PyType:
        """Return the same type with None."""
        return attrs.evolve(self, nullable=True)


ANY: Final = PyType(("Any",))
ONLY_NULL: Final = PyType((), nullable=True)


class Models(Protocol):
    """The models that types refer to."""

    def name_of(self, schema: Node, use: Use, hint: str) -> str:
        """Return the class name of an object with members, which is used from now on."""
        ...


# Only these become another type. Calendar dates, times of day, UUIDs and durations stay texts: as
# the service wrote them, and without a rule for each.
_TIME: Final = "date-time"
_BINARY: Final = "binary"
_SCALARS: Final = {"integer": "int", "number": "float", "boolean": "bool"}
_OF_VALUE: Final[dict[type, str]] = {str: "str", bool: "bool", int: "int", float: "float"}


class TypeMapper:
    """Maps schemas to types.

    Args:
        models: Told of each model that a type refers to.
    """

    def __init__(self, models: Models) -> None:
        self._models = models
        self._open: list[Pointer] = []

    def of(self, schema: Node, use: Use, hint: str) -> PyType:
        """Return the type of a schema.

        Args:
            schema: The schema.
            use: Where it stands.
            hint: Class name for an object that the specification gives none.

        Raises:
            CodegenError: Python's types (or the codec) cannot express it.
        """
        node = schema.follow()
        if node.pointer in self._open:
            raise schema.error("a type that contains itself has to be an object with properties")
        self._open.append(node.pointer)
        try:
            return self._of(node, use, hint)
        finally:
            self._open.pop()

    def _of(self, node: Node, use: Use, hint: str) -> PyType:
        if node.value is True:
            return ANY
        check_keywords(node)
        found = self._without_null(node, use, hint)
        return found.or_none() if says_null(node) else found

    def _without_null(self, node: Node, use: Use, hint: str) -> PyType:
        if "const" in node:
            return _literal([node["const"]], keep=use != PLAIN)
        if "enum" in node:
            is_closed = Use.ANSWER not in use or (_is_fixed(node) and use != PLAIN)
            return _literal(list(node["enum"].elements()), keep=is_closed)
        if (wrapped := only_part(node)) is not None:
            return self.of(wrapped, use, hint)
        if shape_of(node) is not None:
            return self._object(node, use, hint)
        options = node.get("oneOf") or node.get("anyOf")
        if options is not None:
            return self._union(options, use, hint)
        return self._declared(node, use, hint)

    def _declared(self, node: Node, use: Use, hint: str) -> PyType:
        types = json_types(node)
        if types:
            return _joined(self._plain(node, name, use, hint) for name in types)
        return ONLY_NULL if "type" in node else ANY

    def _plain(self, node: Node, name: str, use: Use, hint: str) -> PyType:
        if name == "string":
            return _text(node)
        if name == "null" and not node.document.nullable_keyword:
            return ONLY_NULL
        if name in _SCALARS:
            return PyType((_SCALARS[name],))
        if name == "array":
            return self._array(node, use, hint)
        if name == "object":
            return self._mapping(node, use, hint)
        raise node["type"].error(f"there is no type {name!r}")

    def _array(self, node: Node, use: Use, hint: str) -> PyType:
        items = node.get("items")
        item = ANY if items is None else self.of(items, use, f"{hint}Item")
        outer = "Sequence" if Use.ARGUMENT in use else "list"
        return PyType((f"{outer}[{item.text()}]",), item=item)

    def _mapping(self, node: Node, use: Use, hint: str) -> PyType:
        values = node.get("additionalProperties")
        if values is None or isinstance(values.value, bool):
            value = ANY
        else:
            value = self.of(values, use, f"{hint}Value")
        outer = "Mapping" if Use.ARGUMENT in use else "dict"
        return PyType((f"{outer}[str, {value.text()}]",))

    def _object(self, node: Node, use: Use, hint: str) -> PyType:
        if Use.ARGUMENT not in use:
            return PyType((self._models.name_of(node, use, hint),))
        if node.pointer[:-1] != ("components", "schemas"):
            # Nobody could find a class that only one argument has.
            return PyType(("Mapping[str, Any]",))
        name = self._models.name_of(node, Use.REQUEST, hint)
        return PyType((name, "Mapping[str, Any]"))

    def _union(self, options: Node, use: Use, hint: str) -> PyType:
        schemas = list(options.elements())
        if not schemas:
            raise options.error("is empty")
        nothing = [s for s in schemas if s.follow().value == {"type": "null"}]
        named = [s for s in schemas if s not in nothing]
        if Use.ANSWER in use:
            _check_told_apart(named)
        hints = [hint if len(named) == 1 else f"{hint}{n}" for n in range(1, len(named) + 1)]
        parts = (self.of(s, use, h) for s, h in zip(named, hints, strict=True))
        joined = _joined(parts)
        return joined.or_none() if nothing else joined


def _text(node: Node) -> PyType:
    form = node.text("format")
    if form == _BINARY:
        raise node["format"].error("JSON holds no binary data; say how it is encoded: format byte")
    return PyType(("datetime" if form == _TIME else "str",))


def _literal(values: list[Node], *, keep: bool) -> PyType:
    """Return the type of given values: a Literal, or the class that they belong to."""
    named = [node for node in values if node.value is not None]
    for node in named:
        if type(node.value) not in _OF_VALUE:
            raise node.error("only texts, numbers, true and false are supported as fixed values")
    if keep and not any(isinstance(node.value, float) for node in named):
        members: tuple[str, ...] = (f"Literal[{', '.join(repr(node.value) for node in named)}]",)
    else:
        members = tuple(dict.fromkeys(_OF_VALUE[type(node.value)] for node in named))
    return PyType(members if named else (), nullable=len(named) < len(values))


def _joined(parts: Iterable[PyType]) -> PyType:
    found = list(parts)
    if len(found) == 1:
        return found[0]
    members: list[str] = []
    for part in found:
        members += part.members
    if "Any" in members:
        return ANY
    # A plain dict takes every object, so the models are tried before it. int before float, too.
    members.sort(key=lambda text: text.startswith("dict["))
    return PyType(tuple(dict.fromkeys(members)), nullable=any(part.nullable for part in found))


def _check_told_apart(options: list[Node]) -> None:
    """Refuse objects of a union of which one would be taken for another.

    An answer is decoded as the first that fits; an object fits as soon as it has what is required.
    """
    shapes = [(node, shape) for node in options if (shape := shape_of(node)) is not None]
    for index, (node, shape) in enumerate(shapes):
        for other, later in shapes[index + 1 :]:
            marks = {n for n, s in shape.properties.items() if n in shape.required and _is_fixed(s)}
            if marks or shape.required - later.properties.keys():
                continue
            place = other.document.place(other.follow().pointer)
            problem = "it needs a required member of its own, or a const"
            raise node.error(f"cannot be told from {place}; {problem}")


def _is_fixed(schema: Node) -> bool:
    """Tell whether a schema allows one value only; OpenAPI 3.0 says const as an enum of one."""
    meant = schema.follow()
    return "const" in meant or ("enum" in meant and len(list(meant["enum"].elements())) == 1)
