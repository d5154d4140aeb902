"""A plain client for the ForgePortal of an emulator that moves nothing by itself."""

from __future__ import annotations

import aiohttp
import pytest

from actionruns.emulator import Emulator
from actionruns.emulator.forgeportal import ForgePortalControl
from tests.emulator.forgeportal.plain import Forge


@pytest.fixture
async def forge(emulator: Emulator, session: aiohttp.ClientSession) -> Forge:
    """A client of that emulator's ForgePortal."""
    return Forge(emulator, session)


@pytest.fixture
async def control(emulator: Emulator) -> ForgePortalControl:
    """What moves the runs of that ForgePortal."""
    return emulator.forgeportal
