"""What the routes of ForgePortal share."""

from __future__ import annotations

from typing import Any

import attrs
import orjson
from aiohttp import web

from actionruns.emulator.forgeportal.catalog import Catalog
from actionruns.emulator.forgeportal.errors import not_found
from actionruns.emulator.forgeportal.ids import database_uuid
from actionruns.emulator.forgeportal.life import RunLife
from actionruns.emulator.forgeportal.limits import Limits
from actionruns.emulator.forgeportal.run_store import Run
from actionruns.emulator.forgeportal.sessions import Sessions
from actionruns.emulator.forgeportal.template_life import TemplateLife
from actionruns.emulator.forgeportal.users import User
from actionruns.emulator.settings import EmulatorSettings

__all__ = ["ForgePortalState", "json_response"]


@attrs.frozen(kw_only=True)
class ForgePortalState:
    """What the routes work on."""

    settings: EmulatorSettings
    catalog: Catalog
    life: RunLife
    templates: TemplateLife
    limits: Limits
    sessions: Sessions

    def allow(self, request: web.Request, permission: str) -> User:
        """Return who sent the request.

        Raises:
            ForgePortalError: 401, nobody knows; 403, the permission is missing.
        """
        return self.sessions.of(request).user.require(permission)

    def run(self, request: web.Request) -> Run:
        """Return the run that the path names.

        Raises:
            ForgePortalError: 404, there is none; 500, its id is no UUID.
        """
        run_id = database_uuid(request.match_info["run_id"])
        run = self.life.runs.get(run_id)
        if run is None:
            raise not_found("Run")
        return run


def json_response(body: Any, status: int = 200) -> web.Response:
    """Answer with JSON."""
    return web.Response(
        status=status, body=orjson.dumps(body), content_type="application/json", charset="utf-8"
    )
