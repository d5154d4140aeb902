"""ForgePortal: clients, models and how its runs are followed."""

from __future__ import annotations

from actionruns.forgeportal._generated.blocking import ActionRuns, Auth, Templates
from actionruns.forgeportal._generated.blocking_client import ForgePortalClient
from actionruns.forgeportal._generated.endpoints import AsyncActionRuns, AsyncAuth, AsyncTemplates
from actionruns.forgeportal._generated.models import (
    ActionRun,
    ActionRunLog,
    ActionRunPage,
    CsrfToken,
    Pagination,
    StartedRun,
    Template,
    TemplateRun,
    TemplateRunPage,
    TemplateRunStep,
)
from actionruns.forgeportal.client import AsyncForgePortalClient
from actionruns.forgeportal.source import ForgePortalSource

__all__ = [
    "ActionRun",
    "ActionRunLog",
    "ActionRunPage",
    "ActionRuns",
    "AsyncActionRuns",
    "AsyncAuth",
    "AsyncForgePortalClient",
    "AsyncTemplates",
    "Auth",
    "CsrfToken",
    "ForgePortalClient",
    "ForgePortalSource",
    "Pagination",
    "StartedRun",
    "Template",
    "TemplateRun",
    "TemplateRunPage",
    "TemplateRunStep",
    "Templates",
]
