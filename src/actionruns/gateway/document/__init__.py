"""Capability documents: how they are read, and what they say."""

from __future__ import annotations

from actionruns.gateway.document.model import Capability
from actionruns.gateway.document.reading import is_capability, parse_capability, read_capability

__all__ = ["Capability", "is_capability", "parse_capability", "read_capability"]
