"""The operations of the protocol, with the models of the generated client."""

from __future__ import annotations

from typing import Any, Final, TypeVar, cast

import attrs

from actionruns.acp.v01._generated import operations as own
from actionruns.compat.acp_client_v0_1.models import (
    Agent,
    AgentACPDescriptor,
    Run,
    RunOutput,
    StreamEventPayload,
    Thread,
)
from actionruns.core.operation import Body, Operation

__all__ = [
    "CREATE_RUN",
    "CREATE_THREAD",
    "DELETE_RUN",
    "DELETE_THREAD",
    "GET_ACP_DESCRIPTOR_BY_ID",
    "GET_AGENT_BY_ID",
    "GET_RUN",
    "GET_RUN_OUTPUT",
    "GET_RUN_STREAM",
    "GET_RUN_THREADSTATE",
    "GET_THREAD",
    "GET_THREAD_HISTORY",
    "GET_THREAD_STATE",
    "REQUIRED",
    "RESUME_RUN",
    "SEARCH_AGENTS",
    "SEARCH_RUNS",
    "SEARCH_THREADS",
]

T = TypeVar("T")


def _taking(argument: str, operation: Operation[T]) -> Operation[T]:
    """Return the same operation with a body that is one argument."""
    body = Body(whole=argument, required=frozenset({argument}))
    changed: Any = attrs.evolve(operation, body=body)
    return cast("Operation[T]", changed)


CREATE_RUN: Final = _taking("run_create", own.CREATE_RUN.returning(Run))
SEARCH_RUNS: Final = _taking("run_search_request", own.SEARCH_RUNS.returning(list[Run]))
GET_RUN: Final = own.GET_RUN.returning(Run)
RESUME_RUN: Final = own.RESUME_RUN.returning(Run)
DELETE_RUN: Final = own.DELETE_RUN.returning(Run)
GET_RUN_OUTPUT: Final = own.GET_RUN_OUTPUT.returning(cast("type[RunOutput | None]", RunOutput))
GET_RUN_STREAM: Final = own.GET_RUN_STREAM.returning(StreamEventPayload)
SEARCH_AGENTS: Final = _taking("agent_search_request", own.SEARCH_AGENTS.returning(list[Agent]))
GET_AGENT_BY_ID: Final = own.GET_AGENT_BY_ID.returning(Agent)
GET_ACP_DESCRIPTOR_BY_ID: Final = own.GET_ACP_DESCRIPTOR_BY_ID.returning(AgentACPDescriptor)
CREATE_THREAD: Final = _taking("thread_create", own.CREATE_THREAD.returning(Thread))
SEARCH_THREADS: Final = _taking("thread_search_request", own.SEARCH_THREADS.returning(list[Thread]))
GET_THREAD: Final = own.GET_THREAD.returning(Thread)
DELETE_THREAD: Final = own.DELETE_THREAD.returning(Thread)
GET_THREAD_STATE: Final = own.GET_THREAD_STATE
GET_THREAD_HISTORY: Final = own.GET_THREAD_HISTORY.returning(list[Run])
GET_RUN_THREADSTATE: Final = own.GET_RUN_THREADSTATE

REQUIRED: Final = {
    operation.name: operation.body.required
    for operation in (own.CREATE_RUN, own.CREATE_THREAD)
    if operation.body is not None
}
"""Names of operations -> members that their bodies must have."""
