"""From a document to the intermediate representation."""

from __future__ import annotations

import re
from typing import Final

from actionruns.codegen.arguments import arguments_of
from actionruns.codegen.document import Document, Node
from actionruns.codegen.ir import ArgumentDef, GroupDef, OperationDef, PackageDef
from actionruns.codegen.models import ModelRegistry
from actionruns.codegen.naming import attribute_name, class_name, derived_operation_name, is_name
from actionruns.codegen.paging import paging_of
from actionruns.codegen.repeating import key_of, pace_of
from actionruns.codegen.responses import errors_of, result_of
from actionruns.codegen.snippets import STREAM_ARGUMENTS

__all__ = ["lower"]

_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_REPEATABLE: Final = frozenset({"get", "head", "put", "delete", "options", "trace"})
_UNTAGGED: Final = "api"

# By place: keyword -> why the generated code does without it; empty where it is used (or is a word
# to people). A keyword that is not here is an error.
_OF_DOCUMENT: Final = {
    "openapi": "",
    "info": "",
    "paths": "",
    "components": "",
    "tags": "",
    "externalDocs": "",
    "jsonSchemaDialect": "schemas are read as OpenAPI 3.1 reads them",
    "servers": "the base URL is a setting of the client",
    "security": "how to authorise is the client's knowledge",
    "webhooks": "calls that the service makes are no operations of a client",
}
_OF_OPERATION: Final = {
    "callbacks": "calls that the service makes are no operations of a client",
    "deprecated": "",
    "description": "",
    "externalDocs": "",
    "operationId": "",
    "parameters": "",
    "requestBody": "",
    "responses": "",
    "security": "",
    "summary": "",
    "tags": "",
}


def lower(document: Document) -> PackageDef:
    """Turn a specification into what the templates are given.

    What is left out without harm is added to the document's notices.

    Raises:
        CodegenError: Something in it cannot be expressed.
    """
    root = document.root
    _check_keywords(root, _OF_DOCUMENT)
    models = ModelRegistry()
    groups: dict[str, list[OperationDef]] = {}
    seen: dict[str, Node] = {}
    for path, item in root["paths"].members():
        if path.startswith("x-"):
            continue
        for operation in _operations(item):
            found = _operation(path, operation, item, models)
            for name in (found.name, found.paging.name if found.paging else found.name):
                other = seen.setdefault(name, operation)
                if other is not operation:
                    place = document.place(other.pointer)
                    problem = f"{name} is the method of {place} already"
                    raise operation.error(f"{problem}; change operationId")
            groups.setdefault(found.group, []).append(found)
    if not groups:
        raise root["paths"].error("there are no operations")
    info = root["info"]
    return PackageDef(
        spec=document.name,
        sha256=document.sha256,
        title=" ".join(info.text("title").split()),
        version=str(info["version"].value),
        models=models.definitions(),
        groups=_groups(root, groups, models),
    )


def _check_keywords(node: Node, known: dict[str, str]) -> None:
    for key, member in node.members():
        if key.startswith("x-"):
            continue
        if key not in known:
            raise member.error(f"{key} is not supported here")
        if known[key]:
            member.notice(known[key])


def _operations(item: Node) -> list[Node]:
    if "$ref" in item:
        raise item["$ref"].error("a path cannot be a reference; write it out")
    found = []
    for key, node in item.members():
        if key in _METHODS:
            found.append(node)
        elif key == "servers":
            raise node.error("servers of a path are not supported: a client has one base URL")
        elif key not in ("parameters", "summary", "description") and not key.startswith("x-"):
            raise node.error(f"{key} is not supported here")
    return found


def _operation(path: str, node: Node, item: Node, models: ModelRegistry) -> OperationDef:
    if "servers" in node:
        raise node["servers"].error("servers of an operation are not supported: see base_url")
    _check_keywords(node, _OF_OPERATION)
    method = node.pointer[-1]
    name = _name(path, node)
    shared = item["parameters"].elements() if "parameters" in item else ()
    arguments = arguments_of(node, shared, models.types)
    _check_path(path, node, arguments)
    result = result_of(node, name, models.types)
    if result.is_stream:
        _check_stream(node, arguments)
    if node.flag("deprecated"):
        description = f"Deprecated. {node.described()}".strip()
    else:
        description = node.described()
    return OperationDef(
        name=name,
        constant=name.upper(),
        group=_group(node),
        method=method.upper(),
        path=path,
        summary=" ".join(node.text("summary").split()),
        description=description,
        arguments=tuple(arguments),
        result=result.type.text() if result.type is not None else "None",
        result_text=result.text,
        result_is_class=result.type is not None and result.type.is_class,
        member=result.member,
        is_stream=result.is_stream,
        may_be_empty=result.may_be_empty,
        errors=errors_of(node),
        idempotent=node.flag("x-idempotent", default=method in _REPEATABLE),
        authorised=node.flag("x-authorised", default=_is_authorised(node)),
        paging=paging_of(node, name, arguments, result, models),
        pace=pace_of(node),
        key=key_of(node, arguments),
    )


def _name(path: str, node: Node) -> str:
    given = node.text("operationId")
    name = attribute_name(given or derived_operation_name(node.pointer[-1], path))
    if not given:
        node.notice(f"has no operationId; the method is named {name}")
    if not is_name(name):
        raise node.error(f"{name!r} is no name for a method; give it another operationId")
    return name


def _check_stream(node: Node, arguments: list[ArgumentDef]) -> None:
    if "x-paging" in node:
        raise node["x-paging"].error("a stream has no pages")
    for argument in arguments:
        if argument.name in STREAM_ARGUMENTS:
            problem = f"every stream has {argument.name} of its own; rename this with x-name"
            raise node.error(problem)


def _is_authorised(node: Node) -> bool:
    security = node.get("security")
    return security is None or bool(security.value)


def _check_path(path: str, node: Node, arguments: list[ArgumentDef]) -> None:
    in_path = re.findall(r"\{([^{}]*)\}", path)
    given = [argument.wire for argument in arguments if argument.place == "path"]
    for name in in_path:
        if name not in given:
            raise node.error(f"the path has {{{name}}}, but there is no path parameter {name!r}")
        if in_path.count(name) > 1:
            raise node.error(f"the path has {{{name}}} twice")
    for name in given:
        if name not in in_path:
            raise node.error(f"there is a path parameter {name!r}, but the path has no {{{name}}}")
    if not path.startswith("/"):
        raise node.error("a path has to begin with a slash")


def _group(node: Node) -> str:
    name = attribute_name(node.text("x-group") or next(iter(node.texts("tags")), _UNTAGGED))
    if not is_name(name):
        raise node.error(f"{name!r} is no name for a group of operations; name it with x-group")
    return name


def _groups(
    root: Node, groups: dict[str, list[OperationDef]], models: ModelRegistry
) -> tuple[GroupDef, ...]:
    tags = root["tags"].elements() if "tags" in root else ()
    described = {attribute_name(tag.text("name")): tag.text("description") for tag in tags}
    found = []
    for name, operations in groups.items():
        own = class_name(name)
        clash = {own, f"Async{own}"} & {model.name for model in models.definitions()}
        if clash:
            problem = f"{clash.pop()} would be a model and a group of operations"
            raise root.error(f"{problem}; use x-name")
        found.append(
            GroupDef(
                name=name,
                class_name=f"Async{own}",
                description=" ".join(described.get(name, "").split()),
                operations=tuple(operations),
            )
        )
    return tuple(found)
