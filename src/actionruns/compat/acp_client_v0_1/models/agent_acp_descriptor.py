"""AgentACPDescriptor: what an agent can do, what it takes and what it gives."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.models.agent_acp_spec import AgentACPSpec
from actionruns.compat.acp_client_v0_1.models.agent_metadata import AgentMetadata
from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["AgentACPDescriptor"]


@model
class AgentACPDescriptor(ApiModel):
    """What an agent can do, what it takes and what it gives.

    Attributes:
        metadata: What it is called and what it is for.
        specs: Its features and schemas.
    """

    metadata: AgentMetadata
    specs: AgentACPSpec
