"""RunOutputStream: one event of the stream of a run."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.models.api_model import ApiModel
from actionruns.compat.acp_client_v0_1.models.stream_event_payload import StreamEventPayload
from actionruns.core.model import model

__all__ = ["RunOutputStream"]


@model
class RunOutputStream(ApiModel):
    """One event of the stream of a run.

    Attributes:
        event: The type of the event as the stream has it; the actual one is in the data.
        data: What it tells.
        id: The id of the event; None when it came without one.
    """

    event: str
    data: StreamEventPayload
    id: str | None = None
