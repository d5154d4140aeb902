"""StreamingModes: the modes in which an agent's runs can be streamed; None means no."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.core.model import model

__all__ = ["StreamingModes"]


@model
class StreamingModes(ApiModel):
    """The modes in which an agent's runs can be streamed; None means no.

    Attributes:
        result: Whether the result so far can be streamed.
        custom: Whether updates in the agent's own form can be streamed.
    """

    result: bool | None = None
    custom: bool | None = None
