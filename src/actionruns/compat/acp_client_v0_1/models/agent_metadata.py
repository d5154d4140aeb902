"""AgentMetadata: what an agent is called and what it is for."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.models.agent_ref import AgentRef
from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["AgentMetadata"]


@model
class AgentMetadata(ApiModel):
    """What an agent is called and what it is for.

    Attributes:
        ref: Its name and version.
        description: What the agent is meant for.
    """

    ref: AgentRef
    description: str
