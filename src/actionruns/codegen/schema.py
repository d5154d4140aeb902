"""What a schema says, before it becomes a type: keywords, null, and objects put together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from actionruns.codegen.document import Node

__all__ = ["Shape", "check_keywords", "json_types", "only_part", "says_null", "shape_of"]

# Keywords that the generated types express.
_EXPRESSED: Final = frozenset(
    {"$ref", "additionalProperties", "allOf", "anyOf", "const", "default", "deprecated"}
    | {"description", "enum", "format", "items", "maximum", "minimum", "nullable", "oneOf"}
    | {"properties", "readOnly", "required", "title", "type", "writeOnly"}
)
# Keywords that only narrow down a type's values (the service checks those), or speak to people.
# discriminator: members of a union are told apart by what they require, which is checked.
_HARMLESS: Final = frozenset(
    {"$comment", "$id", "$schema", "contains", "contentEncoding", "contentMediaType"}
    | {"dependentRequired", "discriminator", "else", "example", "examples", "exclusiveMaximum"}
    | {"exclusiveMinimum", "externalDocs", "if", "maxContains", "maxItems", "maxLength"}
    | {"maxProperties", "minContains", "minItems", "minLength", "minProperties", "multipleOf"}
    | {"not", "pattern", "propertyNames", "then", "uniqueItems", "xml"}
)


def check_keywords(schema: Node) -> None:
    """Refuse a schema with a keyword that the generated types could not express.

    Raises:
        CodegenError: There is one, or a misspelt one.
    """
    for key, member in schema.members():
        if key not in _EXPRESSED and key not in _HARMLESS and not key.startswith("x-"):
            raise member.error(f"the schema keyword {key} is not supported")
    if "nullable" in schema and not schema.document.nullable_keyword:
        problem = "OpenAPI 3.1 knows no nullable; write the type as [..., 'null']"
        raise schema["nullable"].error(problem)


def says_null(schema: Node) -> bool:
    """Tell whether a schema (not what its parts say) allows null."""
    if schema.document.nullable_keyword:
        return schema.flag("nullable")
    declared = schema.get("type")
    listed = declared is not None and isinstance(declared.value, list) and "null" in declared.value
    return listed or ("enum" in schema and None in schema["enum"].value)


def json_types(schema: Node) -> tuple[str, ...]:
    """Return the JSON types that a schema declares or implies, without null.

    Raises:
        CodegenError: OpenAPI 3.0 with a list of types.
    """
    declared = schema.get("type")
    if declared is None:
        implied = {"properties": "object", "additionalProperties": "object", "items": "array"}
        return tuple(dict.fromkeys(name for key, name in implied.items() if key in schema))
    if isinstance(declared.value, list):
        if schema.document.nullable_keyword:
            raise declared.error("OpenAPI 3.0 knows no lists of types; write anyOf")
        return tuple(name for name in schema.texts("type") if name != "null")
    return (schema.text("type"),)


def only_part(schema: Node) -> Node | None:
    """Return the part of an allOf that only wraps it (to add a description or null)."""
    parts = list(schema["allOf"].elements()) if "allOf" in schema else []
    return parts[0] if len(parts) == 1 and "properties" not in schema else None


@attrs.frozen
class Shape:
    """An object with named members.

    Attributes:
        properties: The members' schemas by their names in JSON.
        required: Names of members that are always there.
        additional: The schema of other members, when the specification gives one.
    """

    properties: dict[str, Node]
    required: frozenset[str]
    additional: Node | None

    @property
    def says_more(self) -> bool:
        """Whether other members are allowed expressly."""
        return self.additional is not None and self.additional.value is not False


def shape_of(schema: Node) -> Shape | None:
    """Put an object together from its own members and those of its allOf.

    Returns:
        The object; None when the schema is something else, or an object without named members.

    Raises:
        CodegenError: A part of allOf is no object, or two parts contradict each other.
    """
    node = schema.follow()
    if not isinstance(node.value, dict) or ("allOf" not in node and "properties" not in node):
        return None
    if json_types(node) not in ((), ("object",)):
        raise node.error("an object with members cannot be another type as well")
    for key in ("oneOf", "anyOf"):
        if key in node:
            raise node[key].error(f"{key} beside properties or allOf is not supported")
    properties: dict[str, Node] = {}
    required: set[str] = set()
    additional: Node | None = None
    for part in _parts(node):
        for name, member in part.properties.items():
            known = properties.setdefault(name, member)
            if known.follow().value != member.follow().value:
                place = node.document.place(known.pointer)
                raise member.error(f"{name} is something else at {place}")
        required |= part.required
        additional = additional if part.additional is None else part.additional
    for name in sorted(required - properties.keys()):
        raise node.error(f"{name!r} is required but not among the properties")
    return Shape(properties, frozenset(required), additional)


def _parts(node: Node) -> Iterator[Shape]:
    check_keywords(node)
    for part in node["allOf"].elements() if "allOf" in node else ():
        meant = part.follow()
        if meant.pointer == node.pointer[: len(meant.pointer)]:
            raise part.error("an allOf that contains itself")
        merged = shape_of(part)
        if merged is None:
            is_bare = set(meant.value) <= {"required", "type", "description"}
            if is_bare and json_types(meant) in ((), ("object",)):
                yield Shape({}, frozenset(meant.texts("required")), None)
                continue
            raise part.error("allOf is supported for objects with properties only")
        yield merged
    own = node.get("properties")
    members = dict(own.members()) if own is not None else {}
    yield Shape(members, frozenset(node.texts("required")), node.get("additionalProperties"))
