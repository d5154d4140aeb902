"""One capability document, served as REST and as MCP.

It needs the extra ``gateway`` when it reads a document, and ``mcp`` when it serves tools; neither
when it is imported. ``docs/gateway.md`` says what of the format it takes.
"""

from __future__ import annotations

from actionruns.gateway.document import Capability, parse_capability, read_capability
from actionruns.gateway.gateway import Gateway
from actionruns.gateway.settings import GatewaySettings

__all__ = [
    "Capability",
    "Gateway",
    "GatewaySettings",
    "parse_capability",
    "read_capability",
]
