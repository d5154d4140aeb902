"""The models of the generated client, each also in a module of its own."""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.models.agent import Agent
from actionruns.compat.acp_client_v0_1.models.agent_acp_descriptor import AgentACPDescriptor
from actionruns.compat.acp_client_v0_1.models.agent_acp_spec import AgentACPSpec
from actionruns.compat.acp_client_v0_1.models.agent_acp_spec_interrupts_inner import (
    AgentACPSpecInterruptsInner,
)
from actionruns.compat.acp_client_v0_1.models.agent_capabilities import AgentCapabilities
from actionruns.compat.acp_client_v0_1.models.agent_metadata import AgentMetadata
from actionruns.compat.acp_client_v0_1.models.agent_ref import AgentRef
from actionruns.compat.acp_client_v0_1.models.agent_search_request import AgentSearchRequest
from actionruns.compat.acp_client_v0_1.models.custom_run_result_update import CustomRunResultUpdate
from actionruns.compat.acp_client_v0_1.models.run import Run
from actionruns.compat.acp_client_v0_1.models.run_create import RunCreate
from actionruns.compat.acp_client_v0_1.models.run_error import RunError
from actionruns.compat.acp_client_v0_1.models.run_interrupt import RunInterrupt
from actionruns.compat.acp_client_v0_1.models.run_output import RunOutput
from actionruns.compat.acp_client_v0_1.models.run_output_stream import RunOutputStream
from actionruns.compat.acp_client_v0_1.models.run_result import RunResult
from actionruns.compat.acp_client_v0_1.models.run_search_request import RunSearchRequest
from actionruns.compat.acp_client_v0_1.models.run_status import RunStatus
from actionruns.compat.acp_client_v0_1.models.stream_event_payload import StreamEventPayload
from actionruns.compat.acp_client_v0_1.models.streaming_mode import StreamingMode
from actionruns.compat.acp_client_v0_1.models.streaming_modes import StreamingModes
from actionruns.compat.acp_client_v0_1.models.thread import Thread
from actionruns.compat.acp_client_v0_1.models.thread_create import ThreadCreate
from actionruns.compat.acp_client_v0_1.models.thread_search_request import ThreadSearchRequest
from actionruns.compat.acp_client_v0_1.models.unknown_output import UnknownOutput

__all__ = [
    "Agent",
    "AgentACPDescriptor",
    "AgentACPSpec",
    "AgentACPSpecInterruptsInner",
    "AgentCapabilities",
    "AgentMetadata",
    "AgentRef",
    "AgentSearchRequest",
    "CustomRunResultUpdate",
    "Run",
    "RunCreate",
    "RunError",
    "RunInterrupt",
    "RunOutput",
    "RunOutputStream",
    "RunResult",
    "RunSearchRequest",
    "RunStatus",
    "StreamEventPayload",
    "StreamingMode",
    "StreamingModes",
    "Thread",
    "ThreadCreate",
    "ThreadSearchRequest",
    "UnknownOutput",
]
