from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.emulator.stores import open_store


def test_setting(tmp_path: Path) -> None:
    """A setting keeps its first value until it is set, over restarts."""
    store = open_store(tmp_path / "db")
    assert store.setting("name", "first") == "first"
    assert store.setting("name", "second") == "first"
    store.set("name", "third")
    store.close()
    assert open_store(tmp_path / "db").setting("name", "fourth") == "third"


def test_transaction() -> None:
    """A transaction that fails leaves nothing behind, also from one inside of it."""
    store = open_store()

    def fail() -> None:
        with store.transaction():
            store.set("outer", "x")
            with store.transaction():
                store.set("inner", "x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.all("SELECT * FROM meta") == []
    with store.transaction():
        store.set("outer", "x")
    assert store.one("SELECT value FROM meta") == ("x",)


def test_close_twice() -> None:
    """Closing again does nothing."""
    store = open_store()
    store.close()
    store.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        store.set("a", "x")
