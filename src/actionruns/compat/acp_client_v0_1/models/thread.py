"""Thread: runs of an agent that hand on a state, one to the next."""

from __future__ import annotations

from typing import Any

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["Thread"]


@model
class Thread(ApiModel):
    """Runs of an agent that hand on a state, one to the next.

    Attributes:
        thread_id: The id of the thread.
        agent_id: The id of the agent.
        metadata: The labels of the thread.
    """

    thread_id: str
    agent_id: str
    metadata: dict[str, Any] | None = None
