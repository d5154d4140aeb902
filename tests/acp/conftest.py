"""Clients of a small server that speaks the protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from actionruns.acp import AsyncAcpClient, AsyncAcpV01Client, AsyncAcpV02Client
from tests.acp.servers import AcpServer


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the protocol's settings out of the environment."""
    for name in ("ACP_API_KEY", "ACP_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def server(no_environment: None) -> AsyncIterator[AcpServer]:
    """A server with one run."""
    async with AcpServer() as server:
        yield server


@pytest.fixture
async def acp(server: AcpServer) -> AsyncIterator[AsyncAcpV01Client]:
    """A client of version 0.1, which is quick to believe an error."""
    async with AsyncAcpClient(base_url=server.url, trust_env=False, settle=0.002) as client:
        yield client


@pytest.fixture
async def acp_v02(server: AcpServer) -> AsyncIterator[AsyncAcpV02Client]:
    """A client of version 0.2, which is quick to believe an error."""
    async with AsyncAcpClient(
        version="0.2", base_url=server.url, trust_env=False, settle=0.002
    ) as client:
        yield client
