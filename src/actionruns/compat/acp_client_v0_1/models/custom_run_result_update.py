"""CustomRunResultUpdate: news of a run's result, in the agent's own form."""

from __future__ import annotations

from typing import Any, Literal

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.compat.acp_client_v0_1.models.run_status import RunStatus
from actionruns.core.model import model

__all__ = ["CustomRunResultUpdate"]


@model
class CustomRunResultUpdate(ApiModel):
    """News of a run's result, in the agent's own form.

    Attributes:
        type: Always `custom`.
        run_id: The id of the run.
        status: How the run stood when this was sent.
        update: The news, as the agent's descriptor describes it.
    """

    type: Literal["custom"]
    run_id: str
    status: RunStatus
    update: dict[str, Any]
