"""The ``consumes`` part: services, their paths, operations, parameters and credentials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from actionruns.codegen.document import Node
from actionruns.gateway.document.keys import Keys, choice, name_of
from actionruns.gateway.document.model import (
    Authentication,
    HttpService,
    Input,
    Kind,
    Operation,
    Place,
    Resource,
    Type,
)
from actionruns.gateway.document.outputs import consumed_outputs

__all__ = ["METHODS", "PLACEHOLDER", "TYPES", "http_service", "unique"]

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
TYPES: Final[tuple[Type, ...]] = ("string", "number", "integer", "boolean", "array", "object")
_PLACES: Final[tuple[Place, ...]] = ("query", "path", "header", "body")

_IMPORT = "put the service into this document"
_SERVICE = Keys(
    "a consumed service",
    (
        "type",
        "namespace",
        "baseUri",
        "description",
        "resources",
        "inputParameters",
        "authentication",
    ),
    refused={"location": _IMPORT, "import": _IMPORT, "as": _IMPORT},
)
_RESOURCE = Keys(
    "a consumed resource",
    ("name", "label", "path", "description", "operations", "inputParameters"),
)
_OPERATION = Keys(
    "a consumed operation",
    (
        "name",
        "label",
        "method",
        "description",
        "inputParameters",
        "outputRawFormat",
        "outputParameters",
    ),
    refused={
        "body": "declare an input parameter that is 'in: body'",
        "outputSchema": "only JSON answers are read, which need none",
    },
)
_INPUT = Keys("a consumed parameter", ("name", "in", "type", "description", "required", "value"))
_KINDS: Final[tuple[Kind, ...]] = ("apikey", "bearer", "basic", "sdk")
_AUTHENTICATION: Final[Mapping[Kind, Keys]] = {
    "apikey": Keys("apikey authentication", ("type", "key", "value", "placement")),
    "bearer": Keys("bearer authentication", ("type", "token")),
    "basic": Keys("basic authentication", ("type", "username", "password")),
    "sdk": Keys("sdk authentication", ("type",)),
}

# RFC 6570 has more; the format has simple names only.
PLACEHOLDER: Final = re.compile(r"\{([^{}/]+)\}")


def http_service(node: Node) -> HttpService:
    """Read a consumed service.

    Raises:
        CodegenError: Something in it is unknown, not supported, or contradicts itself.
    """
    _SERVICE.check(node)
    choice(node, "type", ("http",), "http")
    base = node["baseUri"]
    base_uri = node.text("baseUri")
    if base_uri and not re.match(r"https?://[^/\s]+", base_uri):
        raise base.error(f"baseUri begins with http:// or https:// and a host, not {base_uri!r}")
    shared = _inputs(node)
    resources = tuple(_resource(item, shared) for item in node["resources"].elements())
    unique(item.node for item in resources)
    return HttpService(
        namespace=name_of(node, "namespace"),
        base_uri=base_uri,
        description=node.text("description"),
        resources=resources,
        authentication=_authentication(node.get("authentication")),
        node=node,
    )


def unique(nodes: Iterable[Node], key: str = "name") -> None:
    """Refuse two objects of one name.

    Raises:
        CodegenError: There are two.
    """
    seen: dict[str, Node] = {}
    for node in nodes:
        name = node.text(key)
        first = seen.setdefault(name, node)
        if first is not node:
            line = first.document.line(first.pointer)
            raise node.error(f"there is another {name!r} already, in line {line}")


def _resource(node: Node, shared: tuple[Input, ...]) -> Resource:
    _RESOURCE.check(node)
    path = name_of(node, "path")
    if not path.startswith("/"):
        raise node["path"].error(f"a path begins with a slash, not as {path!r}")
    shared = _merged(shared, _inputs(node))
    operations = tuple(_operation(item, path, shared) for item in node["operations"].elements())
    unique(item.node for item in operations)
    return Resource(
        name=name_of(node),
        path=path,
        description=node.text("description"),
        operations=operations,
        node=node,
    )


def _operation(node: Node, path: str, shared: tuple[Input, ...]) -> Operation:
    _OPERATION.check(node)
    choice(node, "outputRawFormat", ("json",), "json")
    inputs = _merged(shared, _inputs(node))
    _check_places(node, path, inputs)
    return Operation(
        name=name_of(node),
        method=choice(node, "method", METHODS, "GET"),
        description=node.text("description") or node.text("label"),
        inputs=inputs,
        outputs=consumed_outputs(node),
        node=node,
    )


def _check_places(node: Node, path: str, inputs: tuple[Input, ...]) -> None:
    placeholders = PLACEHOLDER.findall(path)
    in_path = {item.name: item for item in inputs if item.place == "path"}
    for name in placeholders:
        if name not in in_path:
            raise node.error(f"the path has {{{name}}}, but no parameter {name!r} is 'in: path'")
        if placeholders.count(name) > 1:
            raise node.error(f"the path has {{{name}}} twice")
    for name, item in in_path.items():
        if name not in placeholders:
            raise item.node.error(f"{name} is 'in: path', but the path {path!r} has no {{{name}}}")
        if item.type not in ("string", "integer"):
            raise item.node.error(f"a path takes a string or an integer, not {item.type}")
    bodies = [item for item in inputs if item.place == "body"]
    if len(bodies) > 1:
        problem = "is 'in: body' as well; declare one object that is the whole body"
        raise bodies[1].node.error(f"{bodies[1].name} {problem}")
    for item in inputs:
        if item.type == "object" and item.place != "body":
            raise item.node.error(
                f"an object can be sent in the body only, not in the {item.place}"
            )


def _inputs(node: Node) -> tuple[Input, ...]:
    found = node.get("inputParameters")
    if found is None:
        return ()
    inputs = tuple(_input(item) for item in found.elements())
    unique(item.node for item in inputs)
    return inputs


def _input(node: Node) -> Input:
    _INPUT.check(node)
    place = choice(node, "in", _PLACES)
    value = node.get("value")
    if value is not None and not isinstance(value.value, str):
        raise value.error(f"value should be a text, but is {value.value!r}")
    if value is not None and place == "body":
        raise value.error("a constant body is not supported")
    return Input(
        name=name_of(node),
        place=place,
        type=choice(node, "type", TYPES, "object" if place == "body" else "string"),
        description=" ".join(node.text("description").split()),
        required=node.flag("required") or place == "path",
        value=None if value is None else value.value,
        node=node,
    )


def _merged(outer: tuple[Input, ...], own: tuple[Input, ...]) -> tuple[Input, ...]:
    names = {item.name for item in own}
    return (*(item for item in outer if item.name not in names), *own)


def _authentication(node: Node | None) -> Authentication | None:
    if node is None:
        return None
    kind = choice(node, "type", _KINDS)
    keys = _AUTHENTICATION[kind]
    keys.check(node)
    if kind == "apikey":
        placement = choice(node, "placement", ("header", "query", "cookie"), "header")
        if placement != "header":
            problem = "a key there ends up in logs and caches; only 'header' is supported"
            raise node["placement"].error(f"placement {placement!r}: {problem}")
    return Authentication(
        type=kind,
        settings={
            key: name_of(node, key) for key in keys.known if key not in ("type", "placement")
        },
        node=node,
    )
