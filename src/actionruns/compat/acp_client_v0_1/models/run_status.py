"""RunStatus: how a run stands, in the protocol's own word."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.models.open_enum import OpenEnum

__all__ = ["RunStatus"]


class RunStatus(OpenEnum):
    """How a run stands. A text, so that it compares with texts; others than these may come."""

    PENDING = "pending"
    ERROR = "error"
    SUCCESS = "success"
    TIMEOUT = "timeout"
    INTERRUPTED = "interrupted"
