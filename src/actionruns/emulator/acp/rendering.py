"""Runs, threads, outputs and updates as the protocol shows them, in each of its versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actionruns.emulator.acp.catalog import Agent
from actionruns.emulator.acp.run_store import Run
from actionruns.emulator.acp.thread_store import Checkpoint, Thread
from actionruns.emulator.clock import timestamp

__all__ = [
    "agent_shown",
    "checkpoint_shown",
    "descriptor",
    "output_shown",
    "run_shown",
    "thread_shown",
    "update_shown",
]

_ANY_OBJECT = {"type": "object", "additionalProperties": True}
_STATE = {
    "type": "object",
    "properties": {"turns": {"type": "integer"}, "last": {}},
}
_NEWS = {
    "type": "object",
    "properties": {
        "step": {"type": "integer"},
        "of": {"type": "integer"},
        "word": {"type": "string"},
    },
}


def run_shown(run: Run) -> dict[str, Any]:
    """Render a run."""
    return {
        "creation": run.creation,
        "run_id": run.id,
        "agent_id": run.agent_id,
        "thread_id": run.thread_id,
        "created_at": timestamp(run.created_at),
        "updated_at": timestamp(run.updated_at),
        "status": run.status,
    }


def output_shown(run: Run, version: str) -> dict[str, Any] | None:
    """Render the last output of a run; None: there is none."""
    if run.output is None:
        return None
    kind, value = run.output["kind"], run.output["value"]
    if kind == "interrupt":
        return {"type": "interrupt", "interrupt": value}
    if kind == "error":
        return {"type": "error", "run_id": run.id, **value}
    if version == "0.1":
        return {"type": "result", "run_id": run.id, "status": run.status, "result": value}
    return {"type": "result", "values": value}


def update_shown(run: Run, update: Mapping[str, Any], version: str) -> dict[str, Any] | None:
    """Render the data of an event; None: this version has no such event."""
    kind, value = update["kind"], update["value"]
    shown: dict[str, Any] = {"type": kind, "run_id": run.id, "status": update["status"]}
    if kind == "custom":
        return shown | {"update": value}
    if version == "0.1":
        return shown | {"type": "result", "result": value} if kind == "values" else None
    if kind == "values":
        return shown | {"values": value}
    return shown | (value if kind == "error" else {"interrupt": value})


def thread_shown(
    thread: Thread, status: str, latest: Checkpoint | None, version: str
) -> dict[str, Any]:
    """Render a thread.

    Args:
        thread: The thread.
        status: Its status; 0.1 shows none.
        latest: The latest entry of its history; 0.1 shows it elsewhere.
        version: Of the protocol.
    """
    if version == "0.1":
        return {
            "thread_id": thread.id,
            "agent_id": thread.agent_id,
            "metadata": thread.metadata,
        }
    shown: dict[str, Any] = {
        "thread_id": thread.id,
        "created_at": timestamp(thread.created_at),
        "updated_at": timestamp(thread.updated_at),
        "metadata": thread.metadata,
        "status": status,
    }
    return shown | (_state(latest) if latest else {})


def checkpoint_shown(entry: Checkpoint) -> dict[str, Any]:
    """Render an entry of a thread's history."""
    shown: dict[str, Any] = {"checkpoint": {"checkpoint_id": entry.id}, **_state(entry)}
    metadata = {"run_id": entry.run_id, "parent": entry.parent}
    return shown | {"metadata": {name: value for name, value in metadata.items() if value}}


def _state(entry: Checkpoint) -> dict[str, Any]:
    messages = {} if entry.messages is None else {"messages": entry.messages}
    return {"values": entry.values, **messages}


def agent_shown(agent: Agent) -> dict[str, Any]:
    """Render an agent."""
    return {"agent_id": agent.id, "metadata": _metadata(agent)}


def descriptor(agent: Agent, version: str) -> dict[str, Any]:
    """Render what an agent can do, what it takes and what it gives."""
    whole = "result" if version == "0.1" else "values"
    specs: dict[str, Any] = {
        "capabilities": {
            "threads": True,
            "interrupts": bool(agent.questions),
            "callbacks": True,
            "streaming": {whole: True, "custom": bool(agent.words)},
        },
        "input": _ANY_OBJECT,
        "output": _ANY_OBJECT,
        "config": _ANY_OBJECT,
        "thread_state": _STATE,
    }
    if agent.words:
        specs["custom_streaming_update"] = _NEWS
    if agent.questions:
        specs["interrupts"] = [
            {
                "interrupt_type": question.kind,
                "interrupt_payload": {"type": "object", "const": dict(question.payload)},
                "resume_payload": dict(question.answer),
            }
            for question in agent.questions
        ]
    return {"metadata": _metadata(agent), "specs": specs}


def _metadata(agent: Agent) -> dict[str, Any]:
    return {
        "ref": {"name": agent.name, "version": agent.version},
        "description": agent.description,
    }
