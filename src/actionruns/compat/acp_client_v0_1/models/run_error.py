"""RunError: the error that a run ended with."""

from __future__ import annotations

from typing import Literal

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["RunError"]


@model
class RunError(ApiModel):
    """The error that a run ended with.

    Attributes:
        type: Always `error`.
        run_id: The id of the run.
        errcode: A number for the error; what it means is the agent's knowledge.
        description: What went wrong, for people.
    """

    type: Literal["error"]
    run_id: str
    errcode: int
    description: str
