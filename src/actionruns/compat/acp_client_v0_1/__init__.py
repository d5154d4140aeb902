"""The generated client of the Agent Connect Protocol 0.1, by its names, on this package's client.

Code that was written for ``acp_client_v0_1`` changes its import lines alone. What is different, and
why, is told in the documentation under "Moving existing code".
"""

from __future__ import annotations

from actionruns.compat.acp_client_v0_1.api import AgentsApi, RunsApi, ThreadsApi
from actionruns.compat.acp_client_v0_1.api_client import ApiClient
from actionruns.compat.acp_client_v0_1.api_response import ApiResponse
from actionruns.compat.acp_client_v0_1.configuration import Configuration
from actionruns.compat.acp_client_v0_1.exceptions import (
    ApiAttributeError,
    ApiException,
    ApiKeyError,
    ApiTypeError,
    ApiValueError,
    BadRequestException,
    ConflictException,
    ForbiddenException,
    NotFoundException,
    OpenApiException,
    ServiceException,
    UnauthorizedException,
    UnprocessableEntityException,
)
from actionruns.compat.acp_client_v0_1.models import (
    Agent,
    AgentACPDescriptor,
    AgentACPSpec,
    AgentACPSpecInterruptsInner,
    AgentCapabilities,
    AgentMetadata,
    AgentRef,
    AgentSearchRequest,
    CustomRunResultUpdate,
    Run,
    RunCreate,
    RunError,
    RunInterrupt,
    RunOutput,
    RunOutputStream,
    RunResult,
    RunSearchRequest,
    RunStatus,
    StreamEventPayload,
    StreamingMode,
    StreamingModes,
    Thread,
    ThreadCreate,
    ThreadSearchRequest,
    UnknownOutput,
)
from actionruns.compat.acp_client_v0_1.run_output_events import RunOutputEvents

__all__ = [
    "Agent",
    "AgentACPDescriptor",
    "AgentACPSpec",
    "AgentACPSpecInterruptsInner",
    "AgentCapabilities",
    "AgentMetadata",
    "AgentRef",
    "AgentSearchRequest",
    "AgentsApi",
    "ApiAttributeError",
    "ApiClient",
    "ApiException",
    "ApiKeyError",
    "ApiResponse",
    "ApiTypeError",
    "ApiValueError",
    "BadRequestException",
    "Configuration",
    "ConflictException",
    "CustomRunResultUpdate",
    "ForbiddenException",
    "NotFoundException",
    "OpenApiException",
    "Run",
    "RunCreate",
    "RunError",
    "RunInterrupt",
    "RunOutput",
    "RunOutputEvents",
    "RunOutputStream",
    "RunResult",
    "RunSearchRequest",
    "RunStatus",
    "RunsApi",
    "ServiceException",
    "StreamEventPayload",
    "StreamingMode",
    "StreamingModes",
    "Thread",
    "ThreadCreate",
    "ThreadSearchRequest",
    "ThreadsApi",
    "UnauthorizedException",
    "UnknownOutput",
    "UnprocessableEntityException",
]
