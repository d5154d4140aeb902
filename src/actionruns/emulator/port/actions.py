"""Route: execute an action."""

from __future__ import annotations

import re

from aiohttp import web

from actionruns.emulator.port.bodies import Member, read_body
from actionruns.emulator.port.catalog import Action, Catalog, User
from actionruns.emulator.port.errors import invalid, not_found
from actionruns.emulator.port.execution import Execution
from actionruns.emulator.port.inputs import check_members
from actionruns.emulator.port.queries import Query
from actionruns.emulator.port.rendering import run_body
from actionruns.emulator.port.state import PortState, json_response

__all__ = ["action_routes"]

_EXECUTION = {"properties": Member((dict,), required=True), "entity": Member((str,))}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def action_routes(state: PortState) -> web.RouteTableDef:
    """Make the route of actions."""
    routes = web.RouteTableDef()

    @routes.post("/v1/actions/{action_identifier}/runs")
    async def execute(request: web.Request) -> web.Response:
        run_as = Query(request).text("run_as")
        body = await read_body(request, _EXECUTION)
        identifier = request.match_info["action_identifier"]
        action = state.catalog.actions.get(identifier)
        if action is None:
            raise not_found("Action", identifier)
        caller = state.user_of(request)
        user = _user(state.catalog, run_as, caller)
        inputs = check_members(
            "body/properties", body["properties"], action.inputs, action.required
        )
        run = state.life.execute(
            Execution(
                action=action,
                properties=body["properties"],
                inputs=inputs,
                user=user,
                entity=_entity(state, action, body.get("entity")),
                impersonated_by=caller if user.id != caller else None,
            )
        )
        # This operation has no version parameter; its documented answer is the v2 shape.
        return json_response(run_body(run.row()[-1], "v2"), 202)

    return routes


def _user(catalog: Catalog, run_as: str | None, caller: str) -> User:
    if run_as is None:
        return catalog.users[caller]
    if not _EMAIL.fullmatch(run_as):
        msg = 'querystring/run_as must match format "email"'
        raise invalid(msg)
    ids = catalog.user_ids(run_as)
    if not ids:
        raise not_found("User", run_as)
    return catalog.users[ids[0]]


def _entity(state: PortState, action: Action, identifier: str | None) -> dict[str, object] | None:
    if identifier is None:
        if action.on_entity:
            # Inferred: the action couldn't be executed on anything.
            msg = f'action "{action.identifier}" is executed on an entity: body/entity is missing'
            raise invalid(msg)
        return None
    entity = state.entities.get(action.blueprint or "", identifier)
    if entity is None:
        raise not_found("Entity", identifier)
    return {
        "identifier": identifier,
        "title": entity.get("title"),
        "icon": entity.get("icon"),
        "deleted": False,
    }
