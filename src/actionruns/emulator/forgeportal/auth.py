"""Routes: the CSRF token, who one is, and signing out."""

from __future__ import annotations

from aiohttp import web

from actionruns.emulator.forgeportal.state import ForgePortalState, json_response

__all__ = ["auth_routes"]


def auth_routes(state: ForgePortalState) -> web.RouteTableDef:
    """Make the routes of sessions."""
    routes = web.RouteTableDef()
    sessions = state.sessions

    @routes.get("/api/v1/auth/csrf-token")
    async def csrf_token(request: web.Request) -> web.Response:
        token, cookie = sessions.csrf_token(sessions.of(request))
        response = json_response({"token": token})
        if cookie is not None:
            sessions.set_cookie(response, cookie)
        return response

    @routes.get("/api/v1/auth/me")
    async def me(request: web.Request) -> web.Response:
        return json_response({"user": sessions.of(request).user.shown()})

    @routes.post("/api/v1/auth/logout")
    async def logout(_: web.Request) -> web.Response:
        # The cookie is all that there is of a session: who kept its value is still signed in.
        response = json_response({"success": True})
        sessions.set_cookie(response, "")
        return response

    return routes
