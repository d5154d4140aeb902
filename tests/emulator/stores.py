"""Stores for tests of what stands on one."""

from __future__ import annotations

import weakref
from pathlib import Path

from actionruns.emulator.store import Store

__all__ = ["open_store"]


def open_store(path: Path | None = None) -> Store:
    """Open a store that is closed when the test lets it go: Python 3.13 warns of open databases."""
    store = Store(path)
    weakref.finalize(store, store.connection.close)
    return store
