"""From parameters to arguments."""

from __future__ import annotations

from typing import Final, cast

import attrs

from actionruns.codegen.annotations import PLAIN, PyType, TypeMapper
from actionruns.codegen.argument import INPUT, Place, argument_of, described
from actionruns.codegen.document import Node
from actionruns.codegen.ir import ArgumentDef
from actionruns.codegen.models import python_name

__all__ = ["is_ignored", "parameter_argument"]

_KINDS: Final = {
    "str": "string",
    "datetime": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "Sequence[str]": "array",
}
_STYLES: Final = {"path": "simple", "query": "form", "header": "simple"}
# OpenAPI 3.1, 4.8.12.1: parameters with these names are to be ignored.
_OF_HTTP: Final = frozenset({"accept", "content-type", "authorization"})
_OF_PARAMETER: Final = frozenset(
    {"allowEmptyValue", "allowReserved", "deprecated", "description", "example", "examples"}
    | {"explode", "in", "name", "required", "schema", "style"}
)


def is_ignored(parameter: Node) -> bool:
    """Tell whether OpenAPI says to ignore a parameter."""
    if parameter.text("in") == "header" and parameter.text("name").lower() in _OF_HTTP:
        parameter.notice("OpenAPI ignores header parameters of this name; the client sets them")
        return True
    return False


def parameter_argument(node: Node, types: TypeMapper) -> ArgumentDef:
    """Return the argument that a parameter is.

    Raises:
        CodegenError: Its place, type or style is not supported.
    """
    meant = node.follow()
    place, wire = meant.text("in"), meant.text("name")
    if place == "cookie":
        raise meant.error("cookie parameters are not supported; cookies are the client's")
    if place not in _STYLES:
        raise meant.error(f"a parameter cannot be in {place!r}")
    for key, member in meant.members():
        if key == "content":
            raise member.error("content in a parameter is not supported; use schema")
        if key not in _OF_PARAMETER and not key.startswith("x-"):
            raise member.error(f"{key} in a parameter is not supported")
    schema = meant["schema"]
    type_, kind = _parameter_type(schema, place, types)
    _check_style(meant, place, kind)
    if place == "path" and not meant.flag("required"):
        raise meant.error("a path parameter has to be required: true")
    text = described(node, schema) or f"{place.capitalize()} parameter `{wire}`."
    if types.of(schema, INPUT, "").members == ("datetime",):
        text += " As ISO 8601, for example `2026-01-31T12:00:00Z`."
    argument = argument_of(
        schema,
        type_,
        name=python_name(node, wire),
        wire=wire,
        place=cast("Place", place),
        required=meant.flag("required"),
        description=text,
    )
    return attrs.evolve(argument, kind=kind)


def _parameter_type(schema: Node, place: str, types: TypeMapper) -> tuple[PyType, str]:
    found = types.of(schema, INPUT, "")
    plain = types.of(schema, PLAIN, "")
    kind = _KINDS.get(plain.members[0]) if len(plain.members) == 1 else None
    if kind is None:
        problem = f"{plain.text()} as a parameter is not supported: only a text, a number, true or"
        raise schema.error(f"{problem} false, or a list of texts")
    if place == "path" and kind not in ("string", "integer"):
        problem = f"a path parameter has to be a text or a whole number, but is {plain.text()}"
        raise schema.error(problem)
    members = ("str",) if found.members == ("datetime",) else found.members
    # None means not sent, so a parameter has no null of its own.
    return PyType(members), kind


def _check_style(parameter: Node, place: str, kind: str) -> None:
    style = parameter.text("style", _STYLES[place])
    if style != _STYLES[place]:
        raise parameter["style"].error(f"style {style} is not supported in {place}")
    if kind == "array" and place == "query" and not parameter.flag("explode", default=True):
        raise parameter["explode"].error("lists are supported with explode: true only (a=1&a=2)")
