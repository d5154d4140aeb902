"""RunCreate: what a run is created with."""

from __future__ import annotations

from typing import Any

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["RunCreate"]


@model
class RunCreate(ApiModel):
    """What a run is created with.

    Attributes:
        agent_id: The id of the agent that is to run. It may be set later, but has to be there when
            the run is created.
        thread_id: The thread whose state the run starts from, for agents that support threads.
        input: The input, as the agent's descriptor describes it.
        metadata: Free labels of the run, by which `search_runs` finds it.
        config: Settings of the agent for this run.
        webhook: A URL that the server posts the run to, each time its status changes.
        streaming: What the stream is to give, see `StreamingMode`.
    """

    agent_id: str | None = None
    thread_id: str | None = None
    input: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    config: dict[str, Any] | None = None
    webhook: str | None = None
    streaming: str | None = None
