"""AgentSearchRequest: which agents are listed; filters are combined."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["AgentSearchRequest"]


@model
class AgentSearchRequest(ApiModel):
    """Which agents are listed; filters are combined.

    Attributes:
        name: Only agents of this name.
        version: Only agents of this version.
        limit: How many are listed at most, 1 to 1000.
        offset: How many of them to skip.
    """

    name: str | None = None
    version: str | None = None
    limit: int | None = 10
    offset: int | None = 0
