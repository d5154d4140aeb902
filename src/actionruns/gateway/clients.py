"""Clients: which of the SDK's clients speaks to a consumed service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from actionruns.acp import AsyncAcpClient
from actionruns.forgeportal import AsyncForgePortalClient
from actionruns.gateway.document.consuming import PLACEHOLDER
from actionruns.gateway.document.model import HttpService
from actionruns.port import AsyncPortClient
from actionruns.transport import AsyncServiceClient, Transport

__all__ = [
    "BASE_URL_VARIABLES",
    "SECRET_VARIABLES",
    "KnownService",
    "client_of",
    "known_service",
    "transport_of",
]

KnownService = Literal["port", "forgeportal", "acp"]

# A service is known by the path of a single run.
_RUN_PATHS: Final[Mapping[str, KnownService]] = {
    "/v1/actions/runs/{}": "port",
    "/api/v1/action-runs/{}": "forgeportal",
    "/runs/{}": "acp",
}

_CLIENTS: Final[Mapping[KnownService, Callable[..., AsyncServiceClient]]] = {
    "port": AsyncPortClient,
    "forgeportal": AsyncForgePortalClient,
    "acp": AsyncAcpClient,
}

BASE_URL_VARIABLES: Final[Mapping[KnownService, str]] = {
    "port": "PORT_BASE_URL",
    "forgeportal": "FORGEPORTAL_URL",
    "acp": "ACP_URL",
}
"""The variables that say where a service is, when the document does not."""

SECRET_VARIABLES: Final[Mapping[KnownService, tuple[str, ...]]] = {
    "port": ("PORT_CLIENT_SECRET", "PORT_API_KEY"),
    "forgeportal": ("FORGEPORTAL_SESSION",),
    "acp": ("ACP_API_KEY",),
}
"""The variables that hold what clients authorise themselves with."""


def known_service(service: HttpService) -> KnownService | None:
    """Return which of the SDK's services a document consumes, None when it is another one."""
    paths = (PLACEHOLDER.sub("{}", resource.path) for resource in service.resources)
    return next((_RUN_PATHS[path] for path in paths if path in _RUN_PATHS), None)


def client_of(
    known: KnownService, settings: Mapping[str, Any], *, sdk_credentials: bool
) -> AsyncServiceClient:
    """Make the SDK's client of a service.

    Args:
        known: The service.
        settings: The settings that all clients have.
        sdk_credentials: Take credentials from the environment, as clients do; else the client has
            none, and whoever makes it has to give it some.

    Raises:
        ConfigurationError: Credentials are missing, or a setting makes no sense.
    """
    # The client of Port cannot be made without any.
    placeholder = {"port": {"token": "given-later"}, "forgeportal": {"session_cookie": ""}}
    none: dict[str, Any] = placeholder.get(known, {"api_key": ""})
    credentials = {} if sdk_credentials else none
    return _CLIENTS[known](**settings, **credentials)


def transport_of(client: AsyncServiceClient) -> Transport:
    """Return what sends a client's requests: operations of the document go the same way."""
    # Users have no use for it; a gateway sends operations that no endpoint has.
    return client._transport
