"""Output parameters: what becomes of a service's answer."""

from __future__ import annotations

from typing import Final

from actionruns.codegen.document import Node
from actionruns.gateway.document.keys import Keys, choice, name_of
from actionruns.gateway.document.model import Output, Type
from actionruns.gateway.paths import Path, path_of

__all__ = ["consumed_outputs", "exposed_outputs"]

_TYPES: Final[tuple[Type, ...]] = ("string", "number", "integer", "boolean", "array", "object")
_CONSUMED = Keys("an output of a consumed operation", ("name", "type", "value", "description"))
_EXPOSED = Keys(
    "an output",
    ("name", "type", "mapping", "value", "properties", "items", "description"),
    ignored={"const": "it is for linters; 'value' sets a constant"},
)


def consumed_outputs(node: Node) -> tuple[Output, ...]:
    """Read what a consumed operation calls the parts of its answer.

    Raises:
        CodegenError: A key is unknown, or a path is not understood.
    """
    return tuple(_consumed(item) for item in _elements(node))


def exposed_outputs(node: Node) -> tuple[Output, ...]:
    """Read what is exposed of an answer.

    Raises:
        CodegenError: A key is unknown, a path is not understood, or the parts make no result.
    """
    outputs = tuple(_exposed(item) for item in _elements(node))
    if len(outputs) > 1:
        for output in outputs:
            if not output.name:
                raise output.node.error("several outputs need a name each")
    return outputs


def _elements(node: Node) -> list[Node]:
    found = node.get("outputParameters")
    return [] if found is None else list(found.elements())


def _consumed(node: Node) -> Output:
    _CONSUMED.check(node)
    name_of(node, "value")
    return Output(
        name=name_of(node),
        type=choice(node, "type", _TYPES, "object"),
        mapping=_path(node["value"]),
        node=node,
    )


def _exposed(node: Node) -> Output:
    _EXPOSED.check(node)
    mapping, value = node.get("mapping"), node.get("value")
    if mapping is not None and value is not None:
        raise value.error("an output has a mapping or a value, not both")
    properties, items = node.get("properties"), node.get("items")
    output = Output(
        name=node.text("name"),
        type=choice(node, "type", _TYPES),
        mapping=None if mapping is None else _path(mapping),
        value=None if value is None else node.text("value"),
        properties={} if properties is None else {k: _exposed(m) for k, m in properties.members()},
        items=None if items is None else _exposed(items),
        node=node,
    )
    if not (mapping or value or properties):
        raise node.error("an output needs a mapping, a value or properties")
    if output.items is not None and mapping is None:
        raise node.error("items needs a mapping that says where the array is")
    return output


def _path(node: Node) -> Path:
    path = path_of(node.value) if isinstance(node.value, str) else None
    if path is None:
        problem = "'$.' is the whole answer, '$.run.id' a member, '$.runs[0]' an element"
        raise node.error(f"{node.value!r} is no path that is understood: {problem}")
    return path
