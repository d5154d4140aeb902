"""The ``exposes`` part: the REST adapter's resources and the MCP server's tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from actionruns.codegen.document import Node
from actionruns.gateway.document.consuming import METHODS, PLACEHOLDER, TYPES, unique
from actionruns.gateway.document.keys import Keys, choice, name_of, number
from actionruns.gateway.document.model import (
    Hints,
    Input,
    McpAdapter,
    Place,
    RestAdapter,
    RestOperation,
    RestResource,
    Tool,
)
from actionruns.gateway.document.outputs import exposed_outputs

__all__ = ["OWN_PATHS", "adapter_type", "mcp_adapter", "rest_adapter"]

_ELSEWHERE = {
    "authentication": "callers are known by a key of the environment, see --api-key-env",
}
_NO_EFFECT = {"address": "--host says where the gateway listens"}
_ONE_CALL = {
    "ref": "write the call out; there are no aggregates",
    "steps": "there is one call for each operation",
    "mappings": "there is one call for each operation",
}
_REST = Keys(
    "a rest adapter",
    ("type", "namespace", "port", "description", "resources"),
    refused=_ELSEWHERE,
    ignored=_NO_EFFECT,
)
_REST_RESOURCE = Keys(
    "an exposed resource",
    ("name", "label", "path", "description", "operations", "inputParameters"),
    refused={"forward": "expose each operation by a call"},
)
_CALLING: Final = (
    "name",
    "label",
    "description",
    "call",
    "with",
    "inputParameters",
    "outputParameters",
)
_REST_OPERATION = Keys("an exposed operation", ("method", *_CALLING), refused=_ONE_CALL)
_MCP = Keys(
    "an mcp adapter",
    ("type", "namespace", "port", "transport", "description", "tools"),
    refused={
        **_ELSEWHERE,
        "resources": "only tools are served",
        "prompts": "only tools are served",
    },
    ignored=_NO_EFFECT,
)
_TOOL = Keys("a tool", ("hints", *_CALLING), refused=_ONE_CALL)
_HINTS = Keys("hints", ("readOnly", "destructive", "idempotent", "openWorld"))
_INPUT = Keys(
    "an exposed parameter",
    ("name", "in", "type", "description", "required"),
    refused={
        "value": "put the constant at the consumed parameter",
        "pattern": "the service checks its texts itself",
    },
)
_PLACES: Final[tuple[Place, ...]] = ("query", "path", "header", "body")
_TRANSPORTS: Final[tuple[Literal["http", "stdio"], ...]] = ("http", "stdio")

OWN_PATHS: Final = ("/openapi.json", "/docs", "/healthz", "/readyz")
"""Paths that every REST adapter has."""

_ADAPTERS: Final = ("rest", "mcp")
_REFUSED_ADAPTERS: Final = ("skill", "control")


def adapter_type(node: Node) -> str:
    """Return whether an adapter is ``rest`` or ``mcp``.

    Raises:
        CodegenError: It is something else.
    """
    kind = choice(node, "type", (*_ADAPTERS, *_REFUSED_ADAPTERS))
    if kind in _REFUSED_ADAPTERS:
        raise node["type"].error(f"adapters of type {kind} are not supported; rest and mcp are")
    return kind


def rest_adapter(node: Node) -> RestAdapter:
    """Read the REST adapter.

    Raises:
        CodegenError: Something in it is unknown, not supported, or contradicts itself.
    """
    _REST.check(node)
    resources = tuple(_resource(item) for item in node["resources"].elements())
    unique(item.node for item in resources)
    _check_paths(resources)
    port = number(node, "port", low=1, high=65535)
    if port is None:
        raise node.error("port is missing")
    return RestAdapter(
        namespace=name_of(node, "namespace"),
        port=port,
        description=node.text("description"),
        resources=resources,
    )


def _check_paths(resources: Sequence[RestResource]) -> None:
    """Refuse paths of the gateway itself, and two that the same request would fit."""
    seen: dict[str, RestResource] = {}
    for resource in resources:
        if resource.path in OWN_PATHS:
            raise resource.node["path"].error(f"{resource.path} is a path of the gateway itself")
        first = seen.setdefault(PLACEHOLDER.sub("{}", resource.path), resource)
        if first is not resource:
            problem = f"requests for it would be those for {first.path}"
            raise resource.node["path"].error(f"{resource.path} is no path of its own: {problem}")


def mcp_adapter(node: Node) -> McpAdapter:
    """Read the MCP adapter.

    Raises:
        CodegenError: Something in it is unknown, not supported, or contradicts itself.
    """
    _MCP.check(node)
    transport = choice(node, "transport", _TRANSPORTS, "http")
    port = number(node, "port", low=1, high=65535)
    if transport == "http" and port is None:
        raise node.error("port is missing; an adapter with 'transport: http' has one")
    tools = tuple(_tool(item) for item in node["tools"].elements())
    unique(item.node for item in tools)
    return McpAdapter(
        namespace=name_of(node, "namespace"),
        port=port,
        transport=transport,
        description=node.text("description"),
        tools=tools,
    )


def _resource(node: Node) -> RestResource:
    _REST_RESOURCE.check(node)
    path = name_of(node, "path")
    if not path.startswith("/"):
        raise node["path"].error(f"a path begins with a slash, not as {path!r}")
    shared = _inputs(node)
    operations = []
    for item in node["operations"].elements():
        _REST_OPERATION.check(item)
        method = choice(item, "method", METHODS)
        operations.append(RestOperation(method=method, **_calling(item, "rest", shared)))
    unique((operation.node for operation in operations), "method")
    return RestResource(
        name=node.text("name") or path,
        path=path,
        description=node.text("description"),
        operations=tuple(operations),
        node=node,
    )


def _tool(node: Node) -> Tool:
    _TOOL.check(node)
    name_of(node)
    name_of(node, "description")
    hints = node.get("hints")
    return Tool(hints=Hints() if hints is None else _hints(hints), **_calling(node, "tools", ()))


def _hints(node: Node) -> Hints:
    _HINTS.check(node)
    return Hints(
        read_only=_said(node, "readOnly"),
        destructive=_said(node, "destructive"),
        idempotent=_said(node, "idempotent"),
        open_world=_said(node, "openWorld"),
    )


def _said(node: Node, key: str) -> bool | None:
    return node.flag(key) if key in node else None


def _calling(node: Node, prefix: str, shared: tuple[Input, ...]) -> dict[str, Any]:
    """Return what operations and tools have in common, as keywords of both."""
    inputs = _inputs(node)
    own = {item.name for item in inputs}
    return {
        "name": node.text("name"),
        "label": node.text("label"),
        "description": " ".join(node.text("description").split()),
        "call": name_of(node, "call"),
        "arguments": _arguments(node.get("with"), prefix),
        "inputs": (*(item for item in shared if item.name not in own), *inputs),
        "outputs": exposed_outputs(node),
        "node": node,
    }


def _arguments(node: Node | None, prefix: str) -> Mapping[str, str | float] | None:
    """Read ``with``: what each parameter of the called operation gets."""
    if node is None:
        return None
    arguments: dict[str, str | float] = {}
    for name, member in node.members():
        value = member.value
        if isinstance(value, int | float):
            arguments[name] = value
        elif isinstance(value, str) and value.startswith(f"{prefix}.") and value != f"{prefix}.":
            arguments[name] = value.removeprefix(f"{prefix}.")
        else:
            problem = f"is '{prefix}.' and the name of an input, or a number; not {value!r}"
            raise member.error(f"what {name} gets {problem}")
    return arguments


def _inputs(node: Node) -> tuple[Input, ...]:
    found = node.get("inputParameters")
    if found is None:
        return ()
    inputs = []
    for item in found.elements():
        _INPUT.check(item)
        inputs.append(
            Input(
                name=name_of(item),
                place=choice(item, "in", _PLACES) if "in" in item else None,
                type=choice(item, "type", TYPES),
                description=" ".join(item.text("description").split()),
                required=item.flag("required"),
                node=item,
            )
        )
    unique(item.node for item in inputs)
    return tuple(inputs)
