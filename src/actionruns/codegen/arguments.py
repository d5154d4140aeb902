"""From parameters and request bodies to arguments."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from actionruns.codegen.annotations import TypeMapper
from actionruns.codegen.bodies import body_arguments
from actionruns.codegen.document import Node
from actionruns.codegen.ir import ArgumentDef
from actionruns.codegen.parameters import is_ignored, parameter_argument

__all__ = ["arguments_of"]


def arguments_of(operation: Node, shared: Iterable[Node], types: TypeMapper) -> list[ArgumentDef]:
    """Return the arguments of an operation, in the order of its signature.

    Args:
        operation: The operation.
        shared: The parameters of its path.
        types: Maps schemas to types.

    Raises:
        CodegenError: One of them cannot be expressed, or two have the same name.
    """
    own = operation.get("parameters")
    parameters = _by_place(shared) | _by_place(own.elements() if own is not None else ())
    found: list[tuple[ArgumentDef, Node]] = []
    body = operation.get("requestBody")
    if body is not None:
        found += body_arguments(body.follow(), types)
    for node in parameters.values():
        if is_ignored(node.follow()):
            continue
        found.append((parameter_argument(node, types), node))
    _check_names(found)
    return _in_order(operation, [argument for argument, _ in found])


def _by_place(parameters: Iterable[Node]) -> dict[tuple[str, str], Node]:
    found: dict[tuple[str, str], Node] = {}
    for node in parameters:
        meant = node.follow()
        place, wire = meant["in"].value, meant["name"].value
        if (place, wire) in found:
            raise node.error(f"the {place} parameter {wire!r} stands twice")
        found[place, wire] = node
    return found


def _check_names(found: list[tuple[ArgumentDef, Node]]) -> None:
    places: dict[str, Node] = {}
    for argument, node in found:
        if argument.name == "timeout":
            raise node.error("every operation has a timeout of its own; rename this with x-name")
        other = places.setdefault(argument.name, node)
        if other is not node:
            place = node.document.place(other.pointer)
            raise node.error(f"{argument.name} is the argument of {place} already; use x-name")


def _in_order(operation: Node, arguments: list[ArgumentDef]) -> list[ArgumentDef]:
    by_name = {argument.name: argument for argument in arguments}
    given = operation.get("x-positional")
    if given is None:
        names: list[str] = [a.name for a in arguments if a.place == "path"]
        path = operation.pointer[-2]
        wire = {a.name: f"{{{a.wire}}}" for a in arguments}
        names.sort(key=lambda name: path.find(wire[name]))
    else:
        names = list(operation.texts("x-positional"))
        for name in names:
            if name not in by_name:
                raise given.error(f"there is no argument {name!r}")
            if by_name[name].default is not None:
                raise given.error(f"{name} has a default and has to stay a keyword")
    positional = [attrs.evolve(by_name[name], positional=True) for name in names]
    others = [argument for argument in arguments if argument.name not in names]
    return positional + sorted(others, key=lambda argument: argument.default is not None)
