"""Routes of both versions: agents."""

from __future__ import annotations

from aiohttp import web

from actionruns.emulator.acp.bodies import body_of
from actionruns.emulator.acp.rendering import agent_shown, descriptor
from actionruns.emulator.acp.schemas import SEARCH_AGENTS
from actionruns.emulator.acp.state import AcpState, json_response

__all__ = ["agent_routes"]


def agent_routes(state: AcpState) -> web.RouteTableDef:
    """Make the routes of agents."""
    routes = web.RouteTableDef()

    @routes.post("/agents/search")
    async def search_agents(request: web.Request) -> web.Response:
        body = await body_of(request, SEARCH_AGENTS)
        found = [
            agent
            for agent in state.catalog.agents.values()
            if body.get("name", agent.name) == agent.name
            and body.get("version", agent.version) == agent.version
        ]
        begin = body.get("offset", 0)
        page = found[begin : begin + body.get("limit", 10)]
        return json_response([agent_shown(agent) for agent in page])

    @routes.get("/agents/{agent_id}")
    async def get_agent(request: web.Request) -> web.Response:
        return json_response(agent_shown(state.agent(request.match_info["agent_id"])))

    @routes.get("/agents/{agent_id}/descriptor")
    async def get_descriptor(request: web.Request) -> web.Response:
        agent = state.agent(request.match_info["agent_id"])
        return json_response(descriptor(agent, state.version))

    return routes
