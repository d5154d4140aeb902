"""Clients of Port's emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from actionruns import AsyncPortClient
from actionruns.emulator import Emulator


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take Port's settings out of the environment."""
    for name in ("PORT_CLIENT_ID", "PORT_CLIENT_SECRET", "PORT_API_KEY", "PORT_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def emulator(no_environment: None) -> AsyncIterator[Emulator]:
    """An emulator whose runs move when the test says so."""
    async with Emulator(auto_progress=False) as emulator:
        yield emulator


@pytest.fixture
async def port(emulator: Emulator) -> AsyncIterator[AsyncPortClient]:
    """A client of the emulator, with credentials."""
    async with AsyncPortClient(
        base_url=emulator.port_url,
        client_id="demo",
        client_secret="demo",  # the emulator's own
        trust_env=False,
    ) as client:
        yield client
