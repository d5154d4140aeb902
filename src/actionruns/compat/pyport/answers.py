"""Answers: what the service sent, with the names beside it by which pyport's documentation reads.

Nothing is taken away or replaced: a member that the service itself sends under such a name stays,
and what is not of the shape that is expected is left as it is.
"""

from __future__ import annotations

from typing import Any

from actionruns.compat.pyport.routes import Answer

__all__ = ["with_approvers", "with_entry", "with_logs", "with_run"]


def with_run(answer: Answer) -> Answer:
    """Put the members of the run beside it: ``answer["status"]``."""
    run = answer.get("run")
    return {**run, **answer} if isinstance(run, dict) else answer


def with_entry(answer: Answer) -> Answer:
    """Put the members of the new log entry beside it, with its ``timestamp``."""
    entry = _dated(answer.get("runLog"))
    return {**entry, **answer} if isinstance(entry, dict) else answer


def with_logs(answer: Answer) -> Answer:
    """Put ``logs`` beside ``runLogs``: the same entries, each with its ``timestamp``."""
    entries = answer.get("runLogs")
    if not isinstance(entries, list):
        return answer
    return {"logs": [_dated(entry) for entry in entries], **answer}


def with_approvers(answer: Answer) -> Answer:
    """Put an ``email`` into each approver.

    Port names approvers by the ids of users, and no route of action runs tells their addresses.
    Where it sends none, the id takes its place.
    """
    approvers = answer.get("approvers")
    if not isinstance(approvers, list):
        return answer
    return {**answer, "approvers": [_addressed(approver) for approver in approvers]}


def _dated(entry: Any) -> Any:
    return {"timestamp": entry.get("createdAt"), **entry} if isinstance(entry, dict) else entry


def _addressed(approver: Any) -> Any:
    if not isinstance(approver, dict):
        return approver
    return {"email": approver.get("userId"), **approver}
