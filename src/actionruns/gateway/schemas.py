"""JSON schemas of what calls take and give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actionruns.gateway.calls import CallInput
from actionruns.gateway.document.model import Output

__all__ = ["schema_of_input", "schema_of_inputs", "schema_of_outputs"]


def schema_of_input(item: CallInput, *, described: bool = True) -> dict[str, Any]:
    """Return the schema of one input."""
    schema: dict[str, Any] = {"type": item.type}
    if item.type == "array" and item.place != "body":
        schema["items"] = {"type": "string"}
    if described and item.description:
        schema["description"] = item.description
    return schema


def schema_of_inputs(inputs: Sequence[CallInput]) -> dict[str, Any]:
    """Return the schema of an object that has each input as a member."""
    return {
        "type": "object",
        "properties": {item.name: schema_of_input(item) for item in inputs},
        "required": [item.name for item in inputs if item.required],
        "additionalProperties": False,
    }


def schema_of_outputs(outputs: Sequence[Output], *, alone: bool) -> dict[str, Any]:
    """Return the schema of a result.

    Args:
        outputs: Its parts.
        alone: Whether a single part is the result itself, although it has a name.
    """
    if not outputs:
        return {}
    if len(outputs) == 1 and (alone or not outputs[0].name):
        return _schema(outputs[0])
    return {
        "type": "object",
        "properties": {output.name: _schema(output) for output in outputs},
    }


def _schema(output: Output) -> dict[str, Any]:
    # What a path leads to may be missing, which is null then.
    is_sure = output.mapping in ((), None)
    schema: dict[str, Any] = {"type": output.type if is_sure else [output.type, "null"]}
    if output.properties:
        schema["properties"] = {name: _schema(part) for name, part in output.properties.items()}
    if output.items is not None:
        schema["items"] = _schema(output.items)
    return schema
