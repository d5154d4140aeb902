"""Routes: templates and their runs."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from actionruns.emulator.forgeportal.bodies import Member, checked, read_body
from actionruns.emulator.forgeportal.catalog import Template
from actionruns.emulator.forgeportal.errors import invalid_query, not_found, refused
from actionruns.emulator.forgeportal.ids import database_uuid
from actionruns.emulator.forgeportal.queries import checked_numbers
from actionruns.emulator.forgeportal.state import ForgePortalState, json_response
from actionruns.emulator.forgeportal.template_store import TemplateRun

__all__ = ["template_routes"]

_ORDER = {"templateId": Member("uuid", required=True), "inputs": Member("object")}
_STATUSES = ("running", "success", "failed", "canceled")
_VERSION = "v1"


def template_routes(state: ForgePortalState) -> web.RouteTableDef:
    """Make the routes of templates."""
    routes = web.RouteTableDef()
    # Before the templates themselves: "runs" isn't the id of one.
    _run_routes(routes, state)

    @routes.get("/api/v1/templates")
    async def list_templates(request: web.Request) -> web.Response:
        state.allow(request, "template:read")
        templates = sorted(state.catalog.templates.values(), key=lambda template: template.name)
        return json_response({"data": {"templates": [_shown(each) for each in templates]}})

    @routes.get("/api/v1/templates/{template_id}")
    async def get_template(request: web.Request) -> web.Response:
        state.allow(request, "template:read")
        template_id = database_uuid(request.match_info["template_id"])
        template = state.catalog.templates.get(template_id)
        if template is None:
            raise not_found("Template")
        return json_response({"data": _shown(template) | _definition(template)})

    return routes


def _run_routes(routes: web.RouteTableDef, state: ForgePortalState) -> None:
    templates = state.templates

    @routes.post("/api/v1/templates/run")
    async def run_template(request: web.Request) -> web.Response:
        body = await read_body(request)
        user = state.allow(request, "template:run")
        values = checked(body, _ORDER)
        state.limits.check_template_run(user)
        template = state.catalog.templates.get(values["templateId"].lower())
        if template is None:
            # Not a 404: the template is an argument here.
            message = f"Template not found: {values['templateId']}"
            raise refused(400, "ValidationError", message)
        run = templates.create(template, values["inputs"], user.email)
        return json_response({"data": {"runId": run.id, "status": run.status}}, 202)

    @routes.get("/api/v1/templates/runs")
    async def list_runs(request: web.Request) -> web.Response:
        state.allow(request, "template:read")
        limits = {"limit": (20, 1, 200), "offset": (0, 0, 1 << 53)}
        numbers, issues = checked_numbers(request, limits)
        status = request.query.get("status")
        if status is not None and status not in _STATUSES:
            issues.insert(0, _no_status(status))
        if issues:
            raise invalid_query(issues)
        equal = {} if status is None else {"status": status}
        page = templates.runs.page(equal, numbers["limit"], numbers["offset"])
        return json_response({"data": {"runs": page, "total": templates.runs.count(equal)}})

    @routes.get("/api/v1/templates/runs/{run_id}")
    async def get_run(request: web.Request) -> web.Response:
        state.allow(request, "template:read")
        return json_response({"data": templates.shown(_run(request))})

    @routes.post("/api/v1/templates/runs/{run_id}/cancel")
    async def cancel(request: web.Request) -> web.Response:
        await read_body(request)
        state.allow(request, "template:run")
        run = _run(request)
        templates.cancel(run)
        return json_response({"data": {"runId": run.id, "status": run.status}})

    def _run(request: web.Request) -> TemplateRun:
        run = templates.runs.get(database_uuid(request.match_info["run_id"]))
        if run is None:
            raise not_found("Template run")
        return run


def _no_status(status: str) -> dict[str, Any]:
    expected = " | ".join(f"'{each}'" for each in _STATUSES)
    return {
        "code": "invalid_enum_value",
        "options": list(_STATUSES),
        "received": status,
        "message": f"Invalid enum value. Expected {expected}, received '{status}'",
        "path": ["status"],
    }


def _shown(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "version": _VERSION,
        "title": template.title,
        "description": template.description,
        "tags": list(template.tags),
        # The emulator's templates take any inputs, and hand them to each step.
        "parameters": [],
    }


def _definition(template: Template) -> dict[str, Any]:
    return {
        "steps": [
            {"id": step.id, "action": f"{step.action}@{_VERSION}", "input": {}}
            for step in template.steps
        ],
        "outputs": {
            name: f"{{{{steps.{step}.outputs.{member}}}}}"
            for name, (step, member) in template.outputs.items()
        },
    }
