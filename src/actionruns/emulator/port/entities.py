"""Routes: create, read, change and delete entities, on behalf of a run or not."""

from __future__ import annotations

from aiohttp import web

from actionruns.emulator.port.bodies import Member, read_body
from actionruns.emulator.port.entity_rules import EntityRules
from actionruns.emulator.port.entity_view import narrowed
from actionruns.emulator.port.errors import invalid, not_found
from actionruns.emulator.port.queries import Query
from actionruns.emulator.port.state import PortState, json_response

__all__ = ["entity_routes"]

_ALL = "/v1/blueprints/{blueprint_identifier}/entities"
_ONE = _ALL + "/{entity_identifier}"

_NULL = type(None)
_ENTITY = {
    "identifier": Member((str, dict)),
    "title": Member((str,)),
    "icon": Member((str,)),
    "team": Member((str, list, dict)),
    "properties": Member((dict,)),
    "relations": Member((dict,)),
}
_REPLACEMENT = {**_ENTITY, "identifier": Member((str,))}
_CHANGES = {
    **_REPLACEMENT,
    "title": Member((str, _NULL)),
    "icon": Member((str, _NULL)),
    "team": Member((str, list, dict, _NULL)),
}
# What these would add or leave out (calculated properties, titles of related entities, partial
# results) doesn't exist here.
_WITHOUT_EFFECT = ("exclude_calculated_properties", "allow_partial_results")
_NOT_EMULATED = ("attach_title_to_relation", "attach_identifier_to_title_mirror_properties")


def entity_routes(state: PortState) -> web.RouteTableDef:
    """Make the routes of entities."""
    routes = web.RouteTableDef()
    rules = EntityRules(state.catalog, state.entities, state.life)

    @routes.post(_ALL)
    async def create(request: web.Request) -> web.Response:
        query = Query(request)
        upsert, merge = query.flag("upsert"), query.flag("merge")
        dry = query.flag("validation_only")
        missing = query.flag("create_missing_related_entities")
        run_id = query.text("run_id")
        body = await read_body(request, _ENTITY, optional=True, closed=False)
        with rules.change(_blueprint(request), run_id, state.user_of(request)) as change:
            entity = change.create(body, upsert=upsert, merge=merge)
            change.relate(entity, create_missing=missing)
            if not dry:
                change.keep()
        return json_response({"ok": True, "entity": entity}, 201)

    @routes.put(_ONE)
    async def replace(request: web.Request) -> web.Response:
        return await change_one(request, patch=False)

    @routes.patch(_ONE)
    async def update(request: web.Request) -> web.Response:
        return await change_one(request, patch=True)

    async def change_one(request: web.Request, *, patch: bool) -> web.Response:
        query = Query(request)
        missing = query.flag("create_missing_related_entities")
        run_id = query.text("run_id")
        members = _CHANGES if patch else _REPLACEMENT
        body = await read_body(request, members, optional=True, closed=patch)
        with rules.change(_blueprint(request), run_id, state.user_of(request)) as change:
            entity = change.update(request.match_info["entity_identifier"], body, patch=patch)
            change.relate(entity, create_missing=missing)
            change.keep()
        return json_response({"ok": True, "entity": entity})

    @routes.delete(_ONE)
    async def delete(request: web.Request) -> web.Response:
        query = Query(request)
        dependents = query.flag("delete_dependents")
        run_id = query.text("run_id")
        with rules.change(_blueprint(request), run_id, state.user_of(request)) as change:
            change.delete(request.match_info["entity_identifier"], dependents=dependents)
            change.keep()
        return json_response({"ok": True})

    @routes.get(_ALL)
    async def list_entities(request: web.Request) -> web.Response:
        include, exclude = _view(request)
        blueprint = rules.blueprint(_blueprint(request))
        entities = state.entities.of_blueprint(blueprint.identifier)
        shown = [narrowed(entity, include, exclude) for entity in entities]
        return json_response({"ok": True, "entities": shown})

    @routes.get(_ONE)
    async def get_entity(request: web.Request) -> web.Response:
        include, exclude = _view(request)
        blueprint = rules.blueprint(_blueprint(request))
        identifier = request.match_info["entity_identifier"]
        entity = state.entities.get(blueprint.identifier, identifier)
        if entity is None:
            raise not_found("Entity", identifier)
        return json_response({"ok": True, "entity": narrowed(entity, include, exclude)})

    return routes


def _blueprint(request: web.Request) -> str:
    return request.match_info["blueprint_identifier"]


def _view(request: web.Request) -> tuple[list[str], list[str]]:
    query = Query(request)
    for name in _WITHOUT_EFFECT:
        query.flag(name)
    for name in _NOT_EMULATED:
        if query.flag(name):
            msg = f"querystring/{name} is not emulated"
            raise invalid(msg)
    return query.texts("include"), query.texts("exclude")
