"""What the tests of the documentation share: an emulator that runs while a page is played."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from actionruns.emulator import Emulator

StartEmulator = Callable[..., Emulator]


@pytest.fixture(scope="session")
def emulator_thread() -> Iterator[BlockingPortal]:
    """A thread with an event loop for emulators: pages block, or run loops of their own."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def start_emulator(emulator_thread: BlockingPortal) -> Iterator[StartEmulator]:
    """Start an emulator that runs until the end of the test.

    `runs` are there from the start, as if they had been executed before.
    """
    with ExitStack() as stack:

        def start(*, runs: int = 0, **settings: object) -> Emulator:
            emulator = Emulator(**settings)  # type: ignore[arg-type]  # a table of settings
            stack.enter_context(emulator_thread.wrap_async_context_manager(emulator))
            emulator_thread.call(emulator.add_runs, runs)
            return emulator

        yield start
