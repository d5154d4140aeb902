"""Upstream: the services that a capability consumes, each by one pool of connections."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from copy import copy
from types import NoneType
from typing import Any, Final

import attrs
import orjson

from actionruns.core.operation import Operation
from actionruns.core.retry import RetryPolicy
from actionruns.errors import ApiError, ConfigurationError, ConnectionFailed
from actionruns.gateway.authorising import credentials_of
from actionruns.gateway.binding import Bindings, Secrets, typed_constant
from actionruns.gateway.calls import Call
from actionruns.gateway.clients import (
    SECRET_VARIABLES,
    KnownService,
    client_of,
    known_service,
    transport_of,
)
from actionruns.gateway.document.model import Capability, HttpService, Input
from actionruns.gateway.results import result_of
from actionruns.gateway.settings import GatewaySettings
from actionruns.transport import AsyncServiceClient, Transport, TransportSettings

__all__ = ["Upstream", "Upstreams"]

_PROBE: Final = Operation(
    name="readiness", method="GET", path="/", result=NoneType, authorised=False
)
_PROBE_SECONDS: Final = 2.0
# Seconds for which the outcome of a probe holds: whoever asks every second asks the service less.
_PROBE_HOLDS: Final = 5.0


class Upstream:
    """One consumed service.

    Attributes:
        known: Which of the SDK's services it is; None = another one.
        client: The SDK's client of it; None for another one.
        base_url: Where it is.
        secrets: Values that are sent to it and that nobody else may see.
    """

    def __init__(self, service: HttpService, bindings: Bindings, settings: GatewaySettings) -> None:
        self.known: KnownService | None = known_service(service)
        self.client: AsyncServiceClient | None = None
        self.secrets: tuple[str, ...] = ()
        common: dict[str, Any] = {
            "timeout": settings.timeout,
            "rate": settings.rate,
            "max_connections": settings.max_connections,
        }
        base = settings.base_uri or service.base_uri or None
        authentication = service.authentication
        by_sdk = settings.sdk_credentials or (
            authentication is not None and authentication.type == "sdk"
        )
        if by_sdk and self.known is None:
            problem = "the SDK has no client for it, so it has no credentials either"
            raise service.node.error(f"{service.namespace}: {problem}")
        if self.known is not None:
            self.client = client_of(
                self.known,
                {"base_url": base, **common},
                sdk_credentials=by_sdk,
            )
            transport = transport_of(self.client)
        elif base is None:
            raise service.node["baseUri"].error("is empty: say with --base-uri where it is")
        else:
            transport = Transport(TransportSettings(base_url=base, **common))
        if not by_sdk:
            credentials = credentials_of(authentication, bindings)
            transport.authorizer = credentials.authorizer
            self.secrets = credentials.secrets
        self.base_url = transport.settings.base_url
        self._transport = transport
        # The same connections, admission and credentials. The other policy repeats nothing, not
        # even what was never executed: an agent decides about that itself.
        self._once = copy(transport)
        self._once.settings = attrs.evolve(transport.settings, retry=RetryPolicy(max_attempts=1))
        self._probed: tuple[float, bool] | None = None

    async def send(self, operation: Operation[Any], arguments: Mapping[str, Any]) -> Any:
        """Send an operation and return the answer.

        Raises:
            ActionRunsError: As `Transport.send` does.
        """
        transport = self._transport if operation.idempotent else self._once
        return await transport.send(operation, arguments)

    async def is_reachable(self) -> bool:
        """Tell whether the service answers at all, whatever it says."""
        now = asyncio.get_running_loop().time()
        if self._probed is None or now - self._probed[0] > _PROBE_HOLDS:
            self._probed = now, await self._probe()
        return self._probed[1]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def _probe(self) -> bool:
        try:
            await self._once.send(_PROBE, {}, timeout=_PROBE_SECONDS)
        except ApiError:
            return True
        except ConnectionFailed:
            return False
        return True


class Upstreams:
    """All consumed services, and the calls that are sent to them.

    Args:
        capability: The document.
        settings: How the services are reached.
        environment: The environment's variables.

    Attributes:
        secrets: What is kept out of everything that callers see.

    Raises:
        CodegenError: A variable that the document binds is not set, or it is not said where a
            service is.
        ConfigurationError: Credentials cannot be sent, or a setting makes no sense.
    """

    def __init__(
        self, capability: Capability, settings: GatewaySettings, environment: Mapping[str, str]
    ) -> None:
        if settings.base_uri is not None and len(capability.services) > 1:
            raise ConfigurationError(
                "the document consumes several services, so that one base URI does not fit: write "
                "the baseUri of each into it"
            )
        self._bindings = Bindings(capability, environment)
        self._by_namespace = {
            service.namespace: Upstream(service, self._bindings, settings)
            for service in capability.services
        }
        keys = [] if settings.api_key is None else [settings.api_key]
        keys += [secret for one in self for secret in one.secrets]
        keys += [
            environment.get(variable, "")
            for one in self
            if one.known is not None
            for variable in SECRET_VARIABLES[one.known]
        ]
        self.secrets = Secrets(keys)

    def __iter__(self) -> Iterator[Upstream]:
        return iter(self._by_namespace.values())

    async def call(self, call: Call, given: Mapping[str, Any]) -> Any:
        """Make a call and return what its caller gets.

        Args:
            call: The call.
            given: Name of an input -> its value; inputs that were not given are not there.

        Raises:
            ActionRunsError: It failed, see `Transport.send`.
        """
        arguments = {
            parameter: given[name] for parameter, name in call.arguments.items() if name in given
        }
        consumed = {item.name: item for item in call.target.operation.inputs}
        for name, value in call.constants.items():
            arguments[name] = self._constant(consumed[name], value)
        upstream = self._by_namespace[call.target.service.namespace]
        answer = await upstream.send(call.operation, arguments)
        return self.secrets.hidden_in(result_of(call, answer))

    async def are_reachable(self) -> bool:
        """Tell whether every service answers."""
        return all(await asyncio.gather(*(one.is_reachable() for one in self)))

    async def aclose(self) -> None:
        """Close all connections."""
        async with AsyncExitStack() as stack:
            for one in self:
                stack.push_async_callback(one.aclose)

    def _constant(self, item: Input, value: str | float) -> Any:
        if not isinstance(value, str):
            return orjson.dumps(value).decode() if item.type == "string" else value
        return typed_constant(self._bindings.filled(value, item.node), item)
