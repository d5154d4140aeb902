"""Calls: from what is exposed to operations that the SDK sends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from actionruns.core.operation import Body, Operation, Parameter
from actionruns.gateway.document.consuming import PLACEHOLDER
from actionruns.gateway.document.model import (
    Capability,
    Exposed,
    Hints,
    Input,
    Output,
    Place,
    RestOperation,
    Tool,
    Type,
)
from actionruns.gateway.resolving import Target, resolve

__all__ = ["Call", "CallInput", "RestCall", "ToolCall", "rest_calls", "tool_calls"]

# RFC 9110, 9.2.2.
_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@attrs.frozen(kw_only=True)
class CallInput:
    """What a caller gives.

    Attributes:
        name: Its name for callers.
        wire: The name in a REST path, which may have hyphens; elsewhere the same as ``name``.
        type: Its type in JSON.
        place: Where a REST caller puts it.
        description: What it is.
        required: Whether it must be given.
    """

    name: str
    wire: str
    type: Type
    place: Place
    description: str = ""
    required: bool = False


@attrs.frozen(kw_only=True)
class Call:
    """One consumed operation as it is exposed.

    Attributes:
        name: Its name for callers.
        title: Its title for people; empty = it has none.
        description: What it does.
        target: The consumed operation.
        operation: The same as the SDK sends it.
        inputs: What callers give.
        arguments: Parameter of the operation -> name of the input that it gets.
        constants: Parameter of the operation -> what it always gets, as the document has it.
        outputs: What becomes of the answer.
        reads: Whether it changes nothing.
    """

    name: str
    title: str = ""
    description: str = ""
    target: Target
    operation: Operation[Any]
    inputs: tuple[CallInput, ...]
    arguments: Mapping[str, str]
    constants: Mapping[str, str | float]
    outputs: tuple[Output, ...]
    reads: bool


@attrs.frozen(kw_only=True)
class RestCall(Call):
    """A call of the REST adapter.

    Attributes:
        method: HTTP method that callers use.
        path: Path template that callers use.
        group: Name of the resource.
    """

    method: str
    path: str
    group: str


@attrs.frozen(kw_only=True)
class ToolCall(Call):
    """A call of the MCP server, with what the document says of its effects."""

    hints: Hints


def tool_calls(capability: Capability) -> tuple[ToolCall, ...]:
    """Return the tools that a document exposes.

    Raises:
        CodegenError: What a tool calls is not there, ambiguous, or takes something else.
    """
    found = []
    for tool in () if capability.mcp is None else capability.mcp.tools:
        target = resolve(capability, tool)
        reads, idempotent = _effects(target, (tool,))
        parts = _parts(tool, target, path="", idempotent=idempotent)
        found.append(ToolCall(hints=tool.hints, reads=reads, **parts))
    return tuple(found)


def rest_calls(capability: Capability) -> tuple[RestCall, ...]:
    """Return the REST operations that a document exposes.

    Whether one changes something, and may be repeated, is what the hints of a tool say that calls
    the same operation; without one, the method tells.

    Raises:
        CodegenError: What an operation calls is not there, ambiguous, or takes something else.
    """
    tools: dict[str, list[Tool]] = {}
    for tool in () if capability.mcp is None else capability.mcp.tools:
        tools.setdefault(str(resolve(capability, tool)), []).append(tool)
    found = []
    for resource in () if capability.rest is None else capability.rest.resources:
        for operation in resource.operations:
            target = resolve(capability, operation, method=operation.method, path=resource.path)
            reads, idempotent = _effects(target, tools.get(str(target), ()))
            parts = _parts(operation, target, path=resource.path, idempotent=idempotent)
            found.append(
                RestCall(
                    method=operation.method,
                    path=resource.path,
                    group=resource.name,
                    reads=reads,
                    **parts,
                )
            )
    return tuple(found)


def _effects(target: Target, tools: Iterable[Tool]) -> tuple[bool, bool]:
    """Return whether an operation only reads, and whether it may be repeated."""
    reads = target.operation.method in _READING
    idempotent = target.operation.method in _IDEMPOTENT
    for tool in tools:
        hints = tool.hints
        reads = reads if hints.read_only is None else hints.read_only
        idempotent = idempotent if hints.idempotent is None else hints.idempotent
    return reads, idempotent or reads


def _parts(exposed: Exposed, target: Target, *, path: str, idempotent: bool) -> dict[str, Any]:
    """Return what calls of both kinds have in common, as keywords."""
    arguments, constants = _arguments(exposed, target)
    inputs = tuple(_inputs(exposed, target, arguments, path))
    _check_inputs(exposed, inputs, path)
    name = exposed.name or target.operation.name
    return {
        "name": name,
        "title": exposed.label,
        "description": exposed.description or target.operation.description,
        "target": target,
        "operation": _operation(name, target, idempotent=idempotent),
        "inputs": inputs,
        "arguments": arguments,
        "constants": constants,
        "outputs": exposed.outputs,
    }


def _arguments(exposed: Exposed, target: Target) -> tuple[dict[str, str], dict[str, str | float]]:
    arguments: dict[str, str] = {}
    constants: dict[str, str | float] = {}
    for item in target.operation.inputs:
        said = item.name if exposed.arguments is None else exposed.arguments.get(item.name)
        if item.value is not None:
            constants[item.name] = item.value
        elif isinstance(said, str):
            arguments[item.name] = said
        elif said is not None:
            constants[item.name] = said
    return arguments, constants


def _inputs(
    exposed: Exposed, target: Target, arguments: Mapping[str, str], path: str
) -> Iterator[CallInput]:
    """Yield what callers give, each once, in the order of the consumed parameters."""
    consumed = {item.name: item for item in target.operation.inputs}
    declared = {item.name: item for item in exposed.inputs}
    in_path = {name.replace("-", "_"): name for name in PLACEHOLDER.findall(path)}
    fed: dict[str, list[Input]] = {}
    for parameter, name in arguments.items():
        fed.setdefault(name, []).append(consumed[parameter])
    for name, parameters in fed.items():
        first, own = parameters[0], declared.get(name)
        wire = in_path.get(name.replace("-", "_"))
        place: Place = "path" if wire is not None else _own_place(first, own)
        yield CallInput(
            name=name,
            wire=wire or name,
            type=first.type if own is None else own.type,
            place=place,
            description=(own.description if own is not None else "") or first.description,
            required=any(item.required for item in parameters)
            or (own is not None and own.required)
            or wire is not None,
        )


def _own_place(consumed: Input, declared: Input | None) -> Place:
    if declared is not None and declared.place is not None:
        return declared.place
    # A parameter that stands in the service's path, but not in ours.
    return "query" if consumed.place in ("path", None) else consumed.place


def _check_inputs(exposed: Exposed, inputs: tuple[CallInput, ...], path: str) -> None:
    names = {item.name for item in inputs}
    for declared in exposed.inputs:
        if declared.name not in names:
            problem = f"{declared.name} is declared, but 'with' passes it on to no parameter"
            raise declared.node.error(problem)
    wires = {item.wire for item in inputs if item.place == "path"}
    for name in PLACEHOLDER.findall(path):
        if name not in wires:
            raise exposed.node.error(f"the path has {{{name}}}, but 'with' does not pass it on")
    if not isinstance(exposed, RestOperation):
        return
    for item in inputs:
        if item.place == "path" and item.wire not in PLACEHOLDER.findall(path):
            raise exposed.node.error(f"{item.name} is 'in: path', but {path} has no such part")
    bodies = [item.name for item in inputs if item.place == "body"]
    if len(bodies) > 1:
        raise exposed.node.error(f"{' and '.join(bodies)} are 'in: body', but there is one body")


def _operation(name: str, target: Target, *, idempotent: bool) -> Operation[Any]:
    parameters = []
    body: Body | None = None
    for item in target.operation.inputs:
        if item.place == "body":
            shape = item.type if item.type in ("object", "array") else "any"
            required = frozenset({item.name} if item.required else ())
            body = Body(whole=item.name, shape=shape, required=required)
        else:
            parameters.append(
                Parameter(
                    name=item.name,
                    wire=item.name,
                    place=item.place,  # type: ignore[arg-type] # a consumed one has a place
                    kind=item.type,  # type: ignore[arg-type] # objects are in bodies only
                    required=item.required,
                )
            )
    return Operation(
        name=name,
        method=target.operation.method,
        path=target.resource.path,
        result=Any,  # the answer is JSON of whatever form
        may_be_empty=True,
        parameters=tuple(parameters),
        body=body,
        idempotent=idempotent,
    )
