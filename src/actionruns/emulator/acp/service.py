"""The Agent Connect Protocol as a part of the emulator: one service for each version."""

from __future__ import annotations

import abc
import logging
from typing import ClassVar

from aiohttp import web
from aiohttp.typedefs import Handler

from actionruns.emulator.acp.agent_routes import agent_routes
from actionruns.emulator.acp.catalog import Catalog
from actionruns.emulator.acp.errors import AcpError, error_response
from actionruns.emulator.acp.life import RunLife
from actionruns.emulator.acp.rendering import run_shown
from actionruns.emulator.acp.run_store import Run
from actionruns.emulator.acp.state import AcpState
from actionruns.emulator.acp.v01_runs import v01_run_routes
from actionruns.emulator.acp.v01_threads import v01_thread_routes
from actionruns.emulator.acp.v02_runs import v02_run_routes
from actionruns.emulator.acp.v02_threads import v02_thread_routes
from actionruns.emulator.acp.webhooks import Webhooks
from actionruns.emulator.clock import Clock
from actionruns.emulator.schedule import Progress
from actionruns.emulator.settings import EmulatorSettings
from actionruns.emulator.store import Store

__all__ = ["AcpService", "AcpV01Service", "AcpV02Service"]

_log = logging.getLogger(__name__)


class AcpService(abc.ABC):
    """The emulated service of one version of the protocol.

    Args:
        store: The database.
        settings: How the service behaves.
        clock: Tells the time.

    Attributes:
        state: What the routes work on.
        progress: The task that moves runs.
    """

    prefix: ClassVar[str]
    version: ClassVar[str]

    def __init__(self, store: Store, settings: EmulatorSettings, clock: Clock) -> None:
        catalog = Catalog()
        life = RunLife(store, settings, clock, catalog, self.version)
        self.progress = Progress(life, clock)
        life.planned = self.progress.planned
        life.moved = self._moved
        self.state = AcpState(
            version=self.version,
            settings=settings,
            catalog=catalog,
            life=life,
            stream=settings.acp_stream,
        )
        self._clock = clock
        self._webhooks = Webhooks()

    def application(self) -> web.Application:
        """Make the application that is mounted under the prefix."""
        app = web.Application(middlewares=[self._frame])
        app.add_routes(agent_routes(self.state))
        for table in self._tables():
            app.add_routes(table)
        app.on_shutdown.append(self._stopping)
        return app

    def close(self) -> None:
        """Let go all who wait for runs."""
        self.state.life.changes.close()

    def now(self) -> float:
        """Return the time, as epoch seconds."""
        return self._clock.now()

    @abc.abstractmethod
    def _tables(self) -> tuple[web.RouteTableDef, ...]: ...

    async def _stopping(self, _: web.Application) -> None:
        # Before the server waits for its requests: streams would keep it waiting.
        self.close()
        await self._webhooks.aclose()

    def _moved(self, run: Run) -> None:
        url = run.creation.get("webhook")
        if url is not None:
            self._webhooks.post(url, run_shown(run))

    @web.middleware
    async def _frame(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Authorise and catch up before the route; render errors after it."""
        settings = self.state.settings
        try:
            if settings.acp_auth and request.headers.get("x-api-key") not in settings.api_keys:
                raise AcpError(401, "Invalid API Key")
            if request.match_info.http_exception is not None:
                error = request.match_info.http_exception
                raise AcpError(error.status, error.reason)
            if settings.auto_progress:
                self.progress.catch_up()
            return await handler(request)
        except AcpError as error:
            return error_response(error, settings.acp_errors)
        except Exception:  # noqa: BLE001 # whatever it is, the client gets the service's kind of answer
            _log.exception("The emulated agents failed at %s %s", request.method, request.path)
            return error_response(AcpError(500, "Internal Server Error"), settings.acp_errors)


class AcpV01Service(AcpService):
    """The emulated service of 0.1."""

    prefix: ClassVar[str] = "/acp/0.1"
    version: ClassVar[str] = "0.1"

    def _tables(self) -> tuple[web.RouteTableDef, ...]:
        return v01_run_routes(self.state), v01_thread_routes(self.state)


class AcpV02Service(AcpService):
    """The emulated service of 0.2.3."""

    prefix: ClassVar[str] = "/acp/0.2"
    version: ClassVar[str] = "0.2"

    def _tables(self) -> tuple[web.RouteTableDef, ...]:
        return v02_run_routes(self.state), v02_thread_routes(self.state)
