"""GatewaySettings: where a gateway listens, whom it serves, and how it reaches services."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final

import attrs

from actionruns.core.bounds import above_zero, count_above_zero
from actionruns.core.rate import RateBudget
from actionruns.errors import ConfigurationError

__all__ = ["GatewaySettings", "is_loopback"]

_MIB: Final = 1024 * 1024


def is_loopback(host: str) -> bool:
    """Tell whether a name or an address is this machine's own, which no other can reach."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _lower(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


@attrs.frozen(kw_only=True)
class GatewaySettings:
    """How a gateway serves a capability.

    Attributes:
        host: Address that it listens on.
        rest_port: TCP port of the REST adapter; None = the document's, 0 = a free one.
        mcp_port: TCP port of the MCP server; None = the document's, 0 = a free one.
        base_uri: Where the service is, in place of what the document says; for a document that
            consumes one service.
        api_key: What callers have to show, as ``Authorization: Bearer ...`` or ``x-api-key``; None
            = nothing. An address that other machines can reach needs one.
        allowed_hosts: Names, besides addresses and ``localhost``, under which callers may reach
            the gateway (the ``Host`` header), and pages that may call it (the ``Origin`` header).
        read_only: Leave out what changes something.
        run_tools: Add the tools that wait for runs, watch them and approve them.
        sdk_credentials: Authorise as the SDK's clients do, in place of what the document says.
        timeout: Seconds for one call of a service, all attempts included.
        rate: How fast requests leave.
        max_connections: Requests to a service under way at once.
        max_body: Bytes of the largest body that callers may send.
        progress_interval: Seconds between two notes of progress to an agent that waits.
        shutdown_seconds: Seconds that requests under way get to end when the gateway stops.

    Raises:
        ConfigurationError: A setting is out of its range, or the address would serve others
            without a key.
    """

    host: str = "127.0.0.1"
    rest_port: int | None = None
    mcp_port: int | None = None
    base_uri: str | None = None
    api_key: str | None = attrs.field(default=None, repr=False)
    allowed_hosts: tuple[str, ...] = attrs.field(default=(), converter=_lower)
    read_only: bool = False
    run_tools: bool = False
    sdk_credentials: bool = False
    timeout: float = attrs.field(default=30.0, validator=above_zero)
    rate: RateBudget = attrs.field(factory=RateBudget)
    max_connections: int = attrs.field(default=100, validator=count_above_zero)
    max_body: int = attrs.field(default=_MIB, validator=count_above_zero)
    progress_interval: float = attrs.field(default=2.0, validator=above_zero)
    shutdown_seconds: float = attrs.field(default=10.0, validator=above_zero)

    def __attrs_post_init__(self) -> None:
        if self.api_key is not None and not self.api_key.strip():
            raise ConfigurationError("the key that callers have to show is empty")
        if self.api_key is None and not is_loopback(self.host):
            raise ConfigurationError(
                f"host {self.host} can be reached by other machines, and whoever reaches the "
                "gateway acts with its credentials: name the variable that holds a key for "
                "callers with --api-key-env, or leave host out"
            )
