"""ThreadCreate: what a thread is created with."""

from __future__ import annotations

from typing import Any

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["ThreadCreate"]


@model
class ThreadCreate(ApiModel):
    """What a thread is created with.

    Attributes:
        agent_id: The id of the agent. It may be set later, but has to be there when the thread is
            created.
        metadata: Free labels of the thread.
    """

    agent_id: str | None = None
    metadata: dict[str, Any] | None = None
