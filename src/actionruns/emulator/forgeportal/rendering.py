"""The shapes of a run: the rows of the list and of the detail, and two older ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["camel_detail", "camel_row", "detail", "documented_row", "table_row"]

# The members of a listed run, as they are documented.
_DOCUMENTED = (
    "id",
    "action_id",
    "template_id",
    "entity_id",
    "requested_by",
    "status",
    "input",
    "output",
    "retry_count",
    "max_retries",
    "started_at",
    "finished_at",
    "created_at",
)
_CAMEL_ROW = {
    "id": "id",
    "actionId": "action_id",
    "stepId": "step_id",
    "templateRunId": "template_run_id",
    "requestedBy": "requested_by",
    "status": "status",
    "retryCount": "retry_count",
    "startedAt": "started_at",
    "finishedAt": "finished_at",
    "createdAt": "created_at",
}
_CAMEL_DETAIL = {
    "runId": "id",
    "actionId": "action_id",
    "entityId": "entity_id",
    "requestedBy": "requested_by",
    "status": "status",
    "input": "input",
    "output": "output",
}
_CAMEL_DETAIL_TAIL = {
    "retryCount": "retry_count",
    "maxRetries": "max_retries",
    "startedAt": "started_at",
    "finishedAt": "finished_at",
    "createdAt": "created_at",
}


def documented_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run as the list shows it by its documentation."""
    return {name: row[name] for name in _DOCUMENTED}


def camel_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run as newer versions list it."""
    return {name: row[column] for name, column in _CAMEL_ROW.items()}


def table_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run as the older list shows it: all columns."""
    return dict(row)


def detail(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run as it is shown alone: all columns, and the error of a run that failed.

    The documentation promises "full output and error fields"; that the error stands beside the
    output, which holds it too, is *inferred*.
    """
    return {**row, "error": _error(row)}


def camel_detail(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run as the older route shows it."""
    return {
        **{name: row[column] for name, column in _CAMEL_DETAIL.items()},
        "links": row["output"].get("links", []),
        **{name: row[column] for name, column in _CAMEL_DETAIL_TAIL.items()},
    }


def _error(row: Mapping[str, Any]) -> Any:
    return row["output"].get("error")
