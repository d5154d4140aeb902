"""Port: clients, models and how its runs are followed."""

from __future__ import annotations

from actionruns.port._generated.blocking import ActionRuns, Auth, Entities
from actionruns.port._generated.blocking_client import PortClient
from actionruns.port._generated.blocking_report import Report
from actionruns.port._generated.endpoints import AsyncActionRuns, AsyncAuth, AsyncEntities
from actionruns.port._generated.models import (
    AccessToken,
    ActionRun,
    ActionRunLog,
    ActionRunPage,
    Approval,
    Approver,
    Entity,
    EntityChange,
    EntityReplacement,
    NewEntity,
    RequiredApproval,
    RunPayload,
    RunSubject,
)
from actionruns.port.client import AsyncPortClient
from actionruns.port.report import AsyncReport
from actionruns.port.source import PortSource

__all__ = [
    "AccessToken",
    "ActionRun",
    "ActionRunLog",
    "ActionRunPage",
    "ActionRuns",
    "Approval",
    "Approver",
    "AsyncActionRuns",
    "AsyncAuth",
    "AsyncEntities",
    "AsyncPortClient",
    "AsyncReport",
    "Auth",
    "Entities",
    "Entity",
    "EntityChange",
    "EntityReplacement",
    "NewEntity",
    "PortClient",
    "PortSource",
    "Report",
    "RequiredApproval",
    "RunPayload",
    "RunSubject",
]
