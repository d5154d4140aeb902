"""From the documented answers to a result and to errors."""

from __future__ import annotations

from typing import Final

import attrs

from actionruns.codegen.annotations import PyType, TypeMapper, Use
from actionruns.codegen.document import Node
from actionruns.codegen.ir import ErrorDef
from actionruns.codegen.media import json_content, stream_content
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
        is_stream: Whether it comes as events, each of which has data of this type.
        may_be_empty: Whether an answer may be empty instead, which makes the result None.
    """

    type: PyType | None
    schema: Node | None
    member: str | None
    text: str
    is_stream: bool = False
    may_be_empty: bool = False


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
    carried = [_carried(node) for node in good]
    full = [found for found in carried if found.schema is not None]
    empty = [found for found in carried if found.schema is None]
    first = (full or empty)[0]
    for node, found in zip(good, carried, strict=True):
        if found.schema is not None and _value(found) != _value(first):
            problem = "answers of success that differ from one another are not supported"
            raise node.error(f"{problem}; this one is not as {first.response.pointer[-1]}")
    text = first.response.described()
    if first.schema is None:
        return Result(type=None, schema=None, member=None, text=text)
    if operation.pointer[-1] == "head":
        raise first.response.error("the answer to HEAD has no content")
    type_ = types.of(first.schema, Use.ANSWER, f"{class_name(name)}Result")
    # A stream that there is nothing for is a stream without events.
    may_be_empty = bool(empty) and not first.is_stream
    if may_be_empty:
        type_ = type_.or_none()
        text = f"{text} None: {empty[0].response.described()}".strip()
    return Result(
        type=type_,
        schema=first.schema.follow(),
        member=first.member,
        text=text,
        is_stream=first.is_stream,
        may_be_empty=may_be_empty,
    )


@attrs.frozen
class _Carried:
    """What an answer carries: the schema of its result and the member that holds it."""

    response: Node
    schema: Node | None
    member: str | None = None
    is_stream: bool = False


def _carried(response: Node) -> _Carried:
    meant = response.follow()
    if "headers" in meant:
        meant["headers"].notice("headers of an answer are not part of the result")
    if "links" in meant:
        meant["links"].notice("links are not followed")
    stream = stream_content(meant)
    if stream is not None:
        return _Carried(meant, _event_data(stream), is_stream=True)
    has_content = bool("content" in meant and meant["content"].value)
    schema = json_content(meant)
    if schema is None and has_content:
        # JSON without a schema is any JSON.
        schema = Node(meant.document, (*meant.pointer, "content"), True)
    member = meant.get("x-result")
    if member is None:
        return _Carried(meant, schema)
    name = meant.text("x-result")
    for step in name.split("."):
        shape = shape_of(schema) if schema is not None else None
        if shape is None or step not in shape.properties:
            raise member.error(f"the answer has no member {name!r}")
        if step not in shape.required:
            raise member.error(f"{step!r} has to be required: it is the result")
        schema = shape.properties[step]
    return _Carried(meant, schema, name)


# OpenAPI before 3.2 does not say what the schema of a stream describes. Some describe the data of
# an event, some (as the Agent Connect Protocol does) an event with the fields that it has.
_EVENT_FIELDS: Final = frozenset({"data", "event", "id", "retry"})


def _event_data(stream: Node) -> Node:
    """Return the schema of the data of a stream's events."""
    schema = stream.get("schema")
    if schema is None:
        return Node(stream.document, stream.pointer, True)
    shape = shape_of(schema)
    if shape is None or "data" not in shape.properties:
        return schema
    is_event = len(shape.properties) > 1 and _EVENT_FIELDS.issuperset(shape.properties)
    return shape.properties["data"] if is_event else schema


def _value(carried: _Carried) -> object:
    schema = carried.schema
    value = schema.follow().value if schema is not None else None
    return value, carried.member, carried.is_stream


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
