"""Tools beyond a document: wait for a run, watch several, decide on one with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, cast

from mcp_types import Tool, ToolAnnotations

from actionruns.core.codec import unstructure
from actionruns.errors import InvalidRequest, RunGone
from actionruns.gateway.clients import KnownService
from actionruns.gateway.tools.progress import Progress
from actionruns.gateway.tools.tool import ServedTool
from actionruns.port import AsyncPortClient
from actionruns.watching import Outcome, RunUpdate, Watch

__all__ = ["RunsClient", "run_tools"]


class RunsClient(Protocol):
    """What the tools need of a service's client."""

    def watch(self, run_ids: Sequence[str], *, timeout: float | None) -> Watch[Any]:
        """Follow runs until each has ended."""


# Seconds. Agents have time limits of their own; a call that returns says where the runs stand.
_PATIENCE: Final = 300
_MOST_SECONDS: Final = 24 * 3600
_MOST_RUNS: Final = 1000

_TIMEOUT: Final = {
    "type": "number",
    "exclusiveMinimum": 0,
    "maximum": _MOST_SECONDS,
    "default": _PATIENCE,
    "description": "Seconds to wait; then the answer says where it stands, and you may ask again.",
}
_RUN_ID: Final = {"type": "string", "minLength": 1, "description": "The run."}
_RUN: Final = {
    "type": "object",
    "properties": {
        "run_id": {"type": "string"},
        "state": {"type": "string", "description": "In the same words for every service."},
        "status": {"type": ["string", "null"], "description": "The service's own word."},
        "ended": {"type": "boolean"},
        "outcome": {"type": "string", "description": "Why it is followed no longer."},
        "error": {"type": ["string", "null"]},
        "run": {"type": ["object", "null"], "description": "The run as the service has it."},
    },
    "required": ["run_id", "state", "ended", "outcome"],
}
_READS: Final = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True)
_DECIDES: Final = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True
)


def run_tools(client: Any, known: KnownService, *, read_only: bool) -> list[ServedTool]:
    """Return the tools for the runs of a service.

    Args:
        client: The SDK's client of it.
        known: Which service it is: only Port has approvals.
        read_only: Leave out what changes something.
    """
    tools = [_waiting(client), _watching(client)]
    if known == "port" and not read_only:
        tools.append(_deciding(client))
    return tools


def _waiting(client: RunsClient) -> ServedTool:
    async def work(given: Mapping[str, Any], progress: Progress) -> Any:
        run_id: str = given["run_id"]
        (run,) = await _followed(client, [run_id], given, progress)
        if run["outcome"] == Outcome.GONE:
            raise RunGone(run["error"] or f"the service does not know the run {run_id}")
        return run

    description = Tool(
        name="wait-for-run",
        description="Wait until a run has ended, and tell how. Tells its progress meanwhile.",
        input_schema=_schema({"run_id": _RUN_ID, "timeout": _TIMEOUT}, "run_id"),
        output_schema=_RUN,
        annotations=_READS,
    )
    return ServedTool(
        description=description, work=work, waiting="waiting for the run", is_patient=True
    )


def _watching(client: RunsClient) -> ServedTool:
    async def work(given: Mapping[str, Any], progress: Progress) -> Any:
        runs = await _followed(client, given["run_ids"], given, progress)
        ended = sum(run["ended"] for run in runs)
        for run in runs:  # many complete runs would fill an agent's memory
            del run["run"]
        return {"runs": runs, "ended": ended, "going_on": len(runs) - ended}

    run_ids = {
        "type": "array",
        "items": _RUN_ID,
        "minItems": 1,
        "maxItems": _MOST_RUNS,
        "uniqueItems": True,
        "description": "The runs.",
    }
    description = Tool(
        name="watch-runs",
        description="Wait until each of several runs has ended, and tell how. Tells each change "
        "meanwhile.",
        input_schema=_schema({"run_ids": run_ids, "timeout": _TIMEOUT}, "run_ids"),
        output_schema={
            "type": "object",
            "properties": {
                "runs": {"type": "array", "items": _RUN},
                "ended": {"type": "integer"},
                "going_on": {"type": "integer"},
            },
            "required": ["runs", "ended", "going_on"],
        },
        annotations=_READS,
    )
    return ServedTool(
        description=description, work=work, waiting="waiting for the runs", is_patient=True
    )


def _deciding(client: AsyncPortClient) -> ServedTool:
    async def work(given: Mapping[str, Any], _: Progress) -> Any:
        if not given["reason"].strip():
            raise InvalidRequest(
                "reason: say why, whoever looks at the run later will want to know"
            )
        run = await client.action_runs.approve_action_run(
            given["run_id"],
            status=given.get("decision", "APPROVE"),
            description=given["reason"],
        )
        return {"run_id": given["run_id"], "run": unstructure(run)}

    properties = {
        "run_id": _RUN_ID,
        "decision": {
            "type": "string",
            "enum": ["APPROVE", "DECLINE"],
            "default": "APPROVE",
            "description": "What is decided.",
        },
        "reason": {
            "type": "string",
            "minLength": 1,
            "description": "Why; it is kept with the run.",
        },
    }
    description = Tool(
        name="approve-run-with-reason",
        description="Approve a run that waits for approval, or decline it, with a reason.",
        input_schema=_schema(properties, "run_id", "reason"),
        output_schema={
            "type": "object",
            "properties": {"run_id": {"type": "string"}, "run": {"type": "object"}},
            "required": ["run_id", "run"],
        },
        annotations=_DECIDES,
    )
    return ServedTool(description=description, work=work, waiting="waiting for the decision")


def _schema(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


async def _followed(
    client: RunsClient, run_ids: Sequence[str], given: Mapping[str, Any], progress: Progress
) -> list[dict[str, Any]]:
    """Follow runs to their end, or as long as there is time; return where each stands."""
    last: dict[str, RunUpdate[Any]] = {}
    async with client.watch(run_ids, timeout=given.get("timeout", _PATIENCE)) as updates:
        async for update in updates:
            last[update.run_id] = update
            done = sum(other.outcome is not None for other in last.values())
            state = f"{update.run_id} is {update.state.value}"
            await progress.tell(f"{state}; {done} of {len(run_ids)} ended")
    return [_described(last[run_id]) for run_id in run_ids]


def _described(update: RunUpdate[Any]) -> dict[str, Any]:
    outcome = cast("Outcome", update.outcome)  # the last update of a run has one
    return {
        "run_id": update.run_id,
        "state": update.state.value,
        "status": None if update.run is None else update.run.status,
        "ended": outcome is Outcome.ENDED,
        "outcome": outcome.value,
        "error": None if update.error is None else str(update.error),
        "run": None if update.run is None else unstructure(update.run),
    }
