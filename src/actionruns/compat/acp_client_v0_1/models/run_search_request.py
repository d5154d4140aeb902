"""RunSearchRequest: which runs are listed; filters are combined."""

from __future__ import annotations

from typing import Any

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["RunSearchRequest"]


@model
class RunSearchRequest(ApiModel):
    """Which runs are listed; filters are combined.

    Attributes:
        agent_id: Only runs of the agent with this id.
        status: Only runs with this status, see `RunStatus`.
        metadata: Only runs whose metadata has all these keys with these values.
        limit: How many are listed at most, 1 to 1000.
        offset: How many of them to skip.
    """

    agent_id: str | None = None
    status: str | None = None
    metadata: dict[str, Any] | None = None
    limit: int | None = 10
    offset: int | None = 0
