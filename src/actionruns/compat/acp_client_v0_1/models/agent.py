"""Agent: an agent of the server."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.models.agent_metadata import AgentMetadata
from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["Agent"]


@model
class Agent(ApiModel):
    """An agent of the server.

    Attributes:
        agent_id: Its id on this server.
        metadata: What it is called and what it is for.
    """

    agent_id: str
    metadata: AgentMetadata
