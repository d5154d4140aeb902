"""Routes: approve or decline runs, and who did so."""

from __future__ import annotations

from aiohttp import web

from actionruns.emulator.port.bodies import Member, read_body
from actionruns.emulator.port.queries import Query
from actionruns.emulator.port.rendering import run_body
from actionruns.emulator.port.runs import version_of
from actionruns.emulator.port.state import PortState, json_response

__all__ = ["approval_routes"]

_DECISION = {
    "status": Member((str,), required=True, choices=("APPROVE", "DECLINE")),
    "description": Member((str,)),
}


def approval_routes(state: PortState) -> web.RouteTableDef:
    """Make the routes of approvals."""
    routes = web.RouteTableDef()

    @routes.patch("/v1/actions/runs/{run_id}/approval")
    async def decide(request: web.Request) -> web.Response:
        version = version_of(Query(request), state)
        body = await read_body(request, _DECISION)
        run = state.life.decide(
            request.match_info["run_id"],
            state.user_of(request),
            body["status"],
            body.get("description"),
        )
        return json_response(run_body(run.row()[-1], version), 201)

    @routes.get("/v1/actions/runs/{run_id}/approvers")
    async def approvers(request: web.Request) -> web.Response:
        pending = Query(request).flag("include_pending_approvers")
        run = state.life.get(request.match_info["run_id"])
        decided = state.life.approvals.decided(run.id)
        if pending:
            known = {approver["userId"] for approver in decided}
            decided += [
                {"userId": user, "state": "PENDING"}
                for user in state.life.approvers(run)
                if user not in known
            ]
        return json_response({"ok": True, "approvers": decided})

    return routes
