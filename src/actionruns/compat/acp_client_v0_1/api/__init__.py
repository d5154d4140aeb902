"""The classes of methods, each also in a module of its own."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.api.agents_api import AgentsApi
from actionruns.compat.acp_client_v0_1.api.runs_api import RunsApi
from actionruns.compat.acp_client_v0_1.api.threads_api import ThreadsApi

__all__ = ["AgentsApi", "RunsApi", "ThreadsApi"]
