"""The aiohttp transport: sessions by event loop, credentials, sending."""

from __future__ import annotations

from actionruns.transport.auth import Authorizer, FixedHeaders, TokenAuthorizer
from actionruns.transport.client import (
    AsyncServiceClient,
    address_of,
    budget_of,
    check_texts,
    from_environment,
)
from actionruns.transport.send import Transport
from actionruns.transport.session import CookieSession
from actionruns.transport.settings import TransportSettings
from actionruns.transport.stream import EventStream

__all__ = [
    "AsyncServiceClient",
    "Authorizer",
    "CookieSession",
    "EventStream",
    "FixedHeaders",
    "TokenAuthorizer",
    "Transport",
    "TransportSettings",
    "address_of",
    "budget_of",
    "check_texts",
    "from_environment",
]
