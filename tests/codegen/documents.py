"""Small specifications for the tests of the generator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from actionruns.codegen.document import Document
from actionruns.codegen.errors import CodegenError
from actionruns.codegen.ir import ArgumentDef, FieldDef, ModelDef, OperationDef, PackageDef
from actionruns.codegen.lower import lower
from actionruns.codegen.reader import parse

__all__ = [
    "NAME",
    "answer",
    "argument",
    "body",
    "document",
    "field",
    "lowered",
    "model",
    "one_operation",
    "refused",
]

NAME = "api.yaml"


def answer(schema: Any = None, **more: Any) -> dict[str, Any]:
    """Return the responses of an operation whose 200 has this schema; none without one."""
    ok: dict[str, Any] = {"description": "It.", **more}
    if schema is not None:
        ok["content"] = {"application/json": {"schema": schema}}
    return {"200": ok}


def body(schema: Any, **more: Any) -> dict[str, Any]:
    """Return a required JSON request body with this schema."""
    return {"required": True, "content": {"application/json": {"schema": schema}}, **more}


def document(
    operation: Mapping[str, Any] | None = None,
    *,
    path: str = "/runs",
    method: str = "get",
    item: Mapping[str, Any] | None = None,
    schemas: Mapping[str, Any] | None = None,
    version: str = "3.1.0",
    **top: Any,
) -> Document:
    """Return a document with one operation, which by default answers nothing."""
    whole = {
        "openapi": version,
        "info": {"title": "Runs", "version": "1"},
        "paths": {
            path: {
                **(item or {}),
                method: {"operationId": "call", "responses": answer(), **(operation or {})},
            }
        },
        "components": {"schemas": dict(schemas or {})},
        **top,
    }
    return parse(yaml.safe_dump(whole, sort_keys=False).encode(), NAME)


def lowered(operation: Mapping[str, Any] | None = None, **parts: Any) -> PackageDef:
    """Return the intermediate representation of a document with one operation."""
    return lower(document(operation, **parts))


def one_operation(operation: Mapping[str, Any] | None = None, **parts: Any) -> OperationDef:
    """Return the one operation of a document."""
    ((found,),) = [group.operations for group in lowered(operation, **parts).groups]
    return found


def argument(schema: Any, *, required: bool = False, **parts: Any) -> ArgumentDef:
    """Return the argument that a query parameter with this schema becomes."""
    parameter = {"name": "it", "in": "query", "required": required, "schema": schema}
    (found,) = one_operation({"parameters": [parameter]}, **parts).arguments
    return found


def model(name: str, schemas: Mapping[str, Any], **parts: Any) -> ModelDef:
    """Return the model that a component schema becomes when it is an answer."""
    reference = {"$ref": f"#/components/schemas/{name}"}
    package = lowered({"responses": answer(reference)}, schemas=schemas, **parts)
    (found,) = [found for found in package.models if found.name == name]
    return found


def field(schema: Any, *, required: bool = True, **parts: Any) -> FieldDef:
    """Return the field that a member with this schema becomes."""
    thing = {
        "type": "object",
        "required": ["it"] if required else [],
        "properties": {"it": schema},
    }
    schemas = {"Thing": thing, **parts.pop("schemas", {})}
    (found,) = model("Thing", schemas, **parts).fields
    return found


def refused(operation: dict[str, Any] | None = None, **parts: Any) -> CodegenError:
    """Return the error that a document with one operation leads to; it knows its line."""
    with pytest.raises(CodegenError) as caught:
        lower(document(operation, **parts))
    assert caught.value.line > 0, "the place's line is known"
    assert f"(line {caught.value.line})" in str(caught.value)
    return caught.value
