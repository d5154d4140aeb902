"""Port as a part of the emulator: its routes, and what every request goes through."""

from __future__ import annotations

import logging
import secrets
from typing import ClassVar

from aiohttp import web
from aiohttp.typedefs import Handler

from actionruns.emulator.clock import Clock
from actionruns.emulator.port.actions import action_routes
from actionruns.emulator.port.approvals import approval_routes
from actionruns.emulator.port.auth import Tokens, token_route
from actionruns.emulator.port.catalog import Catalog
from actionruns.emulator.port.entities import entity_routes
from actionruns.emulator.port.entity_store import EntityStore
from actionruns.emulator.port.errors import PortError, error_response
from actionruns.emulator.port.life import RunLife
from actionruns.emulator.port.logs import log_routes
from actionruns.emulator.port.runs import run_routes
from actionruns.emulator.port.state import PortState
from actionruns.emulator.rates import RateWindow
from actionruns.emulator.schedule import Progress
from actionruns.emulator.settings import EmulatorSettings
from actionruns.emulator.store import Store

__all__ = ["PortService"]

_log = logging.getLogger(__name__)
_TOKEN_PATH = "/v1/auth/access_token"  # noqa: S105 # a path


class PortService:
    """The emulated Port.

    Args:
        store: The database.
        settings: How Port behaves.
        clock: Tells the time.

    Attributes:
        catalog: Blueprints, actions and users.
        life: The runs.
        tokens: The access tokens.
        progress: The task that moves runs.
    """

    prefix: ClassVar[str] = "/port"

    def __init__(self, store: Store, settings: EmulatorSettings, clock: Clock) -> None:
        self.catalog = Catalog({*settings.credentials, *settings.api_keys.values()})
        self.life = RunLife(store, settings, clock, self.catalog)
        self.tokens = Tokens(store, settings, clock)
        self.progress = Progress(self.life, clock)
        self.life.planned = self.progress.planned
        self._clock = clock
        self._rate = RateWindow(settings.rate_limit, settings.rate_period, settings.rate_reset)
        self._state = PortState(
            settings=settings,
            catalog=self.catalog,
            life=self.life,
            entities=EntityStore(store),
            tokens=self.tokens,
        )

    def application(self) -> web.Application:
        """Make the application that is mounted under the prefix."""
        app = web.Application(middlewares=[self._frame])
        app.add_routes(token_route(self.tokens, self._state.settings))
        for routes in (action_routes, run_routes, log_routes, approval_routes, entity_routes):
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
        """Authorise, count and catch up before the route; render errors after it."""
        headers = {"x-trace-id": secrets.token_hex(16)}
        try:
            if request.match_info.http_exception is not None:
                # Also for a method that the path doesn't have, as its framework does.
                msg = f"Route {request.method}:{request.path} not found"
                raise PortError(404, "not_found", msg)
            if not request.path.endswith(_TOKEN_PATH):
                headers |= self._admit(request)
            if self._state.settings.auto_progress:
                self.progress.catch_up()
            response = await handler(request)
        except PortError as error:
            response = error_response(error)
        except Exception:  # noqa: BLE001 # whatever it is, the client gets Port's own kind of answer
            _log.exception("The emulated Port failed at %s %s", request.method, request.path)
            response = error_response(PortError(500, "internal_error", "Internal error"))
        response.headers.update(headers)
        return response

    def _admit(self, request: web.Request) -> dict[str, str]:
        self._state.user_of(request)
        verdict = self._rate.admit(self._clock.now())
        if not verdict.admitted:
            msg = "Rate limit exceeded"
            raise PortError(429, "rate_limit_exceeded", msg, verdict.headers)
        return verdict.headers
