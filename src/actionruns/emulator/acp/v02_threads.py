"""Routes of 0.2: threads."""

from __future__ import annotations

from aiohttp import web

from actionruns.emulator.acp.bodies import body_of, number
from actionruns.emulator.acp.errors import AcpError, not_found
from actionruns.emulator.acp.rendering import checkpoint_shown
from actionruns.emulator.acp.run_store import meets
from actionruns.emulator.acp.schemas import SEARCH_THREADS_V02, THREAD_PATCH, THREAD_V02
from actionruns.emulator.acp.state import AcpState, json_response

__all__ = ["v02_thread_routes"]


def v02_thread_routes(state: AcpState) -> web.RouteTableDef:
    """Make the routes of threads."""
    routes = web.RouteTableDef()
    threads = state.life.threads

    @routes.post("/threads")
    async def create_thread(request: web.Request) -> web.Response:
        body = await body_of(request, THREAD_V02)
        wanted = body.get("thread_id")
        thread = None if wanted is None else threads.rows.get(wanted)
        if thread is not None and body.get("if_exists", "raise") == "raise":
            raise AcpError(409, f"Thread {thread.id} exists")
        if thread is None:
            thread = threads.create(thread_id=wanted, metadata=body.get("metadata"))
        return json_response(state.show_thread(thread))

    @routes.post("/threads/search")
    async def search_threads(request: web.Request) -> web.Response:
        body = await body_of(request, SEARCH_THREADS_V02)
        labelled = (it for it in threads.rows.all() if meets(it.metadata, body.get("metadata", {})))
        shown = (state.show_thread(thread) for thread in labelled)
        found = [
            thread
            for thread in shown
            if body.get("status", thread["status"]) == thread["status"]
            and ("values" not in body or meets(thread.get("values"), body["values"]))
        ]
        begin = body.get("offset", 0)
        return json_response(found[begin : begin + body.get("limit", 10)])

    @routes.get("/threads/{thread_id}")
    async def get_thread(request: web.Request) -> web.Response:
        return json_response(state.show_thread(state.thread(request.match_info["thread_id"])))

    @routes.patch("/threads/{thread_id}")
    async def patch_thread(request: web.Request) -> web.Response:
        body = await body_of(request, THREAD_PATCH)
        thread = state.thread(request.match_info["thread_id"])
        try:
            threads.patch(thread, body)
        except LookupError as error:
            raise not_found("Checkpoint", str(error.args[0])) from error
        return json_response(state.show_thread(thread))

    @routes.delete("/threads/{thread_id}")
    async def delete_thread(request: web.Request) -> web.Response:
        thread = state.thread(request.match_info["thread_id"])
        if state.life.runs.of_thread(thread.id, "pending"):
            # The protocol has no 409 here; 422 is all that it has for a refusal.
            raise AcpError(422, f"A run of thread {thread.id} is pending")
        state.life.delete_thread(thread.id)
        return web.Response(status=204)

    @routes.get("/threads/{thread_id}/history")
    async def get_history(request: web.Request) -> web.Response:
        thread = state.thread(request.match_info["thread_id"])
        limit = number(request, "limit", 10, 1)
        history = threads.rows.history(thread.id)
        before = request.query.get("before")
        if before is not None:
            places = [place for place, entry in enumerate(history) if entry.id == before]
            if not places:
                raise AcpError(422, f"query/before: {before!r} is no checkpoint of this thread")
            history = history[places[0] + 1 :]
        return json_response([checkpoint_shown(entry) for entry in history[:limit]])

    @routes.post("/threads/{thread_id}/copy")
    async def copy_thread(request: web.Request) -> web.Response:
        thread = state.thread(request.match_info["thread_id"])
        return json_response(state.show_thread(threads.copy(thread)))

    return routes
