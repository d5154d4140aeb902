"""Routes: templates and their runs."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from actionruns.emulator.forgeportal.bodies import Member, checked, read_body
from actionruns.emulator.forgeportal.catalog import Catalog, Template
from actionruns.emulator.forgeportal.errors import not_found
from actionruns.emulator.forgeportal.ids import database_uuid
from actionruns.emulator.forgeportal.queries import filters, number
from actionruns.emulator.forgeportal.state import ForgePortalState, json_response
from actionruns.emulator.forgeportal.template_store import TemplateRun

__all__ = ["template_routes"]

_ORDER = {"templateId": Member("uuid", required=True), "inputs": Member("object")}


def template_routes(state: ForgePortalState) -> web.RouteTableDef:
    """Make the routes of templates.

    That of the templates themselves and their members are *inferred*; those of their runs aren't.
    """
    routes = web.RouteTableDef()
    _run_routes(routes, state)

    @routes.get("/api/v1/templates")
    async def list_templates(request: web.Request) -> web.Response:
        state.allow(request, "action:read")
        templates = state.catalog.templates.values()
        return json_response({"data": [_shown(it, state.catalog) for it in templates]})

    @routes.get("/api/v1/templates/{template_id}")
    async def get_template(request: web.Request) -> web.Response:
        state.allow(request, "action:read")
        template = _template(state, database_uuid(request.match_info["template_id"]))
        return json_response({"data": _shown(template, state.catalog)})

    return routes


def _run_routes(routes: web.RouteTableDef, state: ForgePortalState) -> None:
    templates = state.templates

    @routes.post("/api/v1/templates/run")
    async def run_template(request: web.Request) -> web.Response:
        body = await read_body(request)
        user = state.allow(request, "action:run")
        state.limits.count_template_run(user)
        values = checked(body, _ORDER)
        template = _template(state, values["templateId"].lower())
        run = templates.create(template, values["inputs"], user.email)
        return json_response({"data": {"runId": run.id, "status": run.status}}, 202)

    @routes.get("/api/v1/templates/runs")
    async def list_runs(request: web.Request) -> web.Response:
        state.allow(request, "action:read")
        limit = number(request, "limit", 20, 1, 200)
        offset = number(request, "offset", 0, 0)
        equal = filters(request, status="status")
        page = templates.runs.page(equal, limit.used, offset.used)
        rows = [{name: value for name, value in row.items() if name != "steps"} for row in page]
        return json_response({"data": {"runs": rows, "total": templates.runs.count(equal)}})

    @routes.get("/api/v1/templates/runs/{run_id}")
    async def get_run(request: web.Request) -> web.Response:
        state.allow(request, "action:read")
        return json_response({"data": templates.shown(_run(request))})

    @routes.post("/api/v1/templates/runs/{run_id}/cancel")
    async def cancel(request: web.Request) -> web.Response:
        await read_body(request)
        state.allow(request, "action:run")
        run = _run(request)
        templates.cancel(run)
        return json_response({"data": {"runId": run.id, "status": run.status}})

    def _run(request: web.Request) -> TemplateRun:
        run_id = database_uuid(request.match_info["run_id"])
        run = templates.runs.get(run_id)
        if run is None:
            raise not_found("Template run", run_id)
        return run


def _template(state: ForgePortalState, template_id: str) -> Template:
    template = state.catalog.templates.get(template_id)
    if template is None:
        raise not_found("Template", template_id)
    return template


def _shown(template: Template, catalog: Catalog) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "title": template.title,
        "steps": [
            {"stepId": step.id, "actionId": catalog.action(step.action).id}
            for step in template.steps
        ],
    }
