"""The core decides; it does no I/O and knows no event loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.project.tree import ROOT

IO_LIBRARIES = frozenset({"aiohttp", "anyio", "asyncio", "sniffio", "trio", "uvloop"})
BOTTOM = ("core", "errors.py", "states.py")


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the top-level name of each import, wherever it stands."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, name.name.partition(".")[0]) for name in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module.partition(".")[0]
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(module)), *_],
            ):
                yield node.lineno, module.partition(".")[0]
            case _:
                pass


def io_imports(source: str) -> list[tuple[int, str]]:
    return [(line, name) for line, name in imported(ast.parse(source)) if name in IO_LIBRARIES]


def test_core_imports_no_io_library() -> None:
    """Neither `core` nor what lies below it imports an I/O library, at the top or lazily."""
    package = ROOT / "src" / "actionruns"
    places = [package / name for name in BOTTOM]
    modules = [m for place in places for m in ([place] if place.is_file() else place.rglob("*.py"))]
    assert len(modules) > len(BOTTOM)
    found = {
        f"{module.relative_to(package)}:{line}: {name}"
        for module in modules
        for line, name in io_imports(module.read_text(encoding="utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        "import asyncio",
        "import os, anyio.abc as abc",
        "from aiohttp.client import ClientSession",
        "def f():\n    import asyncio",
        "if TYPE_CHECKING:\n    from asyncio import Task",
        "importlib.import_module('aiohttp.web')",
        "__import__('asyncio')",
    ],
)
def test_an_io_import_is_seen(source: str) -> None:
    """An import of an I/O library is seen in every form that Python has for it."""
    assert io_imports(source)


@pytest.mark.parametrize(
    "source", ["from .asyncio import x", "import json", "from actionruns.core import anyio"]
)
def test_other_imports_are_left_alone(source: str) -> None:
    """An import of anything else is left alone, whatever its own names are."""
    assert not io_imports(source)
