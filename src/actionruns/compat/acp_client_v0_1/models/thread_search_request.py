"""ThreadSearchRequest: which threads are listed; filters are combined."""

from __future__ import annotations

from typing import Any

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["ThreadSearchRequest"]


@model
class ThreadSearchRequest(ApiModel):
    """Which threads are listed; filters are combined.

    Attributes:
        agent_id: Only threads of the agent with this id.
        metadata: Only threads whose metadata has all these keys with these values.
        limit: How many are listed at most, 1 to 1000.
        offset: How many of them to skip.
    """

    agent_id: str | None = None
    metadata: dict[str, Any] | None = None
    limit: int | None = 10
    offset: int | None = 0
