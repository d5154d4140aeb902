"""An emulator that moves nothing by itself, and a plain client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from actionruns.emulator import Emulator
from tests.emulator.plain import Plain


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A plain session."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """An emulator whose runs move only when they are told to."""
    async with Emulator(auto_progress=False, default_version="v2") as emulator:
        yield emulator


@pytest.fixture
async def port(emulator: Emulator, session: aiohttp.ClientSession) -> Plain:
    """A client of that emulator's Port."""
    return Plain(emulator, session)
