"""AsyncPortClient: Port's action runs, entities and run watching."""

from __future__ import annotations

import ssl as ssl_module
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from os import PathLike
from typing import Literal

import aiohttp

from actionruns.core.rate import RateBudget
from actionruns.core.remake import arguments
from actionruns.core.retry import RetryPolicy
from actionruns.errors import ConfigurationError
from actionruns.port._generated.endpoints import AsyncActionRuns, AsyncAuth, AsyncEntities
from actionruns.port._generated.models import ActionRun
from actionruns.port.report import AsyncReport, report_on
from actionruns.port.source import PortSource
from actionruns.transport import (
    AsyncServiceClient,
    Authorizer,
    FixedHeaders,
    TokenAuthorizer,
    Transport,
    TransportSettings,
    address_of,
    budget_of,
    check_texts,
    from_environment,
)
from actionruns.watching import (
    RunOutcome,
    Watch,
    WatchSettings,
    wait_for,
    wait_for_all,
)

__all__ = ["AsyncPortClient"]

_BASE_URLS: Mapping[str, str] = {"eu": "https://api.port.io", "us": "https://api.us.port.io"}

_CREDENTIALS_HINT = (
    "Check client_id and client_secret (PORT_CLIENT_ID, PORT_CLIENT_SECRET), and that base_url or "
    "region is that of their account"
)
_RENEWAL_HINT = (
    "Take a new token (token=, PORT_API_KEY): Port's live for three hours, and a token given is "
    "not renewed; client_id and client_secret are"
)


class AsyncPortClient(AsyncServiceClient):
    """A client for Port, for use in an event loop.

    Settings that are not given come from the environment. Making a client does no I/O; it connects
    with its first call. One client serves a whole process.

    Args:
        client_id: Client id (``PORT_CLIENT_ID``). With ``client_secret``, tokens are fetched and
            renewed as needed.
        client_secret: Its secret (``PORT_CLIENT_SECRET``).
        token: An access token of yours instead (``PORT_API_KEY``), with or without "Bearer "; it
            is not renewed.
        base_url: Where Port is (``PORT_BASE_URL``, else the region's public address).
        region: ``eu`` (default) or ``us``.
        timeout: Seconds for one call, all attempts included; None = no limit.
        retry: How failed requests are repeated.
        rate: How fast requests leave. Default: as the service tells, together with the other
            clients of this process that have the same address and credentials.
        max_connections: Requests under way at once.
        headers: Sent with every request.
        proxy: URL of a proxy; without it, the environment decides.
        ssl: A context for TLS; False does not verify the server.
        trust_env: Take a proxy from ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY``.
        session: An aiohttp session of yours, used as it is and never closed.

    Attributes:
        action_runs: Action runs: list, get, update, approve, logs, execute.
        entities: Entities of the catalogue, tied to runs.
        auth: The token route, for other programs; the client itself needs no call of it.

    Raises:
        ConfigurationError: Credentials are missing or contradict each other, or a setting is out
            of its range.
    """

    action_runs: AsyncActionRuns
    entities: AsyncEntities
    auth: AsyncAuth

    def __init__(
        self,
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
        token: str | None = None,
        base_url: str | None = None,
        region: Literal["eu", "us"] | None = None,
        timeout: float | None = 30.0,
        retry: RetryPolicy | None = None,
        rate: RateBudget | None = None,
        max_connections: int = 100,
        headers: Mapping[str, str] | None = None,
        proxy: str | None = None,
        ssl: ssl_module.SSLContext | bool = True,
        trust_env: bool = True,
        session: aiohttp.ClientSession | None = None,
    ) -> None:
        given = arguments(locals())
        base_url = _base_url(base_url, region)
        whose = {"PORT_CLIENT_ID": client_id, "PORT_API_KEY": token}
        settings = TransportSettings(
            base_url=base_url,
            timeout=timeout,
            retry=retry or RetryPolicy(),
            rate=budget_of(rate, base_url, whose),
            max_connections=max_connections,
            headers=headers,
            proxy=proxy,
            ssl=ssl,
            trust_env=trust_env,
            session=session,
            service="port",
        )
        transport = Transport(settings)
        self.auth = AsyncAuth(transport)
        self.action_runs = AsyncActionRuns(transport)
        self.entities = AsyncEntities(transport)
        self._source = PortSource(transport)
        transport.authorizer = _authorizer(client_id, client_secret, token, self.auth)
        super().__init__(transport, given)

    @property
    def source(self) -> PortSource:
        """How this client's runs are followed; for a `Watch` over several services."""
        return self._source

    async def wait(
        self, run_id: str, *, timeout: float | None = None, interval: float | None = None
    ) -> ActionRun:
        """Wait until a run has ended, and return it, however it ended.

        Once Port has answered, a failing request does not end the wait; the first look raises what
        it meets. A status that this version does not know counts as going on, unless the run has a
        time of end.

        Args:
            run_id: The run.
            timeout: Seconds for the whole wait; None = as long as it takes.
            interval: Seconds between two looks; None = 1 s at first, up to 15 s while it is quiet.

        Returns:
            The run as it ended; see its ``state``.

        Raises:
            WaitTimeout: The timeout passed first; the run goes on.
            RunGone: Port has not known the run for 30 s.
            AuthenticationFailed: The credentials are refused.
            InvalidRequest: The run id cannot be sent.
            ConnectionFailed: The first look found no server.
            ApiError: The first look was refused, or asking kept failing for an hour.

        Source: GET /v1/actions/runs/{run_id} (port.yaml)
        """
        settings = WatchSettings(timeout=timeout, interval=interval)
        return await wait_for(self._source, run_id, settings)

    async def wait_all(
        self,
        run_ids: Iterable[str],
        *,
        timeout: float | None = None,
        interval: float | None = None,
        max_in_flight: int = 64,
    ) -> list[RunOutcome[ActionRun]]:
        """Wait until each of many runs has ended or cannot be followed.

        No single run raises: what stood against following it is in its outcome.

        Args:
            run_ids: The runs.
            timeout: Seconds for the whole wait; None = as long as it takes.
            interval: Seconds between two looks; None = 1 s after a change, up to 15 s while it is
                quiet.
            max_in_flight: Requests for single runs under way at once.

        Returns:
            One outcome for each run, in the order given.

        Raises:
            InvalidRequest: ``run_ids`` is not a collection of ids.
            AuthenticationFailed: The credentials are refused.
            ConnectionFailed: The first look found no server.
            ApiError: The first look was refused.

        Source: GET /v1/actions/runs, GET /v1/actions/runs/{run_id} (port.yaml)
        """
        settings = WatchSettings(timeout=timeout, interval=interval, max_in_flight=max_in_flight)
        return await wait_for_all(self._source, run_ids, settings)

    def watch(
        self,
        run_ids: Iterable[str],
        *,
        timeout: float | None = None,
        interval: float | None = None,
        max_in_flight: int = 64,
        checkpoint: str | PathLike[str] | None = None,
        keep_open: bool = False,
    ) -> Watch[ActionRun]:
        """Follow many runs until each has ended, and tell every change once.

        The list of active runs is read page by page; a single run is asked for only when it has
        left it. So 10,000 runs cost about ten requests a look.

        Args:
            run_ids: The runs.
            timeout: Seconds after which runs that go on get a last update and the watch ends;
                None = never.
            interval: Seconds between two looks; None = 1 s after a change, up to 15 s while it is
                quiet.
            max_in_flight: Requests for single runs under way at once.
            checkpoint: A file that keeps what is followed and was told, so that another watch can
                go on after this one, even after a crash; see `Watch`. None = none.
            keep_open: Go on when no run is followed any more, since others may be added
                (`Watch.add`).

        Returns:
            The updates, an asynchronous iterator: at first one for the state of each run, then
            each change as it is seen.

        Raises:
            InvalidRequest: ``run_ids`` is not a collection of ids.
            AuthenticationFailed: The credentials are refused.
            ConnectionFailed: The first look found no server.
            ApiError: The first look was refused.
            ConfigurationError: A setting is out of its range, or the checkpoint cannot be used.

        Source: GET /v1/actions/runs, GET /v1/actions/runs/{run_id} (port.yaml)
        """
        settings = WatchSettings(
            timeout=timeout, interval=interval, max_in_flight=max_in_flight, keep_open=keep_open
        )
        return Watch([(self._source, run_ids)], settings, checkpoint=checkpoint)

    def report(self, run_id: str) -> AbstractAsyncContextManager[AsyncReport]:
        """Report on a run while you work on it: the runner's side.

        Leaving the block normally marks the run SUCCESS. An exception marks it FAILURE, with the
        exception as its summary, and is raised again.

        Args:
            run_id: The run, in progress.

        Returns:
            A context manager that gives the report: ``log``, ``link``, entity changes.

        Raises:
            UnprocessableEntity: The run has ended already.
            NotFound: There is no such run.

        Source: PATCH /v1/actions/runs/{run_id}, POST /v1/actions/runs/{run_id}/logs (port.yaml)
        """
        return report_on(run_id, self.action_runs, self.entities)


def _base_url(base_url: str | None, region: str | None) -> str:
    if region is not None and region not in _BASE_URLS:
        raise ConfigurationError(f"region must be 'eu' or 'us', but is {region!r}")
    if base_url is not None and region is not None:
        raise ConfigurationError("give base_url or region, not both")
    if region is not None:
        return _BASE_URLS[region]
    # Other clients want the prefix in the address; ours stands in the paths.
    return address_of(base_url, "PORT_BASE_URL", _BASE_URLS["eu"]).removesuffix("/v1")


def _authorizer(
    client_id: str | None, client_secret: str | None, token: str | None, auth: AsyncAuth
) -> Authorizer:
    check_texts(client_id=client_id, client_secret=client_secret, token=token)
    if token is not None and (client_id is not None or client_secret is not None):
        raise ConfigurationError("give client_id and client_secret, or token, not both")
    if token is None:
        client_id = from_environment(client_id, "PORT_CLIENT_ID")
        client_secret = from_environment(client_secret, "PORT_CLIENT_SECRET")
        if client_id and client_secret:
            return _token_authorizer(client_id, client_secret, auth)
        if client_id or client_secret:
            missing = "client_secret" if client_id else "client_id"
            variable = f"PORT_{missing.upper()}"
            raise ConfigurationError(f"{missing} is missing: give it, or set {variable}")
        token = from_environment(None, "PORT_API_KEY")
    if not token:
        raise ConfigurationError(
            "no credentials for Port: give client_id and client_secret, or token; or set "
            "PORT_CLIENT_ID and PORT_CLIENT_SECRET, or PORT_API_KEY"
        )
    value = token.strip().removeprefix("Bearer ")
    return FixedHeaders({"Authorization": f"Bearer {value}"}, hint=_RENEWAL_HINT)


def _token_authorizer(client_id: str, client_secret: str, auth: AsyncAuth) -> TokenAuthorizer:
    async def fetch() -> tuple[str, float | None]:
        token = await auth.get_access_token(client_id=client_id, client_secret=client_secret)
        return token.access_token, token.expires_in

    return TokenAuthorizer(fetch, hint=_CREDENTIALS_HINT)
