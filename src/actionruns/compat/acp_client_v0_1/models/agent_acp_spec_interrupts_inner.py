"""AgentACPSpecInterruptsInner: a kind of question that an agent asks."""

from __future__ import annotations

from typing import Any

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["AgentACPSpecInterruptsInner"]


@model
class AgentACPSpecInterruptsInner(ApiModel):
    """A kind of question that an agent asks.

    Attributes:
        interrupt_type: Its name, unique among the agent's questions.
        interrupt_payload: Schema of the question.
        resume_payload: Schema of the answer.
    """

    interrupt_type: str
    interrupt_payload: dict[str, Any]
    resume_payload: dict[str, Any]
