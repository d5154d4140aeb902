"""TransportSettings: the settings that every client has."""

from __future__ import annotations

import ssl as ssl_module
from collections.abc import Mapping
from urllib.parse import urlsplit

import aiohttp
import attrs

from actionruns.core.rate import RateBudget
from actionruns.core.redaction import redact_url
from actionruns.core.request import check_header
from actionruns.core.retry import RetryPolicy
from actionruns.errors import ConfigurationError, InvalidRequest

__all__ = ["TransportSettings"]

_MIB = 1024 * 1024


def _base_url(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"base_url must be a URL, but is {value!r}")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(
            f"base_url must begin with http:// or https:// and name a host, but is {value!r}"
        )
    if "@" in parts.netloc:
        raise ConfigurationError(
            f"base_url must not hold a user name or password: {redact_url(value)!r} had one; "
            "give credentials by their own arguments"
        )
    if parts.query or parts.fragment:
        raise ConfigurationError(f"base_url must have no query and no fragment, but is {value!r}")
    return value.rstrip("/")


def _headers(value: Mapping[str, str] | None) -> dict[str, str]:
    try:
        return {name: check_header(name, text) for name, text in (value or {}).items()}
    except InvalidRequest as error:
        raise ConfigurationError(f"headers: {error}") from error


def _timeout(value: float | None) -> float | None:
    if value is not None and not value > 0:
        raise ConfigurationError(
            f"timeout must be above 0 seconds, or None for no limit, but is {value!r}"
        )
    return value


def _at_least_one(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value < 1:
        raise ConfigurationError(f"{attribute.name} must be at least 1, but is {value!r}")


@attrs.frozen(kw_only=True)
class TransportSettings:
    """How a client reaches its service.

    Attributes:
        base_url: Where the service is; paths are put behind it.
        timeout: Seconds for one call, all its attempts and the waits between them included; the
            wait for a free connection and for the rate budget is not. None = no limit.
        retry: How failed requests are repeated.
        rate: How fast requests leave; share one object to share the budget.
        max_connections: Requests under way at once, and connections kept.
        headers: Sent with every request.
        proxy: URL of a proxy. None = as the environment says, see ``trust_env``.
        ssl: A context for TLS; True = verify by the system's authorities, False = do not verify.
        trust_env: Take the proxy from ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY``.
        session: An aiohttp session of the caller's, used as it is and never closed.
        max_response_size: Largest body accepted, in bytes after decompression.
    """

    base_url: str = attrs.field(converter=_base_url)
    timeout: float | None = attrs.field(default=30.0, converter=_timeout)
    retry: RetryPolicy = attrs.field(factory=RetryPolicy)
    rate: RateBudget = attrs.field(factory=RateBudget)
    max_connections: int = attrs.field(default=100, validator=_at_least_one)
    headers: Mapping[str, str] = attrs.field(default=None, converter=_headers, repr=False)
    proxy: str | None = attrs.field(default=None, repr=False)
    ssl: ssl_module.SSLContext | bool = True
    trust_env: bool = True
    session: aiohttp.ClientSession | None = None
    max_response_size: int = attrs.field(default=64 * _MIB, validator=_at_least_one)
