"""Plain clients for the agents of an emulator that moves nothing by itself."""

from __future__ import annotations

import aiohttp
import pytest

from actionruns.emulator import Emulator
from tests.emulator.acp.plain import Acp


@pytest.fixture
async def v01(emulator: Emulator, session: aiohttp.ClientSession) -> Acp:
    """A client of that emulator's agents by 0.1."""
    return Acp(emulator, session, "0.1")


@pytest.fixture
async def v02(emulator: Emulator, session: aiohttp.ClientSession) -> Acp:
    """The same by 0.2."""
    return Acp(emulator, session, "0.2")


@pytest.fixture(params=["0.1", "0.2"])
async def acp(
    request: pytest.FixtureRequest, emulator: Emulator, session: aiohttp.ClientSession
) -> Acp:
    """The same by each of both."""
    return Acp(emulator, session, request.param)
