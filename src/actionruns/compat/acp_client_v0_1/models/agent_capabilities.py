"""AgentCapabilities: the features of the protocol that an agent supports; None means no."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.compat.acp_client_v0_1.models.streaming_modes import StreamingModes
from actionruns.core.model import model

__all__ = ["AgentCapabilities"]


@model
class AgentCapabilities(ApiModel):
    """The features of the protocol that an agent supports; None means no.

    Attributes:
        threads: Whether its runs can be grouped in threads.
        interrupts: Whether its runs can stop with a question and go on with the answer.
        callbacks: Whether its runs call a webhook.
        streaming: The modes in which its runs can be streamed.
    """

    threads: bool | None = None
    interrupts: bool | None = None
    callbacks: bool | None = None
    streaming: StreamingModes | None = None
