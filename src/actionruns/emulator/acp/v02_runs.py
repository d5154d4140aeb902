"""Routes of 0.2: runs, the same for stateless ones and for those on threads."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from actionruns.emulator.acp.bodies import body_of, choice, flag, number
from actionruns.emulator.acp.rendering import output_shown, run_shown
from actionruns.emulator.acp.run_store import Run, equal_to
from actionruns.emulator.acp.schemas import ANSWER, SEARCH_RUNS
from actionruns.emulator.acp.state import AcpState, json_response
from actionruns.emulator.acp.streams import EventStream
from actionruns.emulator.acp.v02_creation import create_run

__all__ = ["v02_run_routes"]

_MOST = 1000


def v02_run_routes(state: AcpState) -> web.RouteTableDef:
    """Make the routes of runs."""
    routes = web.RouteTableDef()

    @routes.post("/runs/search")
    async def search_runs(request: web.Request) -> web.Response:
        body = await body_of(request, SEARCH_RUNS)
        page = state.life.runs.page(
            equal_to(body) | {"on_thread": 0},
            body.get("limit", 10),
            body.get("offset", 0),
            body.get("metadata"),
        )
        return json_response([run_shown(run) for run in page])

    @routes.get("/threads/{thread_id}/runs")
    async def list_runs(request: web.Request) -> web.Response:
        thread = state.thread(request.match_info["thread_id"])
        limit, offset = number(request, "limit", 10, 1), number(request, "offset", 0, 0)
        equal = {"thread_id": thread.id, "on_thread": 1}
        page = state.life.runs.page(equal, min(limit, _MOST), offset)
        return json_response([run_shown(run) for run in page])

    for prefix in ("", "/threads/{thread_id}"):
        _add_creating(routes, state, f"{prefix}/runs")
        _add_following(routes, state, f"{prefix}/runs/{{run_id}}")
        _add_changing(routes, state, f"{prefix}/runs/{{run_id}}")
    return routes


def _add_creating(routes: web.RouteTableDef, state: AcpState, path: str) -> None:
    @routes.post(path)
    async def create(request: web.Request) -> web.Response:
        return json_response(run_shown(await create_run(state, request)))

    @routes.post(f"{path}/stream")
    async def create_and_stream(request: web.Request) -> web.StreamResponse:
        return await EventStream(state, request, await create_run(state, request)).send()

    @routes.post(f"{path}/wait")
    async def create_and_wait(request: web.Request) -> web.Response:
        run = await create_run(state, request)
        if state.cancels_with(run):
            return json_response(_with_output(await state.settled_unless_left(run, request)))
        return await _waited(state, run)


def _add_following(routes: web.RouteTableDef, state: AcpState, path: str) -> None:
    @routes.get(path)
    async def get(request: web.Request) -> web.Response:
        return json_response(run_shown(state.run(request)))

    @routes.get(f"{path}/wait")
    async def wait(request: web.Request) -> web.Response:
        return await _waited(state, state.run(request))

    @routes.get(f"{path}/stream")
    async def stream(request: web.Request) -> web.StreamResponse:
        return await EventStream(state, request, state.run(request)).send()


def _add_changing(routes: web.RouteTableDef, state: AcpState, path: str) -> None:
    @routes.post(path)
    async def resume(request: web.Request) -> web.Response:
        answer = await body_of(request, ANSWER["0.2"])
        run = state.run(request)
        state.resume(run, answer)
        return json_response(run_shown(run))

    @routes.delete(path)
    async def delete(request: web.Request) -> web.Response:
        state.life.delete(state.run(request))
        return web.Response(status=204)

    @routes.post(f"{path}/cancel")
    async def cancel(request: web.Request) -> web.Response:
        # Runs stop at once here, so there is never anything to wait for.
        flag(request, "wait")
        action = choice(request, "action", ("interrupt", "rollback"))
        run = state.run(request)
        if action == "rollback":
            state.life.delete(run, undo=True)
        else:
            state.life.cancel(run)
        return web.Response(status=204)


async def _waited(state: AcpState, run: Run) -> web.Response:
    # Without a limit, as the protocol has it.
    settled = await state.settled(run, None)
    return json_response(_with_output(settled or run))


def _with_output(run: Run) -> dict[str, Any]:
    output = output_shown(run, "0.2")
    shown: dict[str, Any] = {"run": run_shown(run)}
    return shown if output is None else shown | {"output": output}
