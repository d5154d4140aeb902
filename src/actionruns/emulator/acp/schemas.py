"""What the bodies of requests have to be, as JSON schemas made from the facts of the protocol."""

from __future__ import annotations

import re
from typing import Any

__all__ = [
    "ANSWER",
    "CREATE_V01",
    "CREATE_V02",
    "CREATE_V02_THREAD",
    "SEARCH_AGENTS",
    "SEARCH_RUNS",
    "SEARCH_THREADS_V01",
    "SEARCH_THREADS_V02",
    "THREAD_PATCH",
    "THREAD_V01",
    "THREAD_V02",
    "is_uuid",
]

_TEXT: dict[str, Any] = {"type": "string"}
_UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
_OBJECT: dict[str, Any] = {"type": "object"}
_GIVEN: dict[str, Any] = {"not": {"type": "null"}}
_STATUS: dict[str, Any] = {"enum": ["pending", "error", "success", "timeout", "interrupted"]}
_MODE: dict[str, Any] = {"enum": ["values", "custom"]}
_URL: dict[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 65536,
    "pattern": "^[A-Za-z][A-Za-z0-9+.-]*:",
}
_PAGE: dict[str, Any] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000},
    "offset": {"type": "integer", "minimum": 0},
}
_MESSAGES: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["role", "content"],
        "properties": {
            "role": _TEXT,
            "content": {"type": ["string", "array"]},
            "id": _TEXT,
            "metadata": _OBJECT,
        },
    },
}
_CHECKPOINT: dict[str, Any] = {
    "type": "object",
    "required": ["checkpoint_id"],
    "properties": {"checkpoint_id": _UUID},
}


def _body(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


CREATE_V01 = _body(
    ("agent_id",),
    agent_id=_UUID,
    thread_id=_UUID,
    input=_OBJECT,
    metadata=_OBJECT,
    config=_OBJECT,
    webhook=_URL,
    streaming={"enum": ["result", "custom"]},
)
_CREATE: dict[str, Any] = {
    "agent_id": _TEXT,
    "input": _GIVEN,
    "metadata": _OBJECT,
    "config": _body(
        tags={"type": "array", "items": _TEXT},
        recursion_limit={"type": "integer"},
        configurable=_GIVEN,
    ),
    "webhook": _URL,
    "stream_mode": {"anyOf": [{"type": "array", "items": _MODE}, _MODE, {"type": "null"}]},
    "on_disconnect": {"enum": ["cancel", "continue"]},
    "multitask_strategy": {"enum": ["reject", "rollback", "interrupt", "enqueue"]},
    "after_seconds": {"type": "integer"},
}
CREATE_V02 = _body(**_CREATE, on_completion={"enum": ["delete", "keep"]})
CREATE_V02_THREAD = _body(
    **_CREATE,
    stream_subgraphs={"type": "boolean"},
    if_not_exists={"enum": ["create", "reject"]},
)
ANSWER: dict[str, dict[str, Any]] = {"0.1": _OBJECT, "0.2": _GIVEN}
SEARCH_RUNS = _body(agent_id=_UUID, status=_STATUS, metadata=_OBJECT, **_PAGE)
SEARCH_AGENTS = _body(name=_TEXT, version=_TEXT, **_PAGE)
THREAD_V01 = _body(("agent_id",), agent_id=_TEXT, metadata=_OBJECT)
THREAD_V02 = _body(thread_id=_UUID, metadata=_OBJECT, if_exists={"enum": ["raise", "do_nothing"]})
THREAD_PATCH = _body(checkpoint=_CHECKPOINT, metadata=_OBJECT, values=_GIVEN, messages=_MESSAGES)
SEARCH_THREADS_V01 = _body(agent_id=_UUID, metadata=_OBJECT, **_PAGE)
SEARCH_THREADS_V02 = _body(
    metadata=_OBJECT,
    values=_OBJECT,
    status={"enum": ["idle", "busy", "interrupted", "error"]},
    **_PAGE,
)


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID of any version."""
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None
