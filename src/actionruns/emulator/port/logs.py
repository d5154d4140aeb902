"""Routes: add log entries to runs and read them."""

from __future__ import annotations

from aiohttp import web

from actionruns.emulator.port.bodies import Member, read_body
from actionruns.emulator.port.queries import Query
from actionruns.emulator.port.state import PortState, json_response

__all__ = ["log_routes"]

_ENTRY = {
    "message": Member((str,), required=True),
    "terminationStatus": Member((str,), choices=("SUCCESS", "FAILURE")),
    "statusLabel": Member((str,)),
}
_MOST = 50


def log_routes(state: PortState) -> web.RouteTableDef:
    """Make the routes of logs."""
    routes = web.RouteTableDef()

    @routes.post("/v1/actions/runs/{run_id}/logs")
    async def add_log(request: web.Request) -> web.Response:
        body = await read_body(request, _ENTRY)
        entry = state.life.add_log(
            request.match_info["run_id"],
            body["message"],
            state.user_of(request),
            end=body.get("terminationStatus"),
            label=body.get("statusLabel"),
        )
        return json_response({"ok": True, "runLog": entry}, 201)

    @routes.get("/v1/actions/runs/{run_id}/logs")
    async def get_logs(request: web.Request) -> web.Response:
        query = Query(request)
        limit = query.number("limit", _MOST, 1, _MOST)
        offset = query.number("offset", 0, 0)
        run = state.life.get(request.match_info["run_id"])
        entries = state.life.logs.page(run.id, limit, offset)
        return json_response({"ok": True, "runLogs": entries})

    return routes
