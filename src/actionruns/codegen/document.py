"""A specification as a tree of nodes that know their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

import attrs

from actionruns.codegen.errors import CodegenError, Notice

__all__ = ["Document", "Node", "Pointer", "escape"]

Pointer = tuple[str, ...]

# What may stand beside $ref: it says something about the place of use, not about the type.
_BESIDE_REF: Final = frozenset(
    {"$ref", "$comment", "default", "deprecated", "description", "example", "examples"}
    | {"externalDocs", "readOnly", "summary", "title", "writeOnly"}
)


def escape(step: str) -> str:
    """Return a member's name as a step of a JSON pointer."""
    return step.replace("~", "~0").replace("/", "~1")


@attrs.define(eq=False, kw_only=True)
class Document:
    """A parsed specification.

    Attributes:
        name: File name, without folders.
        sha256: Of the file's bytes, in hexadecimal.
        value: The parsed document.
        lines: Line of each value, by its pointer; empty when the format gives none.
        notices: What has been left out so far.
    """

    name: str
    sha256: str
    value: Any
    lines: Mapping[Pointer, int] = attrs.field(factory=dict)
    notices: list[Notice] = attrs.field(factory=list)

    @property
    def root(self) -> Node:
        """The whole document."""
        return Node(self, (), self.value)

    @property
    def nullable_keyword(self) -> bool:
        """Whether null is said by ``nullable`` (OpenAPI 3.0) and not by the list of types."""
        return str(self.value.get("openapi", "")).startswith("3.0")

    def place(self, pointer: Pointer) -> str:
        """Return the place as people read it: file name and JSON pointer."""
        return f"{self.name}#/{'/'.join(map(escape, pointer))}"

    def line(self, pointer: Pointer) -> int:
        """Return the line of a value, or of the nearest one around it; 0 when unknown."""
        around = (pointer[:n] for n in range(len(pointer), -1, -1))
        return next((self.lines[place] for place in around if place in self.lines), 0)

    def notice(self, node: Node, text: str) -> None:
        """Remember that something is left out. Saying it twice of one place says it once."""
        notice = Notice(self.place(node.pointer), text)
        if notice not in self.notices:
            self.notices.append(notice)


@attrs.frozen(eq=False)
class Node:
    """One value of a specification and where it stands.

    Attributes:
        document: The specification.
        pointer: The way to the value.
        value: The value.
    """

    document: Document
    pointer: Pointer
    value: Any

    def __contains__(self, key: object) -> bool:
        return isinstance(self.value, Mapping) and key in self.value

    def __getitem__(self, key: str) -> Node:
        """Return a member.

        Raises:
            CodegenError: There is none of that name.
        """
        found = self.get(key)
        if found is None:
            raise self.error(f"{key} is missing")
        return found

    def get(self, key: str) -> Node | None:
        """Return a member, or None."""
        if not isinstance(self.value, Mapping):
            raise self.error(f"should be an object, but is {self.value!r}")
        if key not in self.value:
            return None
        return Node(self.document, (*self.pointer, key), self.value[key])

    def members(self) -> Iterator[tuple[str, Node]]:
        """Go through the members of an object."""
        if not isinstance(self.value, Mapping):
            raise self.error(f"should be an object, but is {self.value!r}")
        return ((key, self[key]) for key in self.value)

    def elements(self) -> Iterator[Node]:
        """Go through the elements of an array."""
        if not isinstance(self.value, list):
            raise self.error(f"should be an array, but is {self.value!r}")
        return (
            Node(self.document, (*self.pointer, str(index)), value)
            for index, value in enumerate(self.value)
        )

    def text(self, key: str, default: str = "") -> str:
        """Return a member that is a text, or the default when there is none."""
        found = self.get(key)
        if found is None:
            return default
        if not isinstance(found.value, str):
            raise found.error(f"should be a text, but is {found.value!r}")
        return found.value

    def flag(self, key: str, default: bool = False) -> bool:
        """Return a member that is true or false, or the default when there is none."""
        found = self.get(key)
        if found is None:
            return default
        if not isinstance(found.value, bool):
            raise found.error(f"should be true or false, but is {found.value!r}")
        return found.value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a member that is an array of texts; empty when there is none."""
        found = self.get(key)
        if found is None:
            return ()
        for element in found.elements():
            if not isinstance(element.value, str):
                raise element.error(f"should be a text, but is {element.value!r}")
        return tuple(found.value)

    def chain(self) -> Iterator[Node]:
        """Go along ``$ref`` from this node to the one that is meant, both included.

        Raises:
            CodegenError: A reference leads out of the file, to nothing, or back to itself.
        """
        node = self
        passed = {node.pointer}
        yield node
        while "$ref" in node:
            node = node._target()
            if node.pointer in passed:
                raise node.error("this reference leads back to itself")
            passed.add(node.pointer)
            yield node

    def follow(self) -> Node:
        """Return what is meant: the node itself, or what it refers to."""
        *_, last = self.chain()
        return last

    def said(self, key: str) -> Any:
        """Return an annotation, the one nearest to the place of use; None when there is none."""
        return next((node.value[key] for node in self.chain() if key in node), None)

    def described(self) -> str:
        """Return the description nearest to the place of use."""
        return str(self.said("description") or "").strip()

    def error(self, problem: str) -> CodegenError:
        """Return the error of this place."""
        place, line = self.document.place(self.pointer), self.document.line(self.pointer)
        where = f"{place} (line {line})" if line else place
        return CodegenError(f"{where}: {problem}", place=place, line=line)

    def notice(self, text: str) -> None:
        """Say that this place is left out, and why that does no harm."""
        self.document.notice(self, text)

    def _target(self) -> Node:
        reference = self["$ref"]
        if not isinstance(reference.value, str):
            raise reference.error(f"should be a text, but is {reference.value!r}")
        if not reference.value.startswith("#"):
            problem = f"{reference.value!r} leads to another file; put it into this one"
            raise reference.error(problem)
        for key in self.value:
            if key not in _BESIDE_REF and not key.startswith("x-"):
                raise self.error(f"{key} beside $ref is not supported; write both under allOf")
        steps = unquote(reference.value[1:]).split("/")
        if steps[0]:
            raise reference.error(f"{reference.value!r} is no JSON pointer, but an anchor")
        node = self.document.root
        for step in steps[1:]:
            node = _step(node, step.replace("~1", "/").replace("~0", "~"), reference)
        return node


def _step(node: Node, step: str, reference: Node) -> Node:
    if isinstance(node.value, list) and step.isdecimal() and int(step) < len(node.value):
        return Node(node.document, (*node.pointer, step), node.value[int(step)])
    if step not in node:
        raise reference.error(f"{reference.value!r} leads to nothing: there is no {step!r}")
    return node[step]
