"""The OpenAPI document of what a capability exposes over REST."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from actionruns.gateway.calls import CallInput, RestCall
from actionruns.gateway.document.model import Capability
from actionruns.gateway.results import outputs_of
from actionruns.gateway.schemas import schema_of_input, schema_of_outputs

__all__ = ["openapi_of"]

_ERROR: Final = {
    "type": "object",
    "properties": {
        "ok": {"type": "boolean", "const": False},
        "error": {"type": "string"},
        "message": {"type": "string"},
    },
}
_REFUSALS: Final = {
    "400": "An input is missing or not of its type; the answer tells which and why.",
    "401": "The gateway's key is missing or wrong.",
    "403": "A page of another site asked.",
    "413": "The body is larger than the gateway takes.",
    "502": "The service could not be reached, or sent something unexpected.",
    "504": "The service did not answer in time.",
    "default": "What the service refuses: its own status and its own answer.",
}


def openapi_of(capability: Capability, calls: Sequence[RestCall]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of calls."""
    paths: dict[str, dict[str, Any]] = {}
    for call in calls:
        paths.setdefault(call.path, {})[call.method.lower()] = _operation(call)
    rest = capability.rest
    described = {} if rest is None else {resource.name: resource for resource in rest.resources}
    groups = dict.fromkeys(call.group for call in calls)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": capability.label,
            "version": capability.modified or capability.created or "1",
            "description": capability.description,
        },
        "tags": [{"name": name, "description": described[name].description} for name in groups],
        "paths": paths,
        "components": {
            "schemas": {"Error": _ERROR},
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
        # Nothing at all is one of the ways: most gateways serve this machine only.
        "security": [{}, {"key": []}, {"bearer": []}],
    }


def _operation(call: RestCall) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{call.group}.{call.name}",
        "tags": [call.group],
        "summary": call.title or call.description,
        "description": call.description,
        "parameters": [_parameter(item) for item in call.inputs if item.place != "body"],
    }
    for item in call.inputs:
        if item.place == "body":
            operation["requestBody"] = {
                "description": item.description,
                "required": item.required,
                "content": {"application/json": {"schema": schema_of_input(item)}},
            }
    operation["responses"] = _responses(call)
    return operation


def _parameter(item: CallInput) -> dict[str, Any]:
    return {
        "name": item.wire,
        "in": item.place,
        "required": item.required,
        "description": item.description,
        "schema": schema_of_input(item, described=False),
    }


def _responses(call: RestCall) -> Mapping[str, Any]:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    refused = {
        status: {"description": text, "content": error} for status, text in _REFUSALS.items()
    }
    schema = schema_of_outputs(outputs_of(call), alone=not call.outputs)
    done = {"description": "Done.", "content": {"application/json": {"schema": schema}}}
    return {"200": done, **refused}
