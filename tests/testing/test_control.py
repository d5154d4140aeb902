"""The emulator's methods without ``await``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from actionruns.blocking import PrivateLoop
from actionruns.emulator import Action, Emulator
from actionruns.emulator.acp import AcpControl
from actionruns.emulator.forgeportal import ForgePortalControl
from actionruns.testing import BlockingAcpControl, BlockingEmulator, BlockingForgePortalControl

PAIRS = [
    (Emulator, BlockingEmulator),
    (ForgePortalControl, BlockingForgePortalControl),
    (AcpControl, BlockingAcpControl),
]
# Its life is the fixture's affair.
LIFE = frozenset({"aclose"})


def public(kind: type[Any]) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")} - LIFE


@pytest.fixture
def emulator() -> Iterator[BlockingEmulator]:
    async def nothing() -> None: ...

    loop = PrivateLoop(nothing)
    with loop.enter(lambda: Emulator(auto_progress=False), BlockingEmulator) as running:
        yield running
    loop.close()


@pytest.mark.parametrize(("original", "twin"), PAIRS)
def test_each_method_has_its_twin(original: type[Any], twin: type[Any]) -> None:
    """A twin has the public methods of its original, with the same parameters and docstrings."""
    # Set by the constructor, they are not seen in the class.
    attributes = {"requests", "settings"} if twin is BlockingEmulator else set()
    assert public(twin) == public(original) | attributes
    for name in public(original):
        method = inspect.getattr_static(original, name)
        if inspect.isfunction(method):
            blocking = getattr(twin, name)
            assert inspect.signature(blocking) == inspect.signature(method), name
            assert inspect.getdoc(blocking) == inspect.getdoc(method), name


@pytest.mark.anyio
async def test_it_works_in_an_async_test(emulator: BlockingEmulator) -> None:
    """A test that runs on a loop of its own calls the same methods: another thread answers."""
    run_ids: list[str] = emulator.add_runs(2)
    assert [emulator.run(run_id)["id"] for run_id in run_ids] == run_ids


def test_what_is_added_is_there(emulator: BlockingEmulator) -> None:
    """Actions can be added while the emulator runs."""
    emulator.add(Action(identifier="sing", title="Sing"))
    assert emulator.run(emulator.add_run("sing"))["action"]["identifier"] == "sing"


def test_errors_come_back(emulator: BlockingEmulator) -> None:
    """What a method refuses is raised in the test."""
    with pytest.raises(LookupError, match="no run 'r_none'"):
        emulator.finish("r_none")
