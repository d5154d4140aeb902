"""Routes of 0.1: threads."""

from __future__ import annotations

from aiohttp import web

from actionruns.emulator.acp.bodies import body_of
from actionruns.emulator.acp.errors import AcpError
from actionruns.emulator.acp.rendering import run_shown
from actionruns.emulator.acp.run_store import meets
from actionruns.emulator.acp.schemas import SEARCH_THREADS_V01, THREAD_V01
from actionruns.emulator.acp.state import AcpState, json_response

__all__ = ["v01_thread_routes"]


def v01_thread_routes(state: AcpState) -> web.RouteTableDef:
    """Make the routes of threads."""
    routes = web.RouteTableDef()
    threads = state.life.threads

    @routes.post("/threads")
    async def create_thread(request: web.Request) -> web.Response:
        body = await body_of(request, THREAD_V01)
        agent = state.agent(body["agent_id"])
        thread = threads.create(agent_id=agent.id, metadata=body.get("metadata"))
        return json_response(state.show_thread(thread))

    @routes.post("/threads/search")
    async def search_threads(request: web.Request) -> web.Response:
        body = await body_of(request, SEARCH_THREADS_V01)
        found = [
            thread
            for thread in threads.rows.all()
            if body.get("agent_id", thread.agent_id) == thread.agent_id
            and meets(thread.metadata, body.get("metadata", {}))
        ]
        begin = body.get("offset", 0)
        page = found[begin : begin + body.get("limit", 10)]
        return json_response([state.show_thread(thread) for thread in page])

    @routes.get("/threads/{thread_id}")
    async def get_thread(request: web.Request) -> web.Response:
        return json_response(state.show_thread(state.thread(request.match_info["thread_id"])))

    @routes.delete("/threads/{thread_id}")
    async def delete_thread(request: web.Request) -> web.Response:
        thread = state.thread(request.match_info["thread_id"])
        if state.life.runs.of_thread(thread.id, "pending"):
            raise AcpError(409, f"A run of thread {thread.id} is pending")
        shown = state.show_thread(thread)
        state.life.delete_thread(thread.id)
        return json_response(shown)

    @routes.get("/threads/{thread_id}/state")
    async def get_thread_state(request: web.Request) -> web.Response:
        thread = state.thread(request.match_info["thread_id"])
        latest = threads.rows.latest(thread.id)
        return json_response(latest.values if latest else {})

    @routes.get("/threads/{thread_id}/history")
    async def get_thread_history(request: web.Request) -> web.Response:
        thread = state.thread(request.match_info["thread_id"])
        return json_response([run_shown(run) for run in state.life.runs.of_thread(thread.id)])

    @routes.get("/runs/{run_id}/threadstate")
    async def get_run_threadstate(request: web.Request) -> web.Response:
        run = state.run(request)
        history = threads.rows.history(run.thread_id)
        left = next((entry for entry in history if entry.run_id == run.id), None)
        if run.status != "success" or left is None:
            raise AcpError(409, f"Run {run.id} is {run.status} and has left no state")
        return json_response(left.values)

    return routes
