"""An emulated Port in a thread, so that blocking calls of a test reach it, and the look-alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from actionruns.compat.pyport import PortClient
from actionruns.emulator import Emulator
from tests.compat.pyport.service import Service


@pytest.fixture(scope="session")
def pyport_thread() -> Iterator[BlockingPortal]:
    """A thread with an event loop for emulators."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def service(pyport_thread: BlockingPortal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """An emulated Port whose runs move when the test says so; the environment leads to it."""
    emulator = Emulator(auto_progress=False)
    with pyport_thread.wrap_async_context_manager(emulator):
        monkeypatch.delenv("PORT_API_KEY", raising=False)
        for name, value in {
            "PORT_BASE_URL": emulator.port_url,
            "PORT_CLIENT_ID": "demo",
            "PORT_CLIENT_SECRET": "demo",
        }.items():
            monkeypatch.setenv(name, value)
        yield Service(emulator, pyport_thread)


@pytest.fixture
def client(service: Service) -> Iterator[PortClient]:
    """The look-alike, at that Port; its waits are short."""
    with PortClient("demo", "demo", retry_delay=0.01, trust_env=False) as client:
        yield client
