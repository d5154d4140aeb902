"""How runs of 0.2 are created: alone or on threads, beside other runs of the thread."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from actionruns.emulator.acp.bodies import body_of
from actionruns.emulator.acp.catalog import Agent
from actionruns.emulator.acp.errors import AcpError, not_found
from actionruns.emulator.acp.life import Order
from actionruns.emulator.acp.run_store import Run
from actionruns.emulator.acp.schemas import CREATE_V02, CREATE_V02_THREAD, is_uuid
from actionruns.emulator.acp.state import AcpState

__all__ = ["create_run"]

# What is not sent has the protocol's defaults, and is told so afterwards.
_DEFAULTS: Final = {"on_disconnect": "cancel", "multitask_strategy": "reject"}
_ALONE: Final = {**_DEFAULTS, "on_completion": "delete"}
_ON_THREAD: Final = {**_DEFAULTS, "stream_subgraphs": False, "if_not_exists": "reject"}


async def create_run(state: AcpState, request: web.Request) -> Run:
    """Create the run that a request asks for, on the thread of its path if there is one.

    Raises:
        AcpError: 404, there is no such agent or thread; 409, another run of the thread is pending;
            422, the body doesn't fit.
    """
    thread_id = request.match_info.get("thread_id")
    body = await body_of(request, CREATE_V02 if thread_id is None else CREATE_V02_THREAD)
    agent = state.agent(body.get("agent_id"))
    _check_modes(agent, body)
    if thread_id is None:
        return state.life.create(Order(agent=agent, creation={**_ALONE, **body}))
    thread_id = _thread_id(state, thread_id, body)
    others = state.life.runs.of_thread(thread_id, "pending")
    queued = bool(others) and _make_room(state, others, body)
    creation = {**_ON_THREAD, **body}
    order = Order(agent=agent, creation=creation, thread_id=thread_id, queued=queued)
    return state.life.create(order)


def _check_modes(agent: Agent, body: dict[str, Any]) -> None:
    wanted = body.get("stream_mode") or []
    if "custom" in ([wanted] if isinstance(wanted, str) else wanted) and not agent.words:
        raise AcpError(422, f"Agent {agent.name} has no custom updates")


def _thread_id(state: AcpState, thread_id: str, body: dict[str, Any]) -> str:
    """Return the id of the thread, which is made if it has to be."""
    threads = state.life.threads
    thread = threads.rows.get(thread_id)
    if thread is None:
        if body.get("if_not_exists", "reject") == "reject":
            raise not_found("Thread", thread_id)
        if not is_uuid(thread_id):
            raise AcpError(422, f"path/thread_id: {thread_id!r} is not a UUID")
        thread = threads.create(thread_id=thread_id)
    return thread.id


def _make_room(state: AcpState, others: list[Run], body: dict[str, Any]) -> bool:
    """Do what is wanted about the other pending runs; return whether the new one has to wait."""
    strategy = body.get("multitask_strategy", "reject")
    if strategy == "reject":
        raise AcpError(409, f"Another run of thread {others[0].thread_id} is pending")
    if strategy == "enqueue":
        return True
    # The latest first: otherwise each one's end would start the next one of those that wait.
    for other in reversed(others):
        if strategy == "rollback":
            state.life.delete(other, undo=True)
        else:
            state.life.cancel(other)
    return False
