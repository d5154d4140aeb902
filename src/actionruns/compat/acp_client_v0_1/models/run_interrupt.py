"""RunInterrupt: the question that an interrupted run waits with; `resume_run` answers it."""

from __future__ import annotations

from typing import Any, Literal

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["RunInterrupt"]


@model
class RunInterrupt(ApiModel):
    """The question that an interrupted run waits with; `resume_run` answers it.

    Attributes:
        type: Always `interrupt`.
        interrupt: The question, as the agent's descriptor describes it.
    """

    type: Literal["interrupt"]
    interrupt: dict[str, Any]
