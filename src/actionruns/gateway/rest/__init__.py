"""The REST adapter: what a capability exposes over HTTP."""

from __future__ import annotations

from actionruns.gateway.rest.adapter import make_rest_app

__all__ = ["make_rest_app"]
