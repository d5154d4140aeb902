"""An emulator in a thread of its own, and the look-alike that speaks to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from actionruns.compat import acp_client_v0_1
from actionruns.emulator import Emulator
from tests.compat.acp_client_v0_1.living import Agents


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """A thread with an event loop for servers: the calls of the look-alike block."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def emulator(portal: BlockingPortal) -> Iterator[Emulator]:
    """An emulator whose runs move when a test says so."""
    emulator = Emulator(auto_progress=False)
    with portal.wrap_async_context_manager(emulator):
        yield emulator


@pytest.fixture
def agents(emulator: Emulator, portal: BlockingPortal) -> Agents:
    """Its agents, to make runs that stand where a test wants them."""
    return Agents(emulator, portal)


@pytest.fixture
def configuration(emulator: Emulator) -> acp_client_v0_1.Configuration:
    """Settings that lead to the emulator, and no attempt is made twice."""
    return acp_client_v0_1.Configuration(host=emulator.acp_url, retries=0)


@pytest.fixture
def api_client(
    configuration: acp_client_v0_1.Configuration,
) -> Iterator[acp_client_v0_1.ApiClient]:
    """A client for the emulator."""
    with acp_client_v0_1.ApiClient(configuration) as client:
        yield client


@pytest.fixture
def runs(api_client: acp_client_v0_1.ApiClient) -> acp_client_v0_1.RunsApi:
    """The methods of runs."""
    return acp_client_v0_1.RunsApi(api_client)
