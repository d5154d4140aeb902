"""Routes of 0.1: runs."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from actionruns.emulator.acp.bodies import body_of, number
from actionruns.emulator.acp.errors import AcpError
from actionruns.emulator.acp.life import Order
from actionruns.emulator.acp.rendering import output_shown, run_shown
from actionruns.emulator.acp.run_store import Run, equal_to
from actionruns.emulator.acp.schemas import ANSWER, CREATE_V01, SEARCH_RUNS
from actionruns.emulator.acp.state import AcpState, json_response
from actionruns.emulator.acp.streams import EventStream

__all__ = ["v01_run_routes"]


def v01_run_routes(state: AcpState) -> web.RouteTableDef:
    """Make the routes of runs."""
    routes = web.RouteTableDef()

    @routes.post("/runs")
    async def create_run(request: web.Request) -> web.Response:
        return json_response(run_shown(_created(state, await body_of(request, CREATE_V01))))

    @routes.post("/runs/search")
    async def search_runs(request: web.Request) -> web.Response:
        body = await body_of(request, SEARCH_RUNS)
        page = state.life.runs.page(
            equal_to(body), body.get("limit", 10), body.get("offset", 0), body.get("metadata")
        )
        return json_response([run_shown(run) for run in page])

    @routes.get("/runs/{run_id}")
    async def get_run(request: web.Request) -> web.Response:
        return json_response(run_shown(state.run(request)))

    @routes.post("/runs/{run_id}")
    async def resume_run(request: web.Request) -> web.Response:
        answer = await body_of(request, ANSWER["0.1"])
        run = state.run(request)
        state.resume(run, answer)
        return json_response(run_shown(run))

    @routes.delete("/runs/{run_id}")
    async def delete_run(request: web.Request) -> web.Response:
        run = state.run(request)
        state.life.delete(run)
        return json_response(run_shown(run))

    @routes.get("/runs/{run_id}/output")
    async def get_run_output(request: web.Request) -> web.Response:
        run = state.run(request)
        settled = await state.settled(run, number(request, "block_timeout", 0, 0))
        output = output_shown(settled, "0.1") if settled else None
        return web.Response(status=204) if output is None else json_response(output)

    @routes.get("/runs/{run_id}/stream")
    async def get_run_stream(request: web.Request) -> web.StreamResponse:
        stream = EventStream(state, request, state.run(request))
        return web.Response(status=204) if stream.is_empty else await stream.send()

    return routes


def _created(state: AcpState, body: dict[str, Any]) -> Run:
    agent = state.agent(body["agent_id"])
    if body.get("streaming") == "custom" and not agent.words:
        raise AcpError(422, f"Agent {agent.name} has no custom updates")
    if "thread_id" not in body:
        thread = state.life.threads.create(agent_id=agent.id)
    else:
        thread = state.thread(body["thread_id"])
        if thread.agent_id != agent.id:
            raise AcpError(422, f"Thread {thread.id} is of another agent")
        if state.life.runs.of_thread(thread.id, "pending"):
            raise AcpError(409, f"Another run of thread {thread.id} is pending")
    return state.life.create(Order(agent=agent, creation=body, thread_id=thread.id))
