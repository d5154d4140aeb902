"""AgentRef: how an agent is named in a directory of agents."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["AgentRef"]


@model
class AgentRef(ApiModel):
    """How an agent is named in a directory of agents.

    Attributes:
        name: Its name.
        version: Its version, for example `1.2.0`.
        url: Where its record is found.
    """

    name: str
    version: str
    url: str | None = None
