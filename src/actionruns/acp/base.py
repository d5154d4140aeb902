"""AsyncAcpClient and AcpClient: the clients for any version of the Agent Connect Protocol."""

from __future__ import annotations

import ssl as ssl_module
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self, TypedDict, TypeVar, overload

import aiohttp

from actionruns.blocking import BlockingClient
from actionruns.core.rate import RateBudget
from actionruns.core.retry import RetryPolicy
from actionruns.errors import ConfigurationError
from actionruns.transport import AsyncServiceClient

if TYPE_CHECKING:
    from typing import Unpack

    from actionruns.acp.v01._generated.blocking_client import AcpV01Client
    from actionruns.acp.v01.client import AsyncAcpV01Client
    from actionruns.acp.v02._generated.blocking_client import AcpV02Client
    from actionruns.acp.v02.client import AsyncAcpV02Client

__all__ = ["AcpClient", "AcpSettings", "AsyncAcpClient"]


class AcpSettings(TypedDict, total=False):
    """The settings of a client, apart from the version; `AsyncAcpClient` says what they mean."""

    api_key: str | None
    token: str | None
    base_url: str | None
    timeout: float | None
    retry: RetryPolicy | None
    rate: RateBudget | None
    max_connections: int
    headers: Mapping[str, str] | None
    proxy: str | None
    ssl: ssl_module.SSLContext | bool
    trust_env: bool
    session: aiohttp.ClientSession | None
    settle: float


_ONLY_OF: Mapping[str, str] = {"runs": "0.1", "stateless_runs": "0.2", "thread_runs": "0.2"}
"""Attributes that the client of one version has -> that version."""


class AsyncAcpClient(AsyncServiceClient):
    """A client for the Agent Connect Protocol, for use in an event loop.

    Settings that are not given come from the environment. Making a client does no I/O; it connects
    with its first call. One client serves a whole process.

    The version decides what is made, and a type checker knows it: an `AsyncAcpV01Client`, with
    ``runs``, ``agents`` and ``threads``, or an `AsyncAcpV02Client`, with ``stateless_runs``,
    ``thread_runs``, ``agents`` and ``threads``.

    All settings are keywords:

    - ``version``: The version of the protocol that the server speaks, ``0.1`` (default) or ``0.2``.
    - ``api_key``: Sent as ``x-api-key`` (``ACP_API_KEY``). Default, and with an empty text: none.
    - ``token``: A bearer token, for servers that want that instead.
    - ``base_url``: Where the server is (``ACP_URL``, else ``http://localhost``).
    - ``timeout``: Seconds for one call, all attempts included; None = no limit. Default: 30.
    - ``retry``: How failed requests are repeated.
    - ``rate``: How fast requests leave. Default: as the server tells, together with the other
      clients of this process that have the same address and credentials.
    - ``max_connections``: Requests and streams under way at once. Default: 100.
    - ``headers``: Sent with every request.
    - ``proxy``: URL of a proxy; without it, the environment decides.
    - ``ssl``: A context for TLS; False does not verify the server.
    - ``trust_env``: Take a proxy from ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY``.
    - ``session``: An aiohttp session of yours, used as it is and never closed.
    - ``settle``: Seconds for which a run has to stay `error` until that counts as its end, since
      some servers try such a run again; 0 = at once. Default: 3.

    Raises:
        ConfigurationError: The version is not known, credentials contradict each other, or a
            setting is out of its range.
    """

    if TYPE_CHECKING:

        @overload
        def __new__(
            cls, *, version: Literal["0.1"] = "0.1", **settings: Unpack[AcpSettings]
        ) -> AsyncAcpV01Client: ...
        @overload
        def __new__(
            cls, *, version: Literal["0.2"], **settings: Unpack[AcpSettings]
        ) -> AsyncAcpV02Client: ...
        def __new__(cls, *, version: str = "0.1", **settings: Unpack[AcpSettings]) -> Any:
            """Make the client of a version."""

    else:

        def __new__(cls, *, version: str = "0.1", **_: object) -> Self:
            """Make the client of a version."""
            return super().__new__(_class_for(version, 0) if cls is AsyncAcpClient else cls)

        def __getattr__(self, name: str) -> NoReturn:
            raise _missing(self, name)


C = TypeVar("C", bound=AsyncAcpClient)


class AcpClient(BlockingClient[C]):
    """A client for the Agent Connect Protocol, for use in any thread.

    As `AsyncAcpClient`, with the same settings; the version decides whether an `AcpV01Client` or an
    `AcpV02Client` is made.

    Raises:
        ConfigurationError: The version is not known, credentials contradict each other, or a
            setting is out of its range.
    """

    if TYPE_CHECKING:

        @overload
        def __new__(
            cls, *, version: Literal["0.1"] = "0.1", **settings: Unpack[AcpSettings]
        ) -> AcpV01Client: ...
        @overload
        def __new__(
            cls, *, version: Literal["0.2"], **settings: Unpack[AcpSettings]
        ) -> AcpV02Client: ...
        def __new__(cls, *, version: str = "0.1", **settings: Unpack[AcpSettings]) -> Any:
            """Make the client of a version."""

    else:

        def __new__(cls, *, version: str = "0.1", **_: object) -> Self:
            """Make the client of a version."""
            return super().__new__(_class_for(version, 1) if cls is AcpClient else cls)

        def __getattr__(self, name: str) -> NoReturn:
            raise _missing(self, name)

    @property
    def base_url(self) -> str:
        """Where the service is."""
        return self._async.base_url


def _class_for(version: object, form: int) -> type[Any]:
    """Return the client of a version, in the async (0) or the blocking (1) form."""
    # Here, since they are made from the classes above.
    from actionruns.acp.v01._generated.blocking_client import AcpV01Client
    from actionruns.acp.v01.client import AsyncAcpV01Client
    from actionruns.acp.v02._generated.blocking_client import AcpV02Client
    from actionruns.acp.v02.client import AsyncAcpV02Client

    if version == "0.1":
        return (AsyncAcpV01Client, AcpV01Client)[form]
    if version == "0.2":
        return (AsyncAcpV02Client, AcpV02Client)[form]
    raise ConfigurationError(f"version must be '0.1' or '0.2', but is {version!r}")


def _missing(client: object, name: str) -> Exception:
    kind = type(client).__name__
    if name not in _ONLY_OF:
        return AttributeError(f"{kind!r} object has no attribute {name!r}")
    form = "AsyncAcpClient" if kind.startswith("Async") else "AcpClient"
    version = _ONLY_OF[name]
    return ConfigurationError(
        f"{name} is of version {version} of the protocol, and this client speaks another: "
        f'{form}(version="{version}") has it'
    )
