"""Configuration: the settings of the generated client, as those of this package's client."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any, ClassVar, Final, Self

import attrs

from actionruns.compat.acp_client_v0_1.tls import tls_of
from actionruns.core.retry import RetryPolicy
from actionruns.errors import ConfigurationError

__all__ = ["Configuration", "Timeout", "seconds_of"]

Timeout = float | Sequence[float] | None
"""Seconds, or seconds to connect and seconds to read; None = no limit."""

_CONNECTIONS: Final = 100

_REFUSED: Final[Mapping[str, str]] = {
    "username": "call ApiClient.set_default_header('Authorization', 'Basic ...')",
    "password": "call ApiClient.set_default_header('Authorization', 'Basic ...')",
    "server_index": "give host, the protocol's document names no servers",
    "server_variables": "give host, the protocol's document names no servers",
    "server_operation_index": "make one ApiClient for each host",
    "server_operation_variables": "make one ApiClient for each host",
    "tls_server_name": "give the name in host",
    "proxy_headers": "give the credentials of a proxy in its URL",
    "safe_chars_for_path_param": "nothing; an id is sent as one segment of the path",
    "socket_options": "AcpClient(session=...) or its async form, with a connector of yours",
    "logger_file": "a handler for logging.getLogger('actionruns')",
}
"""Settings that cannot be honoured -> what to use instead."""


def _host(given: str | None) -> str:
    return "http://localhost" if given is None else given


def _texts(given: dict[str, str] | None) -> dict[str, str]:
    return {} if given is None else given


@attrs.define(eq=False)
class Configuration:
    """Where the server is and how it is reached, under the names of the generated client.

    Settings may be given to it or set afterwards; a client takes them up with its next call.

    Attributes:
        host: Where the server is.
        api_key: One API key, by whatever name; sent as ``x-api-key``.
        api_key_prefix: What stands before the key, by the same name.
        access_token: A bearer token.
        ssl_ca_cert: A file of authorities that vouch for the server.
        retries: How often a failed request is repeated; None = as `RetryPolicy` has it. A policy
            may be given, too.
        timeout: Seconds for one call, its attempts included; None = no limit. A pair of seconds to
            connect and to read counts as their sum.
        ca_cert_data: Authorities, as text (PEM) or bytes (DER).
        verify_ssl: Whether the server is verified.
        cert_file: A certificate of the client, for servers that want one.
        key_file: Its key.
        assert_hostname: False = do not look at the name in the server's certificate.
        proxy: URL of a proxy. None = none: the environment is not asked.
        connection_pool_maxsize: Requests under way at once; below 100 it has no effect.
        client_side_validation: Whether a body without a member that is required is refused here.
        refresh_api_key_hook: Called with the configuration before each call; it may set the key.
        debug: Whether the logger ``actionruns`` tells everything.

    Raises:
        ConfigurationError: When the first call is made: a setting cannot be honoured, and the
            message says what to use instead.
    """

    host: str = attrs.field(default=None, converter=_host)
    api_key: dict[str, str] = attrs.field(default=None, converter=_texts, repr=False)
    api_key_prefix: dict[str, str] = attrs.field(default=None, converter=_texts)
    username: str | None = None
    password: str | None = attrs.field(default=None, repr=False)
    access_token: str | None = attrs.field(default=None, repr=False)
    server_index: int | None = None
    server_variables: Mapping[str, str] | None = None
    server_operation_index: Mapping[int, int] | None = None
    server_operation_variables: Mapping[int, Any] | None = None
    ignore_operation_servers: bool = False
    ssl_ca_cert: str | None = None
    retries: int | RetryPolicy | None = None
    timeout: Timeout = 30.0
    ca_cert_data: str | bytes | None = attrs.field(default=None, repr=False)
    verify_ssl: bool = attrs.field(default=True, kw_only=True)
    cert_file: str | None = attrs.field(default=None, kw_only=True)
    key_file: str | None = attrs.field(default=None, kw_only=True)
    assert_hostname: bool | str | None = attrs.field(default=None, kw_only=True)
    tls_server_name: str | None = attrs.field(default=None, kw_only=True)
    proxy: str | None = attrs.field(default=None, kw_only=True, repr=False)
    proxy_headers: Mapping[str, str] | None = attrs.field(default=None, kw_only=True, repr=False)
    connection_pool_maxsize: int | None = attrs.field(default=None, kw_only=True)
    safe_chars_for_path_param: str = attrs.field(default="", kw_only=True)
    socket_options: Sequence[Any] | None = attrs.field(default=None, kw_only=True)
    client_side_validation: bool = attrs.field(default=True, kw_only=True)
    refresh_api_key_hook: Callable[[Configuration], object] | None = attrs.field(
        default=None, kw_only=True
    )
    logger_file: str | None = attrs.field(default=None, kw_only=True)
    debug: bool = attrs.field(default=False, kw_only=True)

    _default: ClassVar[Configuration | None] = None

    @classmethod
    def get_default(cls) -> Configuration:
        """Return the configuration of clients that are made without one."""
        if Configuration._default is None:
            Configuration._default = cls()
        return Configuration._default

    @classmethod
    def get_default_copy(cls) -> Configuration:
        """Return the same as `get_default`, as the generated client does."""
        return cls.get_default()

    @classmethod
    def set_default(cls, default: Self | None) -> None:
        """Set the configuration of clients that are made without one; None = a new one."""
        Configuration._default = default

    def get_api_key_with_prefix(self, identifier: str, alias: str | None = None) -> str | None:
        """Return an API key with what stands before it, None when there is none of the name.

        Args:
            identifier: The name of the key.
            alias: Another name, looked for when there is none of the first.
        """
        if self.refresh_api_key_hook is not None:
            self.refresh_api_key_hook(self)
        key = self.api_key.get(identifier) or self.api_key.get(alias or "")
        prefix = self.api_key_prefix.get(identifier)
        return f"{prefix} {key}" if key and prefix else key

    def current(self) -> Configuration:
        """Return a copy of the settings as they are now, after the hook for the key."""
        if self.refresh_api_key_hook is not None:
            self.refresh_api_key_hook(self)
        taken = copy.copy(self)
        taken.api_key, taken.api_key_prefix = dict(self.api_key), dict(self.api_key_prefix)
        return taken

    def is_as(self, other: Configuration) -> bool:
        """Tell whether all settings are the same as another's."""
        return attrs.astuple(self, recurse=False) == attrs.astuple(other, recurse=False)

    def client_settings(self) -> dict[str, Any]:
        """Return the settings as arguments of `AsyncAcpV01Client`.

        Raises:
            ConfigurationError: A setting cannot be honoured.
        """
        for name, instead in _REFUSED.items():
            if getattr(self, name):
                raise ConfigurationError(f"{name} is not honoured here; use instead: {instead}")
        if self.debug:
            logging.getLogger("actionruns").setLevel(logging.DEBUG)
        return {
            "base_url": self.host,
            # Not None: the key of the environment is for clients that ask for it.
            "api_key": self._key(),
            "token": self.access_token,
            "timeout": seconds_of(self.timeout),
            "retry": _policy_of(self.retries),
            "max_connections": max(_CONNECTIONS, self.connection_pool_maxsize or 0),
            "proxy": self.proxy,
            "ssl": tls_of(self),
            "trust_env": False,
        }

    def _key(self) -> str:
        if not self.api_key:
            return ""
        if len(self.api_key) > 1:
            raise ConfigurationError(
                f"api_key has {len(self.api_key)} names, but one is sent, as x-api-key; "
                "send others with ApiClient.set_default_header(name, value)"
            )
        (name,) = self.api_key
        if name.lower() == "authorization":
            raise ConfigurationError("api_key is sent as x-api-key; use instead: access_token")
        prefix = self.api_key_prefix.get(name)
        return f"{prefix} {self.api_key[name]}" if prefix else self.api_key[name]


def seconds_of(timeout: Timeout) -> float | None:
    """Return a time limit as the seconds of one call; a pair counts as its sum.

    A pair in which one is None, as urllib3 takes it, has no limit either: it is infinite, since
    None stands for the configuration's limit where it is said of one call.
    """
    # What is no number is refused by whom it is given to, with what it is.
    seconds: Any = timeout
    if isinstance(timeout, list | tuple) and len(timeout) == 2:
        connect, read = (inf if part is None else part for part in timeout)
        if isinstance(connect, int | float) and isinstance(read, int | float):
            seconds = float(connect) + float(read)
    return None if seconds is None else seconds


def _policy_of(retries: object) -> RetryPolicy:
    if retries is None:
        return RetryPolicy()
    if isinstance(retries, RetryPolicy):
        return retries
    if isinstance(retries, int) and retries >= 0:
        return RetryPolicy(max_attempts=int(retries) + 1)
    raise ConfigurationError(
        f"retries must be a whole number or a RetryPolicy, but is {type(retries).__name__}; "
        "actionruns.RetryPolicy has the waits and limits of urllib3's Retry"
    )
