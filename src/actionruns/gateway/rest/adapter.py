"""The REST adapter as an aiohttp application."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from actionruns.errors import ActionRunsError
from actionruns.gateway.calls import RestCall
from actionruns.gateway.document.consuming import PLACEHOLDER
from actionruns.gateway.document.exposing import OWN_PATHS
from actionruns.gateway.document.model import Capability
from actionruns.gateway.failures import failure_of
from actionruns.gateway.guard import Guard
from actionruns.gateway.rest.inputs import BadInputs, given_by, placeholder_name
from actionruns.gateway.rest.openapi import openapi_of
from actionruns.gateway.rest.page import page_of
from actionruns.gateway.settings import GatewaySettings
from actionruns.gateway.upstream import Upstreams

__all__ = ["make_rest_app"]

_log = logging.getLogger("actionruns.gateway")

# Whoever looks whether the process lives has no key; neither tells anything of the services.
_OPEN_PATHS: Final = frozenset({"/healthz", "/readyz"})

# The page needs its own style and nothing else, from nowhere.
_PAGE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def make_rest_app(
    capability: Capability,
    calls: Sequence[RestCall],
    upstreams: Upstreams,
    settings: GatewaySettings,
) -> web.Application:
    """Make the application that serves calls over REST.

    Args:
        capability: The document.
        calls: The operations that are exposed.
        upstreams: What they are sent to.
        settings: Whom the gateway serves.
    """
    adapter = _Adapter(capability, calls, upstreams, Guard(settings))
    app = web.Application(middlewares=[adapter.answer_in_json], client_max_size=settings.max_body)
    for call in calls:
        app.router.add_route(call.method, _route(call), adapter.handler(call))
    own = (adapter.describe, adapter.show, adapter.tell_health, adapter.tell_readiness)
    for path, handler in zip(OWN_PATHS, own, strict=True):
        app.router.add_get(path, handler)
    if not any(call.path == "/" for call in calls):
        app.router.add_get("/", adapter.lead_to_page)
    return app


class _Adapter:
    """Answers requests."""

    def __init__(
        self,
        capability: Capability,
        calls: Sequence[RestCall],
        upstreams: Upstreams,
        guard: Guard,
    ) -> None:
        document = openapi_of(capability, calls)
        self._openapi = orjson.dumps(document, option=orjson.OPT_INDENT_2)
        self._page = page_of(document)
        self._upstreams = upstreams
        self._guard = guard

    @web.middleware
    async def answer_in_json(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what the guard refuses, and tell errors in JSON."""
        refused = self._guard.refusal(request.headers, needs_key=request.path not in _OPEN_PATHS)
        if refused is not None:
            return _error(refused.status, refused.error, refused.message)
        try:
            return await handler(request)
        except BadInputs as error:
            return _bad_inputs(error)
        except ActionRunsError as error:
            return self._failed(error)
        except web.HTTPException as error:
            word = (error.reason or "error").lower().replace(" ", "_")
            answer = _error(error.status, word, _explained(error, request))
            if isinstance(error, web.HTTPMethodNotAllowed):
                answer.headers["Allow"] = error.headers["Allow"]
            return answer
        except Exception:  # noqa: BLE001 # a caller learns that it is not its fault, the log more
            _log.exception("%s %s failed", request.method, request.path)
            return _error(500, "gateway_error", "an error of the gateway itself; its log says more")

    def handler(self, call: RestCall) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return what answers the requests for one call."""

        async def handle(request: web.Request) -> web.StreamResponse:
            given = await given_by(request, call)
            result = await self._upstreams.call(call, given)
            _log.debug("%s %s", call.method, call.path)
            return _json(200, result)

        return handle

    async def describe(self, _: web.Request) -> web.Response:
        """Answer with the OpenAPI document."""
        return web.Response(body=self._openapi, content_type="application/json")

    async def show(self, _: web.Request) -> web.Response:
        """Answer with a page that shows it."""
        policy = {"Content-Security-Policy": _PAGE_POLICY}
        return web.Response(text=self._page, content_type="text/html", headers=policy)

    async def lead_to_page(self, _: web.Request) -> web.Response:
        """Lead people who open the address that the command prints to the page."""
        return web.Response(status=302, headers={"Location": "/docs"})

    async def tell_health(self, _: web.Request) -> web.Response:
        """Tell that the process lives."""
        return _json(200, {"status": "ok"})

    async def tell_readiness(self, _: web.Request) -> web.Response:
        """Tell whether calls can succeed: every service has to answer."""
        if await self._upstreams.are_reachable():
            return _json(200, {"status": "ready"})
        return _json(503, {"status": "the service does not answer"})

    def _failed(self, error: ActionRunsError) -> web.Response:
        failure = failure_of(error, self._upstreams.secrets)
        answer = _json(failure.status, failure.as_json)
        if failure.retry_after is not None:
            answer.headers["Retry-After"] = f"{failure.retry_after:.0f}"
        return answer


def _json(status: int, value: Any) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(value), content_type="application/json")


def _error(status: int, error: str, message: str, **more: Any) -> web.Response:
    return _json(status, {"ok": False, "error": error, "message": message, **more})


def _bad_inputs(error: BadInputs) -> web.Response:
    parameters = [
        {"name": problem.parameter, "in": problem.place, "message": problem.message}
        for problem in error.problems
    ]
    message = "; ".join(f"{problem.parameter} {problem.message}" for problem in error.problems)
    return _error(error.status, "invalid_parameter", message, parameters=parameters)


def _explained(error: web.HTTPException, request: web.Request) -> str:
    if isinstance(error, web.HTTPNotFound):
        return f"there is nothing at {request.path}; /docs shows what there is"
    if isinstance(error, web.HTTPMethodNotAllowed):
        return f"{request.path} takes {error.headers['Allow']}, not {request.method}"
    return error.text or error.reason


def _route(call: RestCall) -> str:
    return PLACEHOLDER.sub(lambda found: f"{{{placeholder_name(call, found[1])}}}", call.path)
