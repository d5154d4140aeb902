"""AsyncForgePortalClient: ForgePortal's action runs, templates and run watching."""

from __future__ import annotations

import ssl as ssl_module
from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Final

import aiohttp

from actionruns.core.cookies import cookie_value
from actionruns.core.rate import RateBudget
from actionruns.core.remake import arguments
from actionruns.core.retry import RetryPolicy
from actionruns.errors import NotFound
from actionruns.forgeportal._generated.endpoints import AsyncActionRuns, AsyncAuth, AsyncTemplates
from actionruns.forgeportal._generated.models import ActionRun
from actionruns.forgeportal._generated.operations import RUN_ACTION, RUN_TEMPLATE
from actionruns.forgeportal.source import ForgePortalSource, TemplateRunSource
from actionruns.transport import (
    AsyncServiceClient,
    Authorizer,
    CookieSession,
    FixedHeaders,
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

__all__ = ["AsyncForgePortalClient"]

_BASE_URL: Final = "http://localhost:4000"
_COOKIE: Final = "forgeportal.sid"

_SESSION_HINT = (
    "The session has ended (they live for 8 hours) or belongs to another portal: log in with a "
    f"browser and give the new value of the cookie {_COOKIE} (session_cookie, FORGEPORTAL_SESSION)"
)
_NO_SESSION_HINT = (
    "This portal wants a login: log in with a browser and give the value of the cookie "
    f"{_COOKIE} (session_cookie, FORGEPORTAL_SESSION)"
)


class AsyncForgePortalClient(AsyncServiceClient):
    """A client for ForgePortal, for use in an event loop.

    Settings that are not given come from the environment. Making a client does no I/O; it connects
    with its first call. One client serves a whole process.

    ForgePortal knows users by their browser's session alone. Changes also carry a CSRF token, which
    the client fetches and renews by itself. A portal in dev mode wants neither: without a cookie,
    none is sent and no token is fetched.

    Args:
        session_cookie: Value of the cookie ``forgeportal.sid`` of a user who has logged in
            (``FORGEPORTAL_SESSION``). Default, and with an empty text: none.
        base_url: Where ForgePortal is (``FORGEPORTAL_URL``, else ``http://localhost:4000``).
        timeout: Seconds for one call, all attempts included; None = no limit. The wait of
            ``run_action`` and ``run_template`` for their turn is not counted.
        retry: How failed requests are repeated.
        rate: How fast requests leave. Default: as the service tells, together with the other
            clients of this process that have the same address and session.
        max_connections: Requests under way at once.
        headers: Sent with every request.
        proxy: URL of a proxy; without it, the environment decides.
        ssl: A context for TLS; False does not verify the server.
        trust_env: Take a proxy from ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY``.
        session: An aiohttp session of yours, used as it is and never closed.

    Attributes:
        action_runs: Action runs: run actions, list, get and cancel their runs, read their logs.
        templates: Templates: list, get, run, list and cancel their runs.
        auth: The token route, for other programs; the client itself needs no call of it.

    Raises:
        ConfigurationError: A setting is out of its range, or the cookie cannot be one.
    """

    action_runs: AsyncActionRuns
    templates: AsyncTemplates
    auth: AsyncAuth

    def __init__(
        self,
        *,
        session_cookie: str | None = None,
        base_url: str | None = None,
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
        base_url = _base_url(base_url)
        settings = TransportSettings(
            base_url=base_url,
            timeout=timeout,
            retry=retry or RetryPolicy(),
            rate=budget_of(rate, base_url, {"FORGEPORTAL_SESSION": session_cookie}),
            max_connections=max_connections,
            headers=headers,
            proxy=proxy,
            ssl=ssl,
            trust_env=trust_env,
            session=session,
            service="forgeportal",
        )
        transport = Transport(settings)
        self.auth = AsyncAuth(transport)
        self.action_runs = AsyncActionRuns(transport)
        self.templates = AsyncTemplates(transport)
        self._source = ForgePortalSource(transport)
        self._template_source = TemplateRunSource(transport)
        transport.authorizer = _authorizer(session_cookie, self.auth)
        super().__init__(transport, given)

    @property
    def source(self) -> ForgePortalSource:
        """How this client's runs are followed; for a `Watch` over several services."""
        return self._source

    @property
    def template_source(self) -> TemplateRunSource:
        """How the runs of its templates are followed; for a `Watch` of their own."""
        return self._template_source

    @property
    def run_action_wait(self) -> float:
        """Seconds that the next ``run_action`` waits for its turn: ten may leave in a minute."""
        return self._transport.seconds_to_turn(RUN_ACTION)

    @property
    def run_template_wait(self) -> float:
        """Seconds that the next ``run_template`` waits for its turn: five may leave in a minute."""
        return self._transport.seconds_to_turn(RUN_TEMPLATE)

    async def wait(
        self,
        run_id: str,
        *,
        timeout: float | None = None,
        interval: float | None = None,
        stale_after: float | None = None,
    ) -> ActionRun:
        """Wait until a run has ended, and return it, however it ended.

        Once ForgePortal has answered, a failing request does not end the wait; the first look
        raises what it meets. A run that goes back to `queued`, to be tried again, goes on; so does
        one with a status that this version does not know, unless it has a time of end.

        Args:
            run_id: The run.
            timeout: Seconds for the whole wait; None = as long as it takes.
            interval: Seconds between two looks; None = 1 s at first, up to 15 s while it is quiet.
            stale_after: Seconds since its start after which a run that is running counts as stale:
                ForgePortal does not notice when a worker dies. None = never.

        Returns:
            The run as it ended; see its ``state``.

        Raises:
            WaitTimeout: The timeout passed first, and the run goes on; or the run is stale.
            RunGone: ForgePortal has not known the run for 30 s.
            AuthenticationFailed: The session is refused.
            InvalidRequest: The run id cannot be sent.
            ConnectionFailed: The first look found no server.
            ApiError: The first look was refused, or asking kept failing for an hour.

        Source: GET /api/v1/action-runs/{runId} (forgeportal.yaml)
        """
        settings = WatchSettings(timeout=timeout, interval=interval, stale_after=stale_after)
        return await wait_for(self._source, run_id, settings)

    async def wait_all(
        self,
        run_ids: Iterable[str],
        *,
        timeout: float | None = None,
        interval: float | None = None,
        max_in_flight: int = 64,
        stale_after: float | None = None,
    ) -> list[RunOutcome[ActionRun]]:
        """Wait until each of many runs has ended or cannot be followed.

        No single run raises: what stood against following it is in its outcome.

        Args:
            run_ids: The runs.
            timeout: Seconds for the whole wait; None = as long as it takes.
            interval: Seconds between two looks; None = 1 s after a change, up to 15 s while it is
                quiet.
            max_in_flight: Requests for single runs under way at once.
            stale_after: Seconds since its start after which a run that is running counts as stale
                (`Outcome.STALE`) and is followed no longer: ForgePortal does not notice when a
                worker dies. None = never.

        Returns:
            One outcome for each run, in the order given.

        Raises:
            InvalidRequest: ``run_ids`` is not a collection of ids.
            AuthenticationFailed: The session is refused.
            ConnectionFailed: The first look found no server.
            ApiError: The first look was refused.

        Source: GET /api/v1/action-runs, GET /api/v1/action-runs/{runId} (forgeportal.yaml)
        """
        settings = WatchSettings(
            timeout=timeout,
            interval=interval,
            max_in_flight=max_in_flight,
            stale_after=stale_after,
        )
        return await wait_for_all(self._source, run_ids, settings)

    def watch(
        self,
        run_ids: Iterable[str],
        *,
        timeout: float | None = None,
        interval: float | None = None,
        max_in_flight: int = 64,
        stale_after: float | None = None,
        checkpoint: str | PathLike[str] | None = None,
        keep_open: bool = False,
    ) -> Watch[ActionRun]:
        """Follow many runs until each has ended, and tell every change once.

        The lists of queued and of running runs are read page by page; a single run is asked for
        only when it has left them. So 10,000 runs cost about fifty requests a look. A run that
        goes back from running to queued, to be tried again, is a change and no end.

        Args:
            run_ids: The runs.
            timeout: Seconds after which runs that go on get a last update and the watch ends;
                None = never.
            interval: Seconds between two looks; None = 1 s after a change, up to 15 s while it is
                quiet.
            max_in_flight: Requests for single runs under way at once.
            stale_after: Seconds since its start after which a run that is running counts as stale
                (`Outcome.STALE`) and is followed no longer: ForgePortal does not notice when a
                worker dies. None = never.
            checkpoint: A file that keeps what is followed and was told, so that another watch can
                go on after this one, even after a crash; see `Watch`. None = none.
            keep_open: Go on when no run is followed any more, since others may be added
                (`Watch.add`).

        Returns:
            The updates, an asynchronous iterator: at first one for the state of each run, then
            each change as it is seen.

        Raises:
            InvalidRequest: ``run_ids`` is not a collection of ids.
            AuthenticationFailed: The session is refused.
            ConnectionFailed: The first look found no server.
            ApiError: The first look was refused.
            ConfigurationError: A setting is out of its range, or the checkpoint cannot be used.

        Source: GET /api/v1/action-runs, GET /api/v1/action-runs/{runId} (forgeportal.yaml)
        """
        settings = WatchSettings(
            timeout=timeout,
            interval=interval,
            max_in_flight=max_in_flight,
            stale_after=stale_after,
            keep_open=keep_open,
        )
        return Watch([(self._source, run_ids)], settings, checkpoint=checkpoint)


def _base_url(base_url: str | None) -> str:
    # The prefix stands in the paths; people copy it from other clients.
    return address_of(base_url, "FORGEPORTAL_URL", _BASE_URL).removesuffix("/api/v1")


def _authorizer(session_cookie: str | None, auth: AsyncAuth) -> Authorizer:
    check_texts(session_cookie=session_cookie)
    given = from_environment(session_cookie, "FORGEPORTAL_SESSION")
    if not given:
        return FixedHeaders({}, hint=_NO_SESSION_HINT)

    async def fetch() -> str | None:
        try:
            return (await auth.get_csrf_token()).token
        except NotFound:
            return None  # dev mode: nobody has to log in, and nothing is protected

    return CookieSession(_COOKIE, cookie_value(given, _COOKIE), fetch, hint=_SESSION_HINT)
