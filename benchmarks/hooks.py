"""Decode as if msgspec were not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from actionruns.core import codec


@contextmanager
def hooks_alone() -> Iterator[None]:
    """Leave all decoding to the structure hooks."""
    quick = codec._quick_decoder
    codec._quick_decoder = lambda *_: None  # type: ignore[assignment]  # as without the extra
    try:
        yield
    finally:
        codec._quick_decoder = quick
