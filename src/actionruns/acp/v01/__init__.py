"""Version 0.1 of the Agent Connect Protocol: clients, models and how its runs are followed."""

from __future__ import annotations

from actionruns.acp.v01._generated.blocking import Agents, Runs, Threads
from actionruns.acp.v01._generated.blocking_client import AcpV01Client
from actionruns.acp.v01._generated.endpoints import AsyncAgents, AsyncRuns, AsyncThreads
from actionruns.acp.v01._generated.models import (
    Agent,
    AgentACPDescriptor,
    AgentACPSpec,
    AgentCapabilities,
    AgentInterrupt,
    AgentMetadata,
    AgentRef,
    CustomRunResultUpdate,
    Run,
    RunCreation,
    RunError,
    RunInterrupt,
    RunResult,
    StreamingModes,
    Thread,
    UnknownOutput,
)
from actionruns.acp.v01.client import AsyncAcpV01Client
from actionruns.acp.v01.source import AcpV01Source, WaitedRun

__all__ = [
    "AcpV01Client",
    "AcpV01Source",
    "Agent",
    "AgentACPDescriptor",
    "AgentACPSpec",
    "AgentCapabilities",
    "AgentInterrupt",
    "AgentMetadata",
    "AgentRef",
    "Agents",
    "AsyncAcpV01Client",
    "AsyncAgents",
    "AsyncRuns",
    "AsyncThreads",
    "CustomRunResultUpdate",
    "Run",
    "RunCreation",
    "RunError",
    "RunInterrupt",
    "RunResult",
    "Runs",
    "StreamingModes",
    "Thread",
    "Threads",
    "UnknownOutput",
    "WaitedRun",
]
