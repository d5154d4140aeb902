"""Clients of ForgePortal's emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from actionruns.emulator import Emulator
from actionruns.forgeportal import AsyncForgePortalClient


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take ForgePortal's settings out of the environment."""
    for name in ("FORGEPORTAL_URL", "FORGEPORTAL_SESSION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def emulator(no_environment: None) -> AsyncIterator[Emulator]:
    """An emulator with sessions, whose runs move when the test says so."""
    async with Emulator(
        auto_progress=False, forgeportal_auth=True, forgeportal_run_limit=None
    ) as emulator:
        yield emulator


@pytest.fixture
async def forge(emulator: Emulator) -> AsyncIterator[AsyncForgePortalClient]:
    """A client of the emulator, with a session."""
    async with AsyncForgePortalClient(
        base_url=emulator.forgeportal_url, session_cookie="demo", trust_env=False
    ) as client:
        yield client
