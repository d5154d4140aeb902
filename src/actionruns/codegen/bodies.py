"""From request bodies to arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from actionruns.codegen.annotations import PyType, TypeMapper
from actionruns.codegen.argument import INPUT, argument_of, described
from actionruns.codegen.document import Node
from actionruns.codegen.ir import ArgumentDef
from actionruns.codegen.media import json_content
from actionruns.codegen.models import python_name
from actionruns.codegen.schema import shape_of

__all__ = ["body_arguments"]

_OTHERS: Final = frozenset({"Any", "bool", "datetime", "float", "int", "str"})


def body_arguments(body: Node, types: TypeMapper) -> Iterator[tuple[ArgumentDef, Node]]:
    """Return the arguments that a request body is made of, each with its place.

    Args:
        body: The request body.
        types: Maps schemas to types.

    Raises:
        CodegenError: The body is no JSON, or has members that cannot be keywords.
    """
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
        type_ = types.of(member, INPUT, "")
        argument = argument_of(
            member,
            type_,
            name=python_name(member, json_name),
            wire=json_name,
            place="body",
            # Without the body there is nothing that could be missing in it.
            required=required and json_name in shape.required,
            description=described(member, member) or f"Member `{json_name}` of the body.",
        )
        yield argument, member


def _whole_body(body: Node, schema: Node, name: str, types: TypeMapper) -> ArgumentDef:
    type_ = types.of(schema, INPUT, "")
    argument = argument_of(
        schema,
        type_,
        name=python_name(body, name),
        wire="",
        place="whole",
        required=body.flag("required"),
        description=body.described() or schema.described() or "The request body.",
    )
    return attrs.evolve(argument, kind=_shape(type_))


def _shape(type_: PyType) -> str:
    """Return what JSON a body of this type is."""
    kinds = {_shape_of_member(member) for member in type_.members}
    return kinds.pop() if len(kinds) == 1 else "any"


def _shape_of_member(member: str) -> str:
    if member.startswith("Sequence["):
        return "array"
    is_other = member in _OTHERS or member.startswith("Literal[")
    return "any" if is_other else "object"
