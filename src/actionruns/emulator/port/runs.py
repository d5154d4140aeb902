"""Routes: list, read and update runs."""

from __future__ import annotations

from aiohttp import web

from actionruns.emulator.port.bodies import Member, read_body
from actionruns.emulator.port.errors import not_found
from actionruns.emulator.port.paging import Cursor, Pager
from actionruns.emulator.port.queries import Query
from actionruns.emulator.port.rendering import Version, page_body, run_body
from actionruns.emulator.port.run_store import Filters
from actionruns.emulator.port.state import PortState, json_response

__all__ = ["run_routes", "version_of"]

_CHANGES = {
    "status": Member((str,), choices=("SUCCESS", "FAILURE")),
    "statusLabel": Member((str,)),
    "link": Member((str, list)),
    "message": Member((dict,)),
    "summary": Member((str,)),
    "externalRunId": Member((str,)),
}
# Query parameter -> column.
_EQUAL = {
    "entity": "entity",
    "blueprint": "blueprint",
    "action": "action",
    "external_run_id": "external_run_id",
}


def version_of(query: Query, state: PortState) -> Version:
    """Return the shape in which a request wants its runs."""
    match query.choice("version", ("v1", "v2")):
        case "v2":
            return "v2"
        case "v1":
            return "v1"
        case _:
            return state.settings.default_version


def run_routes(state: PortState) -> web.RouteTableDef:
    """Make the routes of runs."""
    routes = web.RouteTableDef()
    pager = Pager(state.life.runs, state.settings)

    @routes.get("/v1/actions/runs")
    async def list_runs(request: web.Request) -> web.Response:
        query = Query(request)
        version = version_of(query, state)
        limit = query.number("limit", state.settings.page_size, 1, 1000)
        exclude = query.texts("exclude")
        cursor = query.text("next")
        page = pager.page(
            _filters(query, state), None if cursor is None else Cursor.decode(cursor), limit
        )
        following = page.cursor.encode() if page.cursor else None
        return json_response(page_body(page.documents, version, exclude, following))

    @routes.get("/v1/actions/runs/{run_id}")
    async def get_run(request: web.Request) -> web.Response:
        version = version_of(Query(request), state)
        run_id = request.match_info["run_id"]
        document = state.life.runs.document(run_id)
        if document is None:
            raise not_found("Action run", run_id)
        return json_response(run_body(document, version))

    @routes.patch("/v1/actions/runs/{run_id}")
    async def update_run(request: web.Request) -> web.Response:
        version = version_of(Query(request), state)
        changes = await read_body(request, _CHANGES, optional=True)
        run = state.life.update(request.match_info["run_id"], changes, state.user_of(request))
        return json_response(run_body(run.row()[-1], version))

    return routes


def _filters(query: Query, state: PortState) -> Filters:
    equal = {
        column: value for name, column in _EQUAL.items() if (value := query.text(name)) is not None
    }
    user_ids: list[str] | None = None
    email = query.text("user_email")
    if email is not None:
        user_ids = state.catalog.user_ids(email)
    user_id = query.text("user_id")
    if user_id is not None:
        user_ids = [user_id] if user_ids is None or user_id in user_ids else []
    return Filters(
        equal=equal,
        user_ids=user_ids,
        sources=query.texts("source", ("UI", "API", "AUTOMATION")),
        active=query.flag("active"),
    )
