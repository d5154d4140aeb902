"""The emulator's server: one loopback site, with each service mounted under its prefix."""

from __future__ import annotations

import asyncio
import ipaddress
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from actionruns.emulator.acp import AcpControl, AcpV01Service, AcpV02Service
from actionruns.emulator.clock import Clock
from actionruns.emulator.fault_control import FaultControl
from actionruns.emulator.faults import FaultPlan
from actionruns.emulator.forgeportal import ForgePortalControl, ForgePortalService
from actionruns.emulator.port import Action, Blueprint, PortService, User
from actionruns.emulator.port.control import PortControl
from actionruns.emulator.port.inputs import require_jsonschema
from actionruns.emulator.request_log import RequestLog, RequestRecord
from actionruns.emulator.service import Service
from actionruns.emulator.settings import Behaviour, EmulatorSettings
from actionruns.emulator.store import Store
from actionruns.errors import ConfigurationError

__all__ = ["Emulator"]

# Bytes of the largest body the server takes at all; each service has a limit of its own below it.
_BODY_LIMIT = 64 * 1024 * 1024
_SHUTDOWN_SECONDS = 1.0


class Emulator(PortControl, FaultControl):
    """A local server that behaves like the services, for tests and demonstrations.

    An async context manager; it listens on the loopback interface and nowhere else::

        async with Emulator(seed=7, speed=10) as emulator:
            base_url = emulator.port_url

    Port accepts the client id ``demo`` with the secret ``demo`` (and ``reviewer`` with
    ``reviewer``, a second user), and the API key ``demo``. ForgePortal accepts everybody, or with
    ``forgeportal_auth`` the session ``demo``. The agents of the Agent Connect Protocol serve
    everybody, or with ``acp_auth`` who has the API key ``demo``.

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
        self._forgeportal: ForgePortalService | None = None
        self._acp: AcpV01Service | None = None
        self._acp_v02: AcpV02Service | None = None
        self._services: tuple[Service, ...] = ()
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
        for service in self._services:
            service.close()
        self._services = ()
        self._port = None
        self._forgeportal = None
        self._acp = None
        self._acp_v02 = None
        if self._store is not None:
            self._store.close()
            self._store = None
        self._url = None

    async def _start(self, store: Store) -> None:
        self._faults = FaultPlan()
        self._port = PortService(store, self.settings, self._clock)
        self._port.catalog.add(*self._extra)
        self._forgeportal = ForgePortalService(store, self.settings, self._clock)
        self._acp = AcpV01Service(store, self.settings, self._clock)
        self._acp_v02 = AcpV02Service(store, self.settings, self._clock)
        self._services = (self._port, self._forgeportal, self._acp, self._acp_v02)
        app = web.Application(middlewares=[self._observe], client_max_size=_BODY_LIMIT)
        for service in self._services:
            app.add_subapp(service.prefix, service.application())
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS, handle_signals=False
        )
        await self._runner.setup()
        make_protocol = cast("web.Server", self._runner.server)  # setup() made it.

        def connected() -> asyncio.BaseProtocol:
            self.requests.connections += 1
            return make_protocol()

        loop = asyncio.get_running_loop()
        # Not a TCPSite: its protocols can't be counted.
        self._server = await loop.create_server(
            connected, self._host, self._wanted_port, backlog=1024
        )
        address = self._server.sockets[0].getsockname()
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        self._url = f"http://{host}:{address[1]}"
        if self.settings.auto_progress:
            self._tasks += [loop.create_task(service.progress.run()) for service in self._services]

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
            raise _not_running()
        return self._url

    @property
    def port_url(self) -> str:
        """Base URL of the emulated Port.

        Raises:
            ConfigurationError: The emulator isn't running.
        """
        return self.url + PortService.prefix

    @property
    def forgeportal_url(self) -> str:
        """Base URL of the emulated ForgePortal.

        Raises:
            ConfigurationError: The emulator isn't running.
        """
        return self.url + ForgePortalService.prefix

    @property
    def acp_url(self) -> str:
        """Base URL of the emulated agents, by version 0.1 of the Agent Connect Protocol.

        Raises:
            ConfigurationError: The emulator isn't running.
        """
        return self.url + AcpV01Service.prefix

    @property
    def acp_v02_url(self) -> str:
        """Base URL of the emulated agents, by version 0.2 of the Agent Connect Protocol.

        Raises:
            ConfigurationError: The emulator isn't running.
        """
        return self.url + AcpV02Service.prefix

    def _route_templates(self) -> list[str]:
        if self._runner is None:
            raise _not_running()
        resources = (route.resource for route in self._runner.app.router.routes())
        return [resource.canonical for resource in resources if resource is not None]

    # ------------------------------------------------------------------------------------ control

    def add(self, *things: Action | Blueprint | User) -> None:
        """Add actions, blueprints or users of your own to the emulated Port.

        They aren't kept in the database: add them again after a restart.
        """
        self._extra.extend(things)
        if self._port is not None:
            self._port.catalog.add(*things)

    @property
    def forgeportal(self) -> ForgePortalControl:
        """What a test does with the emulated ForgePortal, besides sending requests.

        Raises:
            ConfigurationError: The emulator isn't running.
        """
        if self._forgeportal is None:
            raise _not_running()
        return ForgePortalControl(self._forgeportal)

    @property
    def acp(self) -> AcpControl:
        """What a test does with the emulated agents of `acp_url`, besides sending requests.

        Raises:
            ConfigurationError: The emulator isn't running.
        """
        if self._acp is None:
            raise _not_running()
        return AcpControl(self._acp)

    @property
    def acp_v02(self) -> AcpControl:
        """The same for the agents of `acp_v02_url`, which have runs of their own.

        Raises:
            ConfigurationError: The emulator isn't running.
        """
        if self._acp_v02 is None:
            raise _not_running()
        return AcpControl(self._acp_v02)

    @property
    def _service(self) -> PortService:
        if self._port is None:
            raise _not_running()
        return self._port


def _not_running() -> ConfigurationError:
    return ConfigurationError(
        "the emulator isn't running: use `async with Emulator(...) as emulator:`"
    )


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
