"""From the ``consumes`` part of a capability document to endpoint modules, as from OpenAPI."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from actionruns.codegen.document import Document
from actionruns.codegen.errors import CodegenError, require
from actionruns.codegen.package import Generated, build_document, command_of, write
from actionruns.codegen.reader import compose
from actionruns.gateway.calls import ToolCall, tool_calls
from actionruns.gateway.document import is_capability, read_capability
from actionruns.gateway.document.model import (
    Capability,
    HttpService,
    Input,
    Operation,
    Output,
    Resource,
)

__all__ = ["generate_from_capability", "holds_capability", "openapi_of_consumed"]


def holds_capability(file: Path) -> bool:
    """Tell whether a file is a capability document; one that cannot be read is none.

    Raises:
        ConfigurationError: The extra that reads YAML is not installed.
    """
    require("yaml")
    try:
        return is_capability(compose(file.read_bytes(), file.name))
    except (OSError, CodegenError):
        return False


def generate_from_capability(file: Path, out: Path) -> tuple[Generated, tuple[Path, ...]]:
    """Generate the package of the service that a capability document consumes, and write it.

    Args:
        file: The document.
        out: Folder of the package, made if it does not exist. Other files in it are left alone.

    Returns:
        The package, and the files that are new or have changed.

    Raises:
        CodegenError: The document cannot be read, something in it cannot be expressed, or the
            folder cannot be written to.
        ConfigurationError: The extra ``codegen`` is not installed.
    """
    document = openapi_of_consumed(read_capability(file))
    generated = build_document(document, command=command_of(file, out))
    return generated, write(generated, out)


def openapi_of_consumed(capability: Capability) -> Document:
    """Return what a capability consumes as an OpenAPI document.

    Operations are named after the tool that calls them, whose hints say whether they may be
    repeated; one without a tool after its method and path, since names such as ``get`` stand for
    several.

    Raises:
        CodegenError: It consumes several services, or something that endpoints cannot express.
    """
    if len(capability.services) > 1:
        problem = "several services are consumed; a package is of one"
        raise capability.services[1].node.error(problem)
    (service,) = capability.services
    tools: dict[str, ToolCall] = {}
    for call in tool_calls(capability):
        tools.setdefault(str(call.target), call)
    paths: dict[str, dict[str, Any]] = {}
    for resource in service.resources:
        for operation in resource.operations:
            item = paths.setdefault(resource.path, {})
            if operation.method.lower() in item:
                problem = f"{operation.method} {resource.path} is there already"
                raise operation.node.error(problem)
            tool = tools.get(f"{service.namespace}.{resource.name}.{operation.name}")
            item[operation.method.lower()] = _operation(service, resource, operation, tool)
    return Document(
        name=capability.file,
        sha256=capability.sha256,
        value={
            "openapi": "3.1.0",
            "info": {
                "title": capability.label,
                "version": capability.modified or capability.created or "1",
            },
            "tags": [{"name": service.namespace, "description": service.description}],
            "paths": paths,
        },
        notices=list(capability.notices),
    )


def _operation(
    service: HttpService, resource: Resource, operation: Operation, tool: ToolCall | None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "tags": [service.namespace],
        "summary": operation.description or f"{operation.method} {resource.path}.",
        "parameters": [_parameter(item) for item in operation.inputs if item.place != "body"],
        "responses": {"200": _answer(operation.outputs)},
    }
    if tool is not None:
        found["operationId"] = tool.name
        found["x-idempotent"] = tool.operation.idempotent
    for item in operation.inputs:
        if item.place == "body":
            found["requestBody"] = {
                "description": item.description,
                "required": item.required,
                "x-parameter": item.name,
                "content": {"application/json": {"schema": _schema(item.type)}},
            }
    return found


def _parameter(item: Input) -> dict[str, Any]:
    schema = _schema(item.type)
    if item.type == "array":
        schema["items"] = {"type": "string"}
    if item.value is not None:
        if "{{" in item.value:
            problem = "a value of the environment cannot be written into generated code"
            raise item.node.error(problem)
        # Required with a default: it is always sent.
        schema["default"] = item.value
    return {
        "name": item.name,
        "in": item.place,
        "required": item.required or item.value is not None,
        "description": item.description,
        "schema": schema,
    }


def _answer(outputs: tuple[Output, ...]) -> dict[str, Any]:
    if len(outputs) != 1:
        # Several parts are no result of their own: the whole answer has them all.
        return {"description": "The answer.", "content": {"application/json": {"schema": {}}}}
    (output,) = outputs
    path = output.mapping or ()
    if not all(isinstance(step, str) for step in path):
        raise output.node.error("an endpoint gives a member of the answer, not an element of it")
    schema = _schema(output.type)
    for name in reversed(path):
        schema = {"type": "object", "properties": {name: schema}, "required": [name]}
    answer: dict[str, Any] = {
        "description": "The answer.",
        "content": {"application/json": {"schema": schema}},
    }
    if path:
        answer["x-result"] = ".".join(str(step) for step in path)
    return answer


def _schema(kind: str) -> dict[str, Any]:
    return {"type": kind, "items": {}} if kind == "array" else {"type": kind}
