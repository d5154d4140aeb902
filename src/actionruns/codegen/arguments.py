"""From parameters and request bodies to arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, cast

import attrs

from actionruns.codegen.annotations import PyType, TypeMapper, Use
from actionruns.codegen.document import Node
from actionruns.codegen.ir import ArgumentDef
from actionruns.codegen.media import json_content
from actionruns.codegen.models import python_name, with_deprecation
from actionruns.codegen.naming import is_name
from actionruns.codegen.schema import shape_of

__all__ = ["arguments_of"]

_INPUT: Final = Use.REQUEST | Use.ARGUMENT
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
        found += _body_arguments(body.follow(), types)
    for node in parameters.values():
        if _is_ignored(node.follow()):
            continue
        found.append((_parameter(node, types), node))
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


def _is_ignored(parameter: Node) -> bool:
    if parameter.text("in") == "header" and parameter.text("name").lower() in _OF_HTTP:
        parameter.notice("OpenAPI ignores header parameters of this name; the client sets them")
        return True
    return False


def _parameter(node: Node, types: TypeMapper) -> ArgumentDef:
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
    text = _described(node, schema) or f"{place.capitalize()} parameter `{wire}`."
    if types.of(schema, _INPUT, "").members == ("datetime",):
        text += " As ISO 8601, for example `2026-01-31T12:00:00Z`."
    return _argument(
        meant,
        schema,
        type_,
        description=text,
        name=python_name(node, wire),
        wire=wire,
        place=cast("Literal['path', 'query', 'header']", place),
        kind=kind,
        required=meant.flag("required"),
    )


def _parameter_type(schema: Node, place: str, types: TypeMapper) -> tuple[PyType, str]:
    found = types.of(schema, _INPUT, "")
    plain = types.of(schema, Use.ANSWER | Use.ARGUMENT, "")
    kind = _KINDS.get(plain.members[0]) if len(plain.members) == 1 else None
    if kind is None:
        problem = f"{plain.text()} as a parameter is not supported: only a text, a number, true or"
        raise schema.error(f"{problem} false, or a list of texts")
    if place == "path" and kind != "string":
        raise schema.error(f"a path parameter has to be a text, but is {plain.text()}")
    members = ("str",) if found.members == ("datetime",) else found.members
    # None means not sent, so a parameter has no null of its own.
    return PyType(members), kind


def _check_style(parameter: Node, place: str, kind: str) -> None:
    style = parameter.text("style", _STYLES[place])
    if style != _STYLES[place]:
        raise parameter["style"].error(f"style {style} is not supported in {place}")
    if kind == "array" and place == "query" and not parameter.flag("explode", default=True):
        raise parameter["explode"].error("lists are supported with explode: true only (a=1&a=2)")


def _body_arguments(body: Node, types: TypeMapper) -> Iterator[tuple[ArgumentDef, Node]]:
    schema = json_content(body)
    if schema is None:
        raise body["content"].error("a request body needs a schema")
    name = body.text("x-parameter")
    shape = shape_of(schema)
    required = body.flag("required")
    if name or shape is None:
        yield _whole_body(body, schema, name or "body", types), body
        return
    if shape.says_more and shape.additional is not None:
        problem = "more members than the named ones cannot be keywords; name the body: x-parameter"
        raise shape.additional.error(problem)
    for json_name, member in shape.properties.items():
        if member.said("readOnly"):
            continue
        type_ = types.of(member, _INPUT, "")
        yield (
            _argument(
                member,
                member,
                type_,
                description=_described(member, member) or f"Member `{json_name}` of the body.",
                name=python_name(member, json_name),
                wire=json_name,
                place="body",
                kind="any",
                # Without the body there is nothing that could be missing in it.
                required=required and json_name in shape.required,
            ),
            member,
        )


def _whole_body(body: Node, schema: Node, name: str, types: TypeMapper) -> ArgumentDef:
    type_ = types.of(schema, _INPUT, "")
    if type_.is_any:
        type_ = PyType(("Mapping[str, Any]",))
    if not any(member.startswith("Mapping[") for member in type_.members) or type_.nullable:
        raise schema.error(f"a request body has to be an object, but is {type_.text()}")
    return _argument(
        body,
        schema,
        type_,
        description=body.described() or schema.described() or "The request body.",
        name=python_name(body, name),
        wire="",
        place="whole",
        kind="any",
        required=body.flag("required"),
    )


def _argument(  # noqa: PLR0913  # one keyword for each thing that the callers know
    node: Node,
    schema: Node,
    type_: PyType,
    *,
    description: str,
    name: str,
    wire: str,
    place: Literal["path", "query", "header", "body", "whole"],
    kind: str,
    required: bool,
) -> ArgumentDef:
    nullable = place == "body" and (type_.nullable or type_.is_any)
    default = _default(schema) if required else "UNSET" if nullable else "None"
    optional = () if required else ("Unset", "None") if nullable else ("None",)
    if not is_name(name):
        raise node.error(f"{name!r} is no name for an argument; name it with x-name")
    return ArgumentDef(
        name=name,
        wire=wire,
        place=place,
        annotation=type_.text(*optional),
        default=default,
        kind=kind,
        required=required,
        nullable=nullable,
        positional=False,
        minimum=_limit(schema, "minimum"),
        maximum=_limit(schema, "maximum"),
        description=description,
    )


def _default(schema: Node) -> str | None:
    """Return the default of a required argument: then it is always sent (specs/port.yaml)."""
    for node in schema.chain():
        given = node.get("default")
        if given is None:
            continue
        if not isinstance(given.value, str | int | float | bool | None):
            raise given.error("a default has to be a text, a number, true, false or null")
        allowed = schema.follow().get("enum")
        if allowed is not None and given.value not in allowed.value:
            raise given.error(f"{given.value!r} is not among the values of enum")
        return repr(given.value)
    return None


def _limit(schema: Node, key: str) -> float | None:
    found = schema.follow().get(key)
    if found is None:
        return None
    if isinstance(found.value, bool) or not isinstance(found.value, int | float):
        raise found.error(f"should be a number, but is {found.value!r}")
    return found.value


def _described(node: Node, schema: Node) -> str:
    """Return the description of an argument, with the limits that it does not tell itself."""
    text = with_deprecation(node, node.described() or schema.described())
    added = []
    meant = schema.follow()
    low, high = _limit(schema, "minimum"), _limit(schema, "maximum")
    bounds = [f"{value:g}" for value in (low, high) if value is not None]
    if any(bound not in text for bound in bounds):
        named = zip(("at least", "at most"), (low, high), strict=True)
        limits = " and ".join(f"{word} {value:g}" for word, value in named if value is not None)
        added.append(f"{limits[0].upper()}{limits[1:]}.")
    items = meant.get("items")
    enum = (items.follow() if items is not None else meant).get("enum")
    values = [str(value) for value in enum.value if value is not None] if enum is not None else []
    if any(value not in text for value in values):
        added.append(f"One of {', '.join(f'`{value}`' for value in values)}.")
    default = schema.said("default")
    if default is not None and not any(word in text.lower() for word in ("left out", "default")):
        added.append(f"By default `{_as_json(default)}`.")
    return " ".join([text, *added]).strip()


def _as_json(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


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
