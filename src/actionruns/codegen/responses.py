"""From the documented answers to a result and to errors."""

from __future__ import annotations

import attrs

from actionruns.codegen.annotations import PyType, TypeMapper, Use
from actionruns.codegen.document import Node
from actionruns.codegen.ir import ErrorDef
from actionruns.codegen.media import json_content
from actionruns.codegen.naming import class_name
from actionruns.codegen.schema import shape_of
from actionruns.errors import ApiError, error_class_for

__all__ = ["Result", "errors_of", "result_of"]


@attrs.frozen(kw_only=True)
class Result:
    """What an operation gives.

    Attributes:
        type: Its type; None when there is nothing.
        schema: Its schema; None when there is nothing.
        member: The member of the answer that holds it, with dots for a member of a member; None =
            the whole answer.
        text: What it is, for people.
    """

    type: PyType | None
    schema: Node | None
    member: str | None
    text: str


def result_of(operation: Node, name: str, types: TypeMapper) -> Result:
    """Return the result of an operation: what its 2xx answers have in common.

    Args:
        operation: The operation.
        name: Its name, which classes are named after that the specification gives no name.
        types: Maps schemas to types.

    Raises:
        CodegenError: There is no such answer, they differ, or one cannot be expressed.
    """
    responses = operation["responses"]
    good = [node for status, node in responses.members() if status.startswith("2")]
    if not good:
        raise responses.error("no answer of success (2xx) is described")
    first, *others = [_carried(node) for node in good]
    for node, carried in zip(good[1:], others, strict=True):
        if _value(carried) != _value(first):
            problem = "answers of success that differ from one another are not supported"
            raise node.error(f"{problem}; this one is not as {first[0].pointer[-1]}")
    response, schema, member = first
    text = response.described()
    if schema is None:
        return Result(type=None, schema=None, member=None, text=text)
    if operation.pointer[-1] == "head":
        raise response.error("the answer to HEAD has no content")
    return Result(
        type=types.of(schema, Use.ANSWER, f"{class_name(name)}Result"),
        schema=schema.follow(),
        member=member,
        text=text,
    )


def _carried(response: Node) -> tuple[Node, Node | None, str | None]:
    """Return an answer, the schema of its result and the member that holds it."""
    meant = response.follow()
    if "headers" in meant:
        meant["headers"].notice("headers of an answer are not part of the result")
    if "links" in meant:
        meant["links"].notice("links are not followed")
    has_content = bool("content" in meant and meant["content"].value)
    schema = json_content(meant)
    if schema is None and has_content:
        # JSON without a schema is any JSON.
        schema = Node(meant.document, (*meant.pointer, "content"), True)
    member = meant.get("x-result")
    if member is None:
        return meant, schema, None
    name = meant.text("x-result")
    for step in name.split("."):
        shape = shape_of(schema) if schema is not None else None
        if shape is None or step not in shape.properties:
            raise member.error(f"the answer has no member {name!r}")
        if step not in shape.required:
            raise member.error(f"{step!r} has to be required: it is the result")
        schema = shape.properties[step]
    return meant, schema, name


def _value(carried: tuple[Node, Node | None, str | None]) -> object:
    _, schema, member = carried
    return (schema.follow().value if schema is not None else None), member


def errors_of(operation: Node) -> tuple[ErrorDef, ...]:
    """Return the errors that the documented statuses lead to, in the order of their statuses."""
    found: dict[str, list[str]] = {}
    responses = sorted(operation["responses"].members(), key=lambda member: member[0].upper())
    for status, node in responses:
        if status.startswith("2"):
            continue
        if status.startswith(("1", "3")):
            node.notice("only answers of 2xx are results; redirects are not followed")
            continue
        name = _error_name(status, node)
        text = " ".join(node.follow().described().split()).rstrip(".")
        shown = "" if status == "default" else f" ({status})"
        found.setdefault(name, []).append(f"{text or 'The service answered so'}{shown}.")
    # The general ones come last.
    names = sorted(found, key=lambda name: name == ApiError.__name__)
    return tuple(ErrorDef(name=name, description=" ".join(found[name])) for name in names)


def _error_name(status: str, node: Node) -> str:
    if status == "default" or status.upper() == "4XX":
        return ApiError.__name__
    if status.upper() == "5XX":
        return error_class_for(500).__name__
    if not status.isdecimal() or len(status) != len("404"):
        raise node.error(f"{status!r} is no HTTP status")
    return error_class_for(int(status)).__name__
