"""Secrets in inputs: a run is stored without them, so it may show other inputs than were sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["redacted"]

# Tokens of GitHub and of GitLab, and what stands after Bearer.
_SECRET = re.compile(
    r"\bgh[opsur]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{16,}|(?<=\bBearer )\S+",
    re.IGNORECASE,
)


def redacted(value: Any) -> Any:
    """Return a JSON value with the secrets in its texts replaced."""
    if isinstance(value, str):
        return _SECRET.sub("[REDACTED]", value)
    if isinstance(value, Mapping):
        return {name: redacted(item) for name, item in value.items()}
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return value
