"""The emulator's server: one loopback site, with each service mounted under its prefix."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

from aiohttp import web
from aiohttp.typedefs import Handler

from actionruns.emulator.clock import Clock
from actionruns.emulator.faults import Fault, FaultPlan, Reset, matches
from actionruns.emulator.port import Action, Blueprint, PortService, User
from actionruns.emulator.port.control import PortControl
from actionruns.emulator.port.inputs import require_jsonschema
from actionruns.emulator.request_log import RequestLog, RequestRecord
from actionruns.emulator.settings import Behaviour, EmulatorSettings
from actionruns.emulator.store import Store
from actionruns.errors import ConfigurationError

__all__ = ["Emulator"]

# Bytes of the largest body the server takes at all; each service has a limit of its own below it.
_BODY_LIMIT = 64 * 1024 * 1024
_SHUTDOWN_SECONDS = 1.0


class Emulator(PortControl):
    """A local server that behaves like the services, for tests and demonstrations.

    An async context manager; it listens on the loopback interface and nowhere else::

        async with Emulator(seed=7, speed=10) as emulator:
            base_url = emulator.port_url

    It accepts the client id ``demo`` with the secret ``demo`` (and ``reviewer`` with ``reviewer``,
    a second user), and the API key ``demo``.

    Args:
        port: TCP port; 0: a free one.
        host: A loopback address.
        db: File that keeps the state over restarts (runs, logs, entities, decisions, what is due,
            tokens and their key); None: in memory.
        seed: Everything that looks random depends on it.
        speed: How much shorter than drawn the life of a run is.
        behaviour: The other settings, see `EmulatorSettings`.

    Attributes:
        requests: What was asked of the emulator.
        settings: How it behaves.

    Raises:
        ValueError: The host is no loopback address, or a setting is out of its range.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        db: str | Path | None = None,
        seed: int = 0,
        speed: float = 1.0,
        **behaviour: Unpack[Behaviour],
    ) -> None:
        self.settings = EmulatorSettings(seed=seed, speed=speed, **behaviour)
        self.requests = RequestLog()
        self._host = _loopback(host)
        self._wanted_port = port
        self._db = db
        self._clock = Clock(speed)
        self._faults = FaultPlan()
        self._store: Store | None = None
        self._port: PortService | None = None
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._url: str | None = None
        self._extra: list[Action | Blueprint | User] = []

    # ------------------------------------------------------------------------------ life cycle

    async def __aenter__(self) -> Self:
        """Start to listen.

        Raises:
            ConfigurationError: The extra ``emulator`` isn't installed, or the emulator runs.
            OSError: The port is taken, or the database file can't be opened.
        """
        require_jsonschema()
        if self._store is not None:
            msg = "this emulator is running already"
            raise ConfigurationError(msg)
        self._store = Store(self._db)
        try:
            await self._start(self._store)
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, as `aclose`."""
        await self.aclose()

    async def aclose(self) -> None:
        """Stop to listen, cut the connections and close the database; may be called again."""
        self._faults.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._port is not None:
            self._port.life.close()
            self._port = None
        if self._store is not None:
            self._store.close()
            self._store = None
        self._url = None

    async def _start(self, store: Store) -> None:
        self._faults = FaultPlan()
        self._port = PortService(store, self.settings, self._clock)
        self._port.catalog.add(*self._extra)
        app = web.Application(middlewares=[self._observe], client_max_size=_BODY_LIMIT)
        app.add_subapp(self._port.prefix, self._port.application())
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS, handle_signals=False
        )
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        # Not a TCPSite: its protocols can't be counted.
        self._server = await loop.create_server(
            self._connected, self._host, self._wanted_port, backlog=1024
        )
        address = self._server.sockets[0].getsockname()
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        self._url = f"http://{host}:{address[1]}"
        if self.settings.auto_progress:
            self._tasks.append(loop.create_task(self._port.progress.run()))

    def _connected(self) -> asyncio.BaseProtocol:
        if self._runner is None or self._runner.server is None:
            msg = "the emulator is stopping"
            raise ConnectionError(msg)
        self.requests.connections += 1
        return self._runner.server()

    @web.middleware
    async def _observe(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note each request, and give it the fault that waits for it."""
        resource = request.match_info.route.resource
        route = request.path if resource is None else resource.canonical
        record = RequestRecord(
            method=request.method,
            route=route,
            path=request.rel_url.raw_path,
            query=request.rel_url.raw_query_string,
            at=self._clock.now(),
        )
        self.requests.add(record)
        fault = self._faults.take(request.method, route, request.path)
        try:
            if fault is None:
                response = await handler(request)
            else:
                response = await self._faults.apply(fault, request, handler)
        except web.HTTPException as error:
            record.status = error.status
            raise
        record.status = response.status
        return response

    # --------------------------------------------------------------------------------- addresses

    @property
    def url(self) -> str:
        """Where the emulator listens, as ``http://127.0.0.1:8080``.

        Raises:
            ConfigurationError: It isn't running.
        """
        if self._url is None:
            msg = "the emulator isn't running: use `async with Emulator(...) as emulator:`"
            raise ConfigurationError(msg)
        return self._url

    @property
    def port_url(self) -> str:
        """Base URL of the emulated Port.

        Raises:
            ConfigurationError: The emulator isn't running.
        """
        return self.url + PortService.prefix

    # ------------------------------------------------------------------------------------ control

    def fail_next(  # noqa: PLR0913 # one keyword for each thing that may go wrong
        self,
        method: str,
        route: str,
        *,
        status: int | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        reset: bool | Reset = False,
        delay: float = 0.0,
        hang: bool = False,
        times: int = 1,
    ) -> None:
        """Let the next requests fail; requests meet the faults in the order of these calls.

        Args:
            method: HTTP method, or ``*`` for any.
            route: Template of a route, as ``/port/v1/actions/runs/{run_id}``; or a path, to fail
                for one run alone; or ``*`` for any.
            status: Answer with this status and don't handle the request.
            body: Body of that answer (its status is 200 unless ``status`` is given): bytes as they
                are, so that JSON can be broken; anything else as JSON. None: empty.
            headers: Headers of that answer; without one, more headers of the service's answer.
            reset: Break the connection: True or ``"before"``: the request is not handled;
                ``"after"``: it is handled, but there is no answer; ``"half"``: half of the
                answer's body is sent.
            delay: Seconds before anything else happens; with nothing else, the answer is late.
            hang: Never answer; the connection is cut when the emulator stops.
            times: How many requests it concerns.

        Raises:
            ValueError: No route has this template or path, or ``times`` is below 1.
            ConfigurationError: The emulator isn't running.
        """
        if route != "*" and not self._routed(route):
            msg = f"the emulator has no route {route}"
            raise ValueError(msg)
        fault = Fault(
            status=status,
            body=body,
            headers=headers or {},
            reset="before" if reset is True else reset or None,
            delay=delay,
            hang=hang,
        )
        self._faults.add(method, route, fault, times)

    def clear_faults(self) -> None:
        """Forget the faults that no request has met yet."""
        self._faults.clear()

    def _routed(self, route: str) -> bool:
        templates = self._templates()
        return route in templates or any(matches(template, route) for template in templates)

    def _templates(self) -> Sequence[str]:
        url = self.url  # Raises when it isn't running.
        app = self._runner.app if url and self._runner is not None else None
        return [] if app is None else _templates(app)

    def add(self, *things: Action | Blueprint | User) -> None:
        """Add actions, blueprints or users of your own to the emulated Port.

        They aren't kept in the database: add them again after a restart.
        """
        self._extra.extend(things)
        if self._port is not None:
            self._port.catalog.add(*things)

    @property
    def _service(self) -> PortService:
        if self._port is None:
            msg = "the emulator isn't running: use `async with Emulator(...) as emulator:`"
            raise ConfigurationError(msg)
        return self._port


def _templates(app: web.Application) -> list[str]:
    resources = (route.resource for route in app.router.routes())
    return [resource.canonical for resource in resources if resource is not None]


def _loopback(host: str) -> str:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        msg = f"the emulator listens on loopback addresses only, not on {host!r}"
        raise ValueError(msg)
    # Not the name: it may stand for two addresses, and a free port is free on one of them.
    return "127.0.0.1" if host == "localhost" else host
