"""AsyncAcpV01Client: runs, agents and threads of version 0.1 of the Agent Connect Protocol."""

from __future__ import annotations

import ssl as ssl_module
from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Literal

import aiohttp

from actionruns.acp.answers import is_final
from actionruns.acp.base import AsyncAcpClient
from actionruns.acp.connecting import authorizer_of, base_url_of, check_version
from actionruns.acp.settling import SETTLE_SECONDS, check_settle
from actionruns.acp.streaming import RunStream
from actionruns.acp.v01._generated.endpoints import AsyncAgents, AsyncRuns, AsyncThreads
from actionruns.acp.v01._generated.models import (
    CustomRunResultUpdate,
    Run,
    RunResult,
)
from actionruns.acp.v01.holding import HoldingTransport
from actionruns.acp.v01.source import AcpV01Source, WaitedRun
from actionruns.acp.waiting import settings_of_wait
from actionruns.core.rate import RateBudget
from actionruns.core.remake import arguments
from actionruns.core.retry import RetryPolicy
from actionruns.transport import EventStream, TransportSettings, budget_of
from actionruns.watching import RunOutcome, Watch, WatchSettings, wait_for, wait_for_all

__all__ = ["AsyncAcpV01Client"]


class AsyncAcpV01Client(AsyncAcpClient):
    """A client for version 0.1 of the Agent Connect Protocol, for use in an event loop.

    It is what ``AsyncAcpClient(version="0.1")`` makes.

    Settings that are not given come from the environment. Making a client does no I/O; it connects
    with its first call. One client serves a whole process.

    Args:
        version: ``0.1``.
        api_key: Sent as ``x-api-key`` (``ACP_API_KEY``). Default, and with an empty text: none.
        token: A bearer token, for servers that want that instead.
        base_url: Where the server is (``ACP_URL``, else ``http://localhost``).
        timeout: Seconds for one call, all attempts included; None = no limit.
        retry: How failed requests are repeated.
        rate: How fast requests leave; give several clients one object to share the budget.
        max_connections: Requests and streams under way at once.
        headers: Sent with every request.
        proxy: URL of a proxy; without it, the environment decides.
        ssl: A context for TLS; False does not verify the server.
        trust_env: Take a proxy from ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY``.
        session: An aiohttp session of yours, used as it is and never closed.
        settle: Seconds for which a run has to stay `error` until that counts as its end, since
            some servers try such a run again; 0 = at once.

    Attributes:
        runs: Runs: create, get, delete, output, stream, resume, search.
        agents: Agents of the server: search, get, descriptor.
        threads: Threads, the states that runs hand on.

    Raises:
        ConfigurationError: Credentials contradict each other, or a setting is out of its range.
    """

    runs: AsyncRuns
    agents: AsyncAgents
    threads: AsyncThreads

    # What sends: clients that are made from this one may want to know more of what is answered.
    _transport_type = HoldingTransport

    def __init__(
        self,
        *,
        version: Literal["0.1"] = "0.1",
        api_key: str | None = None,
        token: str | None = None,
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
        settle: float = SETTLE_SECONDS,
    ) -> None:
        given = arguments(locals())
        check_version(version, "0.1")
        check_settle(settle)
        base_url = base_url_of(base_url)
        settings = TransportSettings(
            base_url=base_url,
            timeout=timeout,
            retry=retry or RetryPolicy(),
            rate=budget_of(rate, base_url, {"ACP_API_KEY": token or api_key}),
            max_connections=max_connections,
            headers=headers,
            proxy=proxy,
            ssl=ssl,
            trust_env=trust_env,
            session=session,
            is_final=is_final,
            service="acp",
        )
        transport = self._transport_type(settings, authorizer_of(api_key, token))
        self.runs = AsyncRuns(transport)
        self.agents = AsyncAgents(transport)
        self.threads = AsyncThreads(transport)
        self._source = AcpV01Source(transport, settle=settle)
        super().__init__(transport, given)

    @property
    def source(self) -> AcpV01Source:
        """How this client's runs are followed; for a `Watch` over several services."""
        return self._source

    async def wait(
        self,
        run_id: str,
        *,
        timeout: float | None = None,
        interval: float | None = None,
        until_waiting: bool = False,
    ) -> WaitedRun:
        """Wait until a run has ended, and return it with its output, however it ended.

        The server is asked to hold its answer back until the run moves, again and again,
        half a minute each time. Once it has answered, a failing request does not end the wait; the
        first look raises what it meets. An `error` counts when it has stayed so for
        ``settle`` seconds: some servers try such a run again.

        A run that stops with a question goes on waiting for its answer, and so does this wait:
        ``runs.resume_run``, by whomever, continues both.

        Args:
            run_id: The run.
            timeout: Seconds for the whole wait; None = as long as it takes.
            interval: Seconds between two asks; None = 0.1 s, up to 2 s with a server that answers
                at once.
            until_waiting: Return as well when the run waits with a question: its state is
                `WAITING` then, and its ``output`` the question.

        Returns:
            The run as it ended, see its ``state``, with its ``output``.

        Raises:
            WaitTimeout: The timeout passed first; the run goes on.
            RunGone: The server has not known the run for 30 s; it was deleted.
            AuthenticationFailed: The credentials are refused.
            InvalidRequest: The run id cannot be sent.
            ConnectionFailed: The first look found no server.
            ApiError: The first look was refused, or asking kept failing for an hour.

        Source: GET /runs/{run_id}, GET /runs/{run_id}/output (acp-v0.1.yaml)
        """
        settings = settings_of_wait(timeout, interval)
        run = await wait_for(self._source, run_id, settings, until_waiting=until_waiting)
        return await self._source.with_output(run, run_id)

    async def wait_all(
        self,
        run_ids: Iterable[str],
        *,
        timeout: float | None = None,
        interval: float | None = None,
        max_in_flight: int = 64,
    ) -> list[RunOutcome[Run]]:
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

        Source: POST /runs/search, GET /runs/{run_id} (acp-v0.1.yaml)
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
    ) -> Watch[Run]:
        """Follow many runs until each has ended, and tell every change once.

        The lists of pending and of interrupted runs are read page by page; a single run is asked
        for only when it is on neither. A run that has been deleted is reported as gone.

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

        Source: POST /runs/search, GET /runs/{run_id} (acp-v0.1.yaml)
        """
        settings = WatchSettings(
            timeout=timeout, interval=interval, max_in_flight=max_in_flight, keep_open=keep_open
        )
        return Watch([(self._source, run_ids)], settings, checkpoint=checkpoint)

    def stream(
        self,
        run_id: str,
        *,
        idle_timeout: float | None = 60.0,
        check_interval: float = 10.0,
    ) -> RunStream[RunResult | CustomRunResultUpdate | WaitedRun]:
        """Stream a run's output as it comes to be, until the run has ended or waits.

        Lost connections are taken up again. The last item is the client's own: its ``event`` is
        ``run`` and its ``data`` the run as it stands then, with its ``output``. When it is
        `WAITING`, ``runs.resume_run`` makes it go on,
        and another stream takes it from there.

        Args:
            run_id: The run.
            idle_timeout: Seconds without a byte, heartbeats included, after which the connection
                counts as dead and is taken up again; None = never.
            check_interval: Seconds without an event, heartbeats not included, after which the run
                itself is looked at: some servers send heartbeats for ever after a run has failed.

        Returns:
            The events, an asynchronous iterator. Data of a kind that this version does not know
            comes as plain JSON.

        Raises:
            InvalidRequest: The run id or a time cannot be used.
            NotFound: There is no such run.
            AuthenticationFailed: The credentials are refused.
            RunGone: The run was deleted meanwhile.
            ConnectionFailed: The first connection found no server.
            ApiError: The server refused to stream.
            DecodeFailed: The answer is no event stream.

        Source: GET /runs/{run_id}/stream, GET /runs/{run_id} (acp-v0.1.yaml)
        """

        def connect(last_event_id: str) -> EventStream[RunResult | CustomRunResultUpdate]:
            return self.runs.get_run_stream(
                run_id, idle_timeout=idle_timeout, last_event_id=last_event_id
            )

        return RunStream(self._source, run_id, connect, check_every=check_interval)
