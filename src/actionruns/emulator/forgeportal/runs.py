"""Routes: list and read runs and their logs, in the newer and the older way."""

from __future__ import annotations

from aiohttp import web

from actionruns.emulator.forgeportal.errors import ForgePortalError, refused
from actionruns.emulator.forgeportal.queries import filters, limited, skipped
from actionruns.emulator.forgeportal.rendering import (
    camel_detail,
    camel_row,
    detail,
    documented_row,
    table_row,
)
from actionruns.emulator.forgeportal.state import ForgePortalState, json_response

__all__ = ["run_routes"]


def run_routes(state: ForgePortalState) -> web.RouteTableDef:
    """Make the routes that read runs."""
    routes = web.RouteTableDef()
    runs = state.life.runs
    listed = documented_row if state.settings.forgeportal_list_shape == "snake" else camel_row

    @routes.get("/api/v1/action-runs")
    async def list_runs(request: web.Request) -> web.Response:
        state.allow(request, "action:read")
        limit = limited(request, 200)
        offset = skipped(request)
        equal = filters(request, status="status", entityId="entity_id", templateId="template_id")
        page = runs.page(equal, limit.used, offset.used)
        pagination = {"limit": limit.shown, "offset": offset.shown, "total": runs.count(equal)}
        return json_response({"data": [listed(row) for row in page], "pagination": pagination})

    @routes.get("/api/v1/action-runs/{run_id}")
    async def get_run(request: web.Request) -> web.Response:
        state.allow(request, "action:read")
        try:
            run = state.run(request)
        except ForgePortalError as error:
            # This route has words of its own.
            raise refused(404, "Not Found") if error.status == 404 else error from None
        return json_response({"data": detail(run.row)})

    @routes.get("/api/v1/actions/runs")
    async def list_older(request: web.Request) -> web.Response:
        user = state.allow(request, "action:read")
        limit = limited(request, 100)
        equal = filters(request, entityId="entity_id", requestedBy="requested_by")
        page = runs.page(equal or {"requested_by": user.email}, limit.used, 0)
        # The total is that of the page: there is no other page.
        rows = [table_row(row) for row in page]
        return json_response({"data": {"runs": rows, "total": len(rows)}})

    @routes.get("/api/v1/actions/runs/{run_id}")
    async def get_older(request: web.Request) -> web.Response:
        state.allow(request, "action:read")
        return json_response({"data": camel_detail(state.run(request).row)})

    @routes.get("/api/v1/actions/runs/{run_id}/logs")
    async def get_logs(request: web.Request) -> web.Response:
        state.allow(request, "action:read")
        logs = state.life.logs.all(state.run(request).id)
        return json_response({"data": {"logs": logs}})

    return routes
