"""TransportSettings: the settings that every client has."""

from __future__ import annotations

import re
import ssl as ssl_module
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import attrs
from yarl import URL

from actionruns.core.bounds import above_zero, count_above_zero
from actionruns.core.rate import RateBudget
from actionruns.core.redaction import redact_url
from actionruns.core.request import check_header
from actionruns.core.response import Response
from actionruns.core.retry import RetryPolicy
from actionruns.errors import ConfigurationError, InvalidRequest

__all__ = ["TransportSettings"]

_MIB = 1024 * 1024
# urlsplit drops line ends silently; the text that goes on the wire would still have them.
_NOT_IN_URLS = re.compile(r"[\x00-\x20\x7f]")


def _base_url(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"base_url must be a URL, but is {value!r}")
    shown = redact_url(value)
    if _NOT_IN_URLS.search(value):
        raise ConfigurationError(f"base_url must be without spaces and line ends, but is {shown!r}")
    try:
        parts = urlsplit(value)
        _ = parts.port, (parts.hostname or "").encode("idna"), URL(value, encoded=True)
    except ValueError as error:
        raise ConfigurationError(f"base_url {shown!r} is no URL: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(
            f"base_url must begin with http:// or https:// and name a host, but is {shown!r}"
        )
    if "@" in parts.netloc:
        raise ConfigurationError(
            f"base_url must not hold a user name or password: {shown!r} had one; "
            "give credentials by their own arguments"
        )
    if "?" in value or "#" in value:
        raise ConfigurationError(f"base_url must have no query and no fragment, but is {shown!r}")
    return value.rstrip("/")


def _headers(value: Mapping[str, str] | None) -> dict[str, str]:
    if not isinstance(value, Mapping | None):
        raise ConfigurationError(f"headers must be a mapping of texts, but is {value!r}")
    try:
        return {name: check_header(name, text) for name, text in (value or {}).items()}
    except InvalidRequest as error:
        raise ConfigurationError(f"headers: {error}") from error


def _above_zero_or_none(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None:
        above_zero(instance, attribute, value)


def _instance_of(*classes: type, example: str) -> Callable[..., None]:
    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if not isinstance(value, classes):
            problem = f"must be {example}, but is {value!r}"
            raise ConfigurationError(f"{attribute.name} {problem}")

    return check


def by_status_alone(_: Response) -> bool:
    """Take no answer for final by anything else than its status."""
    return False


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
        is_final: Tells of an answer whether no other attempt would change it, also where its status
            and the policy are for one. What a service's client knows of its service; without it,
            the status decides.
        service: The service's name, for logs and telemetry.
    """

    base_url: str = attrs.field(converter=_base_url)
    timeout: float | None = attrs.field(default=30.0, validator=_above_zero_or_none)
    retry: RetryPolicy = attrs.field(
        factory=RetryPolicy, validator=_instance_of(RetryPolicy, example="RetryPolicy(...)")
    )
    rate: RateBudget = attrs.field(
        factory=RateBudget, validator=_instance_of(RateBudget, example="RateBudget(rate=...)")
    )
    max_connections: int = attrs.field(default=100, validator=count_above_zero)
    headers: Mapping[str, str] = attrs.field(default=None, converter=_headers, repr=False)
    proxy: str | None = attrs.field(
        default=None, repr=False, validator=_instance_of(str, NoneType, example="a URL")
    )
    ssl: ssl_module.SSLContext | bool = attrs.field(
        default=True,
        validator=_instance_of(ssl_module.SSLContext, bool, example="an SSLContext or a bool"),
    )
    trust_env: bool = True
    session: aiohttp.ClientSession | None = attrs.field(
        default=None,
        validator=_instance_of(aiohttp.ClientSession, NoneType, example="an aiohttp session"),
    )
    max_response_size: int = attrs.field(default=64 * _MIB, validator=count_above_zero)
    is_final: Callable[[Response], bool] = by_status_alone
    service: str = ""
