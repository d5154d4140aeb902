"""ForgePortal as a part of the emulator: its routes, and what every request goes through."""

from __future__ import annotations

import logging
import uuid
from typing import ClassVar

from aiohttp import web
from aiohttp.typedefs import Handler

from actionruns.emulator.clock import Clock
from actionruns.emulator.forgeportal.actions import action_routes
from actionruns.emulator.forgeportal.auth import auth_routes
from actionruns.emulator.forgeportal.catalog import Catalog
from actionruns.emulator.forgeportal.errors import ForgePortalError, error_response, unhandled
from actionruns.emulator.forgeportal.life import RunLife
from actionruns.emulator.forgeportal.limits import Limits
from actionruns.emulator.forgeportal.runs import run_routes
from actionruns.emulator.forgeportal.sessions import Sessions
from actionruns.emulator.forgeportal.state import ForgePortalState, json_response
from actionruns.emulator.forgeportal.template_life import TemplateLife
from actionruns.emulator.forgeportal.templates import template_routes
from actionruns.emulator.schedule import Progress
from actionruns.emulator.settings import EmulatorSettings
from actionruns.emulator.store import Store

__all__ = ["ForgePortalService"]

_log = logging.getLogger(__name__)
_PUBLIC = frozenset({"/healthz", "/livez"})


class ForgePortalService:
    """The emulated ForgePortal.

    Args:
        store: The database.
        settings: How ForgePortal behaves.
        clock: Tells the time.

    Attributes:
        catalog: Actions and templates.
        life: The action runs.
        sessions: Cookies and CSRF tokens.
        progress: The task that moves runs.
    """

    prefix: ClassVar[str] = "/forgeportal"

    def __init__(self, store: Store, settings: EmulatorSettings, clock: Clock) -> None:
        self.catalog = Catalog()
        self.life = RunLife(store, settings, clock, self.catalog)
        self.sessions = Sessions(store, settings, clock)
        self.progress = Progress(self.life, clock)
        self.life.planned = self.progress.planned
        self._clock = clock
        self._state = ForgePortalState(
            settings=settings,
            catalog=self.catalog,
            life=self.life,
            templates=TemplateLife(store, settings, clock, self.catalog, self.life),
            limits=Limits(settings, clock, self.life.runs),
            sessions=self.sessions,
        )

    def application(self) -> web.Application:
        """Make the application that is mounted under the prefix."""
        app = web.Application(middlewares=[self._frame])
        app.add_routes([web.get("/healthz", _healthz), web.get("/livez", _livez)])
        for routes in (auth_routes, run_routes, action_routes, template_routes):
            app.add_routes(routes(self._state))
        return app

    def close(self) -> None:
        """Let go all who wait for runs to end."""
        self.life.endings.close()

    def now(self) -> float:
        """Return the time, as epoch seconds."""
        return self._clock.now()

    @web.middleware
    async def _frame(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Authorise and catch up before the route; render errors and name the request after it."""
        try:
            path = request.path.removeprefix(self.prefix)
            if path not in _PUBLIC:
                self.sessions.protect(request, self.sessions.of(request))
            if request.match_info.http_exception is not None:
                # Also for a method that the path doesn't have, as its framework does.
                raise unhandled(404, f"Route {request.method}:{path} not found")
            if self._state.settings.auto_progress:
                self.progress.catch_up()
            response = await handler(request)
        except ForgePortalError as error:
            response = error_response(error)
        except Exception:  # noqa: BLE001 # whatever it is, the client gets ForgePortal's own kind of answer
            _log.exception("The emulated ForgePortal failed at %s %s", request.method, request.path)
            response = error_response(unhandled(500, "Internal error"))
        response.headers["x-request-id"] = request.headers.get("x-request-id") or str(uuid.uuid4())
        return response


async def _healthz(_: web.Request) -> web.Response:
    return json_response({"status": "ok", "db": "connected"})


async def _livez(_: web.Request) -> web.Response:
    return json_response({"status": "ok"})
