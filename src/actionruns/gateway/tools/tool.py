"""Tool: what an agent may call, whatever is behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import attrs
import jsonschema
from mcp_types import Tool, ToolAnnotations

from actionruns.errors import InvalidRequest
from actionruns.gateway.calls import ToolCall
from actionruns.gateway.results import outputs_of
from actionruns.gateway.schemas import schema_of_inputs, schema_of_outputs
from actionruns.gateway.tools.progress import Progress
from actionruns.gateway.upstream import Upstreams

__all__ = ["ServedTool", "checked", "tool_of"]

_SHOWN: Final = 300

Work = Callable[[Mapping[str, Any], Progress], Awaitable[Any]]


@attrs.frozen(kw_only=True)
class ServedTool:
    """A tool that is served.

    Attributes:
        description: What agents are told of it.
        work: What it does with its arguments; what it returns is its result.
        waiting: What agents are told while it goes on.
        is_patient: Whether it goes on for as long as its caller wants: it ends at once when the
            gateway stops, while other calls get the time to end.
    """

    description: Tool
    work: Work
    waiting: str
    is_patient: bool = False


def tool_of(call: ToolCall, upstreams: Upstreams) -> ServedTool:
    """Return the tool that makes a call."""
    hints = call.hints

    async def work(given: Mapping[str, Any], _: Progress) -> Any:
        return await upstreams.call(call, given)

    description = Tool(
        name=call.name,
        title=call.title or None,
        description=call.description,
        input_schema=schema_of_inputs(call.inputs),
        output_schema=_object_schema(call),
        annotations=ToolAnnotations(
            title=call.title or None,
            read_only_hint=hints.read_only,
            destructive_hint=hints.destructive,
            idempotent_hint=hints.idempotent,
            open_world_hint=hints.open_world,
        ),
    )
    return ServedTool(
        description=description, work=work, waiting=f"waiting for {call.target.request}"
    )


def _object_schema(call: ToolCall) -> dict[str, Any] | None:
    """Return the schema of a tool's result, which has to be an object in the protocol."""
    schema = schema_of_outputs(outputs_of(call), alone=not call.outputs)
    if not schema or schema["type"] == "object":
        return schema or None
    return {"type": "object", "properties": {"result": schema}, "required": ["result"]}


def checked(tool: Tool, arguments: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the arguments of a tool, if they are what its schema wants.

    Raises:
        InvalidRequest: They are not; the message names each that is wrong, and why.
    """
    given = {name: _whole(value) for name, value in (arguments or {}).items()}
    validator = jsonschema.Draft202012Validator(tool.input_schema)
    problems = [_problem(error) for error in validator.iter_errors(given)]
    if problems:
        raise InvalidRequest("; ".join(sorted(problems)))
    return given


def _whole(value: Any) -> Any:
    """Return 10 for 10.0: JSON has one kind of number, and some clients write it so."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _problem(error: jsonschema.ValidationError) -> str:
    place = ".".join(map(str, error.absolute_path))
    # The message shows the value, however long it is.
    message = error.message if len(error.message) <= _SHOWN else f"{error.message[:_SHOWN]}..."
    return f"{place}: {message}" if place else message
