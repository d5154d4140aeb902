"""One aiohttp session for each client and event loop."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn
from weakref import WeakKeyDictionary

import aiohttp

from actionruns._version import __version__
from actionruns.core.forks import Shared
from actionruns.core.remake import refuse
from actionruns.errors import ClientClosed, ConfigurationError
from actionruns.transport.deadline import Deadlines
from actionruns.transport.lifetime import Lifetime
from actionruns.transport.settings import TransportSettings
from actionruns.transport.slots import Slots

__all__ = ["CONNECT_SECONDS", "LoopSession", "Pool", "client_headers"]

# Servers commonly drop idle connections after 5 s (uvicorn, Node.js); a client that drops them
# first does not send into a connection that is just being closed.
_KEEPALIVE_SECONDS = 4.0
CONNECT_SECONDS = 10.0
_DNS_CACHE_SECONDS = 300

USER_AGENT = f"actionruns/{__version__}"


class LoopSession:
    """What a client keeps for one event loop.

    Attributes:
        loop: The event loop.
        service: The service's name, as the settings have it.
        session: The aiohttp session.
        slots: Permits for requests under way.
        credential_slots: The same for requests that get credentials: they must not stand in line
            behind those that wait for them.
        deadlines: The time limits of the calls under way.
        id_prefix: Begins the request ids of this session.
    """

    def __init__(self, settings: TransportSettings) -> None:
        self.loop = asyncio.get_running_loop()
        self.service = settings.service
        self.slots = Slots(settings.max_connections)
        self.credential_slots = Slots(settings.max_connections)
        self.deadlines = Deadlines(self.loop)
        self.id_prefix = secrets.token_hex(6)
        self._requests = 0
        self._closed = self.loop.create_future()
        self.session = settings.session or _open_session(settings)
        self._lifetime = Lifetime(self.session) if settings.session is None else None

    def next_request_id(self) -> str:
        """Return an id that no other call has."""
        self._requests += 1
        return f"{self.id_prefix}-{self._requests}"

    async def close_with_loop(self) -> None:
        """Have the session closed when the loop shuts down, should the client be forgotten."""
        if self._lifetime is not None:
            await self._lifetime.begin()

    async def aclose(self) -> None:
        """Close the session, if it is ours, and end every `pause`."""
        if not self._closed.done():
            self._closed.set_result(None)
        if self._lifetime is not None:
            await self._lifetime.end()

    async def pause(self, seconds: float) -> None:
        """Sleep, but no longer than the client is open.

        Raises:
            ClientClosed: It was closed meanwhile.
        """
        await asyncio.wait([self._closed], timeout=seconds)
        if self._closed.done():
            raise ClientClosed("the client was closed meanwhile")

    @property
    def closed(self) -> bool:
        """Whether no more can be sent or received."""
        return self._closed.done() or self.session.closed

    def call_when_closed(self, callback: Callable[[object], None]) -> None:
        """Have something called when the client closes, which a caller's own session outlives."""
        self._closed.add_done_callback(callback)

    def forget_when_closed(self, callback: Callable[[object], None]) -> None:
        """Take back `call_when_closed`."""
        self._closed.remove_done_callback(callback)

    def close_soon(self) -> None:
        """Close the session in a task of the running loop, which is the session's."""
        self._closing = asyncio.ensure_future(self.aclose())


def client_headers(settings: TransportSettings) -> dict[str, str]:
    """Return the headers that a client sends with every request, each once in whatever case."""
    headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
    if settings.session is not None:
        # What the caller's session says of itself goes first.
        headers = {n: text for n, text in headers.items() if n not in settings.session.headers}
    by_folded_name = {
        name.lower(): (name, text) for name, text in (*headers.items(), *settings.headers.items())
    }
    return dict(by_folded_name.values())


def _open_session(settings: TransportSettings) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=settings.max_connections + 1,  # one for a request that gets credentials
        keepalive_timeout=_KEEPALIVE_SECONDS,
        ttl_dns_cache=_DNS_CACHE_SECONDS,
        ssl=settings.ssl,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=client_headers(settings),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        trust_env=False,  # resolved once, see proxy.py
    )
    # aiohttp would repeat GET, PUT and DELETE by itself after a broken connection, outside our
    # retry policy and its count. It has no public switch; its own test client sets this one, too.
    session._retry_connection = False
    return session


class Pool(Shared):
    """The sessions of one client, by event loop.

    A client may be used from several loops (``asyncio.run`` twice, threads): each gets a session
    of its own, so nothing is ever attached to a different loop.
    """

    def __init__(self, settings: TransportSettings) -> None:
        super().__init__()
        self._settings = settings
        self._sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopSession] = (
            WeakKeyDictionary()
        )
        self._latest: LoopSession | None = None
        self.closed = False

    def __reduce__(self) -> NoReturn:
        raise refuse("a part of a client (a group of operations, a source)")

    def found(self) -> LoopSession | None:
        """Return the session of the running loop if it is open already."""
        found, loop = self._latest, asyncio.get_running_loop()
        if found is None or found.loop is not loop:
            found = self._latest = self._sessions.get(loop)
        # It is closed when the loop's asynchronous generators were shut down and the loop goes on.
        return None if found is None or self.closed or found.session.closed else found

    async def here(self) -> LoopSession:
        """Return the session of the running loop, made at its first use.

        Raises:
            ClientClosed: The client, or the caller's own session, was closed.
            ConfigurationError: The caller's own session belongs to another loop.
        """
        found = self.found()
        if found is not None:
            return found
        loop = asyncio.get_running_loop()
        with self._lock:
            if self.closed:
                raise ClientClosed("this client is closed; make a new one to send more requests")
            self._check_own_session(loop)
            # A session holds its loop, so the weak keys alone would keep every loop there was.
            for ended in [other for other in self._sessions if other.is_closed()]:
                del self._sessions[ended]
            created = self._sessions[loop] = LoopSession(self._settings)
        await created.close_with_loop()
        return created

    def _check_own_session(self, loop: asyncio.AbstractEventLoop) -> None:
        session = self._settings.session
        if session is None:
            return
        # aiohttp's public `loop` is deprecated; a session without either is taken on trust.
        if getattr(session, "_loop", loop) is not loop:
            raise ConfigurationError(
                "the session given to this client belongs to another event loop; leave session "
                "out (a blocking client has a loop of its own), or make a client for each loop"
            )
        if session.closed:
            raise ClientClosed("the session given to this client is closed; make a new client")

    async def aclose(self) -> None:
        """Close the sessions; further use raises `ClientClosed`. Repeating it does nothing."""
        here = asyncio.get_running_loop()
        with self._lock:
            self.closed = True
            self._latest = None
            sessions = dict(self._sessions)
            self._sessions.clear()
        for loop, session in sessions.items():
            if loop is here:
                await session.aclose()
            elif not loop.is_closed():
                # Not run_coroutine_threadsafe: a loop that never runs again would leave the
                # coroutine "never awaited".
                with suppress(RuntimeError):  # closed in the meantime, and the session with it
                    loop.call_soon_threadsafe(session.close_soon)
