"""StreamingMode: what the stream of a run gives."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.models.open_enum import OpenEnum

__all__ = ["StreamingMode"]


class StreamingMode(OpenEnum):
    """What the stream of a run gives: the result so far, or updates in the agent's own form."""

    RESULT = "result"
    CUSTOM = "custom"
