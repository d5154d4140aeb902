"""Run: one execution of an agent."""

from __future__ import annotations

from datetime import datetime

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.compat.acp_client_v0_1.models.run_create import RunCreate
from actionruns.compat.acp_client_v0_1.models.run_status import RunStatus
from actionruns.core.model import model

__all__ = ["Run"]


@model
class Run(ApiModel):
    """One execution of an agent.

    Attributes:
        creation: What the run was created with.
        run_id: The id of the run.
        agent_id: The id of the agent that runs.
        created_at: When the run was created. A time without a zone is taken as UTC.
        updated_at: When the run changed last. A time without a zone is taken as UTC.
        status: How the run stands; it compares with texts.
        thread_id: The id of the thread, for agents that support threads.
    """

    creation: RunCreate
    run_id: str
    agent_id: str
    created_at: datetime
    updated_at: datetime
    status: RunStatus
    thread_id: str | None = None
