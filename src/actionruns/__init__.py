"""One typed SDK, async first, for services that run actions and let you follow the runs."""

from __future__ import annotations

from actionruns._version import __version__
from actionruns.acp import AcpClient, AsyncAcpClient
from actionruns.core.model import UNSET, Unset
from actionruns.core.rate import RateBudget
from actionruns.core.retry import RetryPolicy
from actionruns.errors import (
    ActionRunsError,
    ApiError,
    AuthenticationFailed,
    BadRequest,
    ClientClosed,
    ConfigurationError,
    Conflict,
    ConnectionFailed,
    DecodeFailed,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    PermissionDenied,
    RateLimited,
    RequestTimeout,
    RunGone,
    ServerError,
    UnprocessableEntity,
    WaitTimeout,
)
from actionruns.forgeportal import AsyncForgePortalClient, ForgePortalClient
from actionruns.port import AsyncPortClient, PortClient
from actionruns.services import watch
from actionruns.states import Run, RunState
from actionruns.watching import Outcome, RunOutcome, RunUpdate

__all__ = [
    "UNSET",
    "AcpClient",
    "ActionRunsError",
    "ApiError",
    "AsyncAcpClient",
    "AsyncForgePortalClient",
    "AsyncPortClient",
    "AuthenticationFailed",
    "BadRequest",
    "ClientClosed",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DecodeFailed",
    "ForgePortalClient",
    "InvalidRequest",
    "NotFound",
    "Outcome",
    "PayloadTooLarge",
    "PermissionDenied",
    "PortClient",
    "RateBudget",
    "RateLimited",
    "RequestTimeout",
    "RetryPolicy",
    "Run",
    "RunGone",
    "RunOutcome",
    "RunState",
    "RunUpdate",
    "ServerError",
    "UnprocessableEntity",
    "Unset",
    "WaitTimeout",
    "__version__",
    "watch",
]
