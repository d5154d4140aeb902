"""Results: what becomes of a service's answer before a caller gets it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from actionruns.errors import DecodeFailed
from actionruns.gateway.calls import Call
from actionruns.gateway.document.model import Output, Type
from actionruns.gateway.paths import found_at

__all__ = ["outputs_of", "result_of"]

_CLASSES: Final[Mapping[Type, tuple[type, ...]]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def outputs_of(call: Call) -> tuple[Output, ...]:
    """Return what a call gives: as it is exposed, else as it is consumed."""
    return call.outputs or call.target.operation.outputs


def result_of(call: Call, answer: Any) -> Any:
    """Return what a call's caller gets of an answer.

    Args:
        call: The call.
        answer: The service's answer, decoded; None when it was empty.

    Raises:
        DecodeFailed: The answer is of another type than the document promises.
    """
    outputs = outputs_of(call)
    if not outputs:
        return answer
    if len(outputs) == 1 and (not outputs[0].name or not call.outputs):
        return _value(call, outputs[0], answer)
    return {output.name: _value(call, output, answer) for output in outputs}


def _value(call: Call, output: Output, answer: Any) -> Any:
    if output.value is not None:
        return output.value
    value = answer if output.mapping is None else found_at(answer, output.mapping)
    if output.properties and value is not None:
        return {name: _value(call, part, value) for name, part in output.properties.items()}
    if value is not None and not _fits(output.type, value):
        kinds = (kind for kind in _CLASSES if _fits(kind, value))
        found = next(kinds, "something else")
        place = f"{output.name or 'the result'}"
        raise DecodeFailed(
            f"{call.name}: {place} should be of type {output.type}, but the service sent {found}"
        )
    if output.items is not None and value is not None:
        return [_value(call, output.items, item) for item in value]
    return value


def _fits(kind: Type, value: Any) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    return isinstance(value, _CLASSES[kind])
