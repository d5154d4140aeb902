"""What the routes of Port share."""

from __future__ import annotations

from typing import Any

import attrs
import orjson
from aiohttp import web

from actionruns.emulator.port.auth import Tokens
from actionruns.emulator.port.catalog import Catalog
from actionruns.emulator.port.entity_store import EntityStore
from actionruns.emulator.port.life import RunLife
from actionruns.emulator.settings import EmulatorSettings

__all__ = ["PortState", "json_response"]


@attrs.frozen(kw_only=True)
class PortState:
    """What the routes work on."""

    settings: EmulatorSettings
    catalog: Catalog
    life: RunLife
    entities: EntityStore
    tokens: Tokens

    def user_of(self, request: web.Request) -> str:
        """Return the id of who sent the request: machines are users under their client id.

        Raises:
            PortError: 401, the request isn't authorised.
        """
        return self.tokens.client_of(request.headers.get("Authorization"))


def json_response(body: Any, status: int = 200) -> web.Response:
    """Answer with JSON, rendered already (bytes) or not."""
    if not isinstance(body, bytes):
        body = orjson.dumps(body)
    return web.Response(status=status, body=body, content_type="application/json")
