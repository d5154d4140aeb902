"""The MCP server: what a capability exposes as tools for agents.

It needs the extra ``mcp`` when it is imported.
"""

from __future__ import annotations
