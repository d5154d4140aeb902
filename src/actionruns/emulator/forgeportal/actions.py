"""Routes: run an action, cancel a run."""

from __future__ import annotations

import sqlite3

from aiohttp import web

from actionruns.emulator.forgeportal.bodies import Member, checked, read_body
from actionruns.emulator.forgeportal.errors import not_found, unhandled
from actionruns.emulator.forgeportal.ids import database_uuid
from actionruns.emulator.forgeportal.life import Order
from actionruns.emulator.forgeportal.redaction import redacted
from actionruns.emulator.forgeportal.state import ForgePortalState, json_response

__all__ = ["action_routes"]

_ORDER = {
    "input": Member("object"),
    "entityId": Member("uuid"),
    "idempotencyKey": Member("string", longest=255),
}
_TAKEN = 'duplicate key value violates unique constraint "action_runs_idempotency_key_unique"'


def action_routes(state: ForgePortalState) -> web.RouteTableDef:
    """Make the routes of actions."""
    routes = web.RouteTableDef()

    @routes.post("/api/v1/actions/{action_id}/run")
    async def run_action(request: web.Request) -> web.Response:
        body = await read_body(request)
        user = state.allow(request, "action:run")
        state.limits.count_run(user)
        values = checked(body, _ORDER)
        key = values.get("idempotencyKey")
        replayed = _replayed(state, key)
        if replayed is not None:
            return replayed
        action = state.catalog.actions.get(database_uuid(request.match_info["action_id"]))
        if action is None:
            raise not_found("Action")
        order = Order(
            action=action,
            user=user.email,
            input=redacted(values["input"]),
            entity_id=values.get("entityId"),
            key=key,
        )
        return _created(state, order)

    @routes.post("/api/v1/actions/runs/{run_id}/cancel")
    async def cancel(request: web.Request) -> web.Response:
        await read_body(request)
        state.allow(request, "action:run")
        run = state.run(request)
        state.life.cancel(run)
        return json_response({"data": {"runId": run.id, "status": run.status}})

    return routes


def _replayed(state: ForgePortalState, key: str | None) -> web.Response | None:
    # An empty key is none here, but one for the table.
    run = state.life.runs.with_key(key) if key else None
    if run is None or run.status != "success":
        # A run that hasn't succeeded (yet) isn't looked for, but its key is taken all the same.
        return None
    data = {"runId": run.id, "cached": True, "status": run.status, "output": run.row["output"]}
    return json_response({"data": data})


def _created(state: ForgePortalState, order: Order) -> web.Response:
    try:
        run = state.life.create(order)
    except sqlite3.IntegrityError:
        raise unhandled(500, _TAKEN) from None
    return json_response({"data": {"runId": run.id, "status": run.status}}, 202)
