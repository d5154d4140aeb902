"""AgentACPSpec: the features of an agent, and the schemas of what it takes and gives."""

from __future__ import annotations

from typing import Any

from actionruns.compat.acp_client_v0_1.models.agent_acp_spec_interrupts_inner import (
    AgentACPSpecInterruptsInner,
)
from actionruns.compat.acp_client_v0_1.models.agent_capabilities import AgentCapabilities
from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["AgentACPSpec"]


@model
class AgentACPSpec(ApiModel):
    """The features of an agent, and the schemas of what it takes and gives.

    Attributes:
        capabilities: The features that it supports.
        input: Schema of the input of a run.
        output: Schema of the result of a run.
        config: Schema of the settings of a run.
        custom_streaming_update: Schema of an update of the mode `custom`.
        thread_state: Schema of the state of a thread.
        interrupts: The kinds of questions that the agent asks.
    """

    capabilities: AgentCapabilities
    input: dict[str, Any]
    output: dict[str, Any]
    config: dict[str, Any]
    custom_streaming_update: dict[str, Any] | None = None
    thread_state: dict[str, Any] | None = None
    interrupts: list[AgentACPSpecInterruptsInner] | None = None
