"""The Agent Connect Protocol: clients and how its runs are followed.

The models of a version are in `actionruns.acp.v01` and `actionruns.acp.v02`.
"""

from __future__ import annotations

from actionruns.acp.base import AcpClient, AcpSettings, AsyncAcpClient
from actionruns.acp.source import AcpRun, AcpSource
from actionruns.acp.streaming import RUN_EVENT, RunStream
from actionruns.acp.v01 import AcpV01Client, AsyncAcpV01Client
from actionruns.acp.v02 import AcpV02Client, AsyncAcpV02Client
from actionruns.acp.webhook import StatusWebhook, read_status

__all__ = [
    "RUN_EVENT",
    "AcpClient",
    "AcpRun",
    "AcpSettings",
    "AcpSource",
    "AcpV01Client",
    "AcpV02Client",
    "AsyncAcpClient",
    "AsyncAcpV01Client",
    "AsyncAcpV02Client",
    "RunStream",
    "StatusWebhook",
    "read_status",
]
