"""From ``x-pace`` and ``x-idempotency-key`` to how often an operation may be sent."""

from __future__ import annotations

from actionruns.codegen.document import Node
from actionruns.codegen.ir import ArgumentDef, KeyDef, PaceDef

__all__ = ["key_of", "pace_of"]


def pace_of(operation: Node) -> PaceDef | None:
    """Return how often an operation is allowed; None when the specification does not say.

    Raises:
        CodegenError: A number is missing or none above 0.
    """
    pace = operation.get("x-pace")
    if pace is None:
        return None
    requests, seconds = pace["requests"], pace["seconds"]
    if isinstance(requests.value, bool) or not isinstance(requests.value, int):
        raise requests.error(f"should be a whole number, but is {requests.value!r}")
    if isinstance(seconds.value, bool) or not isinstance(seconds.value, int | float):
        raise seconds.error(f"should be a number, but is {seconds.value!r}")
    for number in (requests, seconds):
        if not number.value > 0:
            raise number.error(f"should be above 0, but is {number.value!r}")
    return PaceDef(requests=requests.value, period=float(seconds.value))


def key_of(operation: Node, arguments: list[ArgumentDef]) -> KeyDef | None:
    """Return the argument that makes an operation repeatable; None when there is none.

    Args:
        operation: The operation.
        arguments: Its arguments.

    Raises:
        CodegenError: There is no such argument, or a status is none.
    """
    key = operation.get("x-idempotency-key")
    if key is None:
        return None
    wire = key["member"].value
    found = next((a for a in arguments if a.wire == wire and a.place != "path"), None)
    if found is None:
        raise key["member"].error(f"the operation has no argument {wire!r}")
    in_doubt = list(key["in-doubt"].elements()) if "in-doubt" in key else []
    for status in in_doubt:
        if isinstance(status.value, bool) or not isinstance(status.value, int):
            raise status.error(f"{status.value!r} is no HTTP status")
    return KeyDef(argument=found.name, in_doubt=tuple(status.value for status in in_doubt))
