"""RunResult: the result of a run; while it is streamed, the result so far."""

from __future__ import annotations

from typing import Any, Literal

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.compat.acp_client_v0_1.models.run_status import RunStatus
from actionruns.core.model import model

__all__ = ["RunResult"]


@model
class RunResult(ApiModel):
    """The result of a run; while it is streamed, the result so far.

    Attributes:
        type: Always `result`.
        run_id: The id of the run.
        status: How the run stood when this was sent.
        result: The output, as the agent's descriptor describes it.
    """

    type: Literal["result"]
    run_id: str
    status: RunStatus
    result: dict[str, Any]
