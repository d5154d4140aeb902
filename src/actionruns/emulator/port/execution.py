"""What a run looks like when an action is executed, and what is sent to the action's backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from actionruns.emulator.clock import timestamp
from actionruns.emulator.port.catalog import Action, Blueprint, User

__all__ = ["Execution", "invocation", "waiting_run"]


@attrs.frozen(kw_only=True)
class Execution:
    """One execution of an action.

    Attributes:
        action: What is executed.
        properties: The user inputs, as they were sent.
        inputs: The user inputs, with defaults.
        user: For whom.
        entity: On which entity, as it is shown in the run; None: on none.
        impersonated_by: Client id of who asked for it, when that isn't the user.
        source: How it was asked for.
    """

    action: Action
    properties: Mapping[str, Any]
    inputs: Mapping[str, Any]
    user: User
    entity: dict[str, Any] | None = None
    impersonated_by: str | None = None
    source: str = "API"


def waiting_run(
    run_id: str, execution: Execution, blueprint: Blueprint | None, now: float
) -> dict[str, Any]:
    """Make the run of an execution, in the v2 shape, as it is while it waits for approval."""
    action = execution.action
    moment = timestamp(now)
    run: dict[str, Any] = {"id": run_id, "status": "WAITING_FOR_APPROVAL"}
    if blueprint is not None:
        run["blueprint"] = _reference(blueprint)
    if execution.entity is not None:
        run["entity"] = execution.entity
    run |= {
        "action": _reference(action),
        "properties": dict(execution.inputs),
        "rawProperties": dict(execution.properties),
        "source": execution.source,
        "requiredApproval": {"type": action.approval} if action.approval else False,
        "approval": None,
        "payload": None,
        "createdBy": execution.user.id,
        "updatedBy": execution.user.id,
        "createdAt": moment,
        "updatedAt": moment,
    }
    if execution.impersonated_by is not None:
        run["impersonatedBy"] = execution.impersonated_by
    return run


def invocation(run: Mapping[str, Any], action: Action | None) -> dict[str, Any]:
    """Return what would be sent to the backend; nothing ever is.

    Args:
        run: The run that starts.
        action: Its action; None: the emulator doesn't know it any more.
    """
    return {
        "type": "WEBHOOK",
        "url": action.url if action else "https://runner.example.com/invoke",
        "agent": False,
        "synchronized": False,
        "method": "POST",
        "headers": {"RUN_ID": run["id"]},
        "body": {"port_context": {"runId": run["id"]}, "properties": run["properties"]},
    }


def _reference(thing: Action | Blueprint) -> dict[str, Any]:
    return {
        "identifier": thing.identifier,
        "title": thing.title,
        "icon": thing.icon,
        "deleted": False,
    }
