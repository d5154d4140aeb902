"""The fixtures. All are plain ones, so that no plugin for async tests is needed or favoured.

A client needs no event loop to be made, and the emulator runs on the private loop of the blocking
clients: whatever loop a test runs on, or none, is the test's own affair.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, TypedDict, TypeVar

import pytest

from actionruns.acp import (
    AcpClient,
    AcpV01Client,
    AcpV02Client,
    AsyncAcpClient,
    AsyncAcpV01Client,
    AsyncAcpV02Client,
)
from actionruns.blocking import PrivateLoop
from actionruns.core.rate import RateBudget
from actionruns.emulator import Emulator
from actionruns.errors import ConfigurationError
from actionruns.forgeportal import AsyncForgePortalClient, ForgePortalClient
from actionruns.port import AsyncPortClient, PortClient
from actionruns.testing.control import BlockingEmulator
from actionruns.transport import AsyncServiceClient

A = TypeVar("A", bound=AsyncServiceClient)

# So fast that a run which would take 2 to 20 s is over in a fifth of a second.
_SPEED = 100.0


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known to pytest."""
    config.addinivalue_line(
        "markers", "actionruns(**settings): how the emulator of actionruns_emulator behaves."
    )


# ------------------------------------------------------------------------------------- the emulator


@pytest.fixture(scope="session")
def actionruns_settings() -> Mapping[str, Any]:
    """Settings of every emulator, by keyword of `actionruns.emulator.Emulator`.

    Define a fixture of this name to have others in a project, a folder or a module; for a test or
    a class there is the marker ``@pytest.mark.actionruns(...)``, whose settings go before these.
    """
    return {}


@pytest.fixture
def _actionruns_loop() -> Iterator[PrivateLoop]:
    """The event loop, in another thread, that the emulator runs on."""
    loop = PrivateLoop(_nothing)
    yield loop
    loop.close()


@pytest.fixture
def actionruns_emulator(
    request: pytest.FixtureRequest,
    actionruns_settings: Mapping[str, Any],
    _actionruns_loop: PrivateLoop,
) -> Iterator[BlockingEmulator]:
    """An emulator of all services, without any run yet; each test has one of its own."""
    emulator = _emulator(request.node, actionruns_settings)
    with ExitStack() as stack:
        try:
            running = _actionruns_loop.enter(lambda: emulator, BlockingEmulator)
            yielded = stack.enter_context(running)
        except ConfigurationError as error:  # The extra isn't installed.
            pytest.fail(str(error), pytrace=False)
        yield yielded


@pytest.fixture
def actionruns_environment(
    actionruns_emulator: BlockingEmulator, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """Environment variables that lead clients made without arguments to the emulator; return them.

    ``ACP_URL`` is where version 0.1 is.
    """
    bypass = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    variables = {
        "PORT_BASE_URL": actionruns_emulator.port_url,
        "PORT_CLIENT_ID": "demo",
        "PORT_CLIENT_SECRET": "demo",
        "FORGEPORTAL_URL": actionruns_emulator.forgeportal_url,
        "FORGEPORTAL_SESSION": "demo",
        "ACP_URL": actionruns_emulator.acp_url,
        "ACP_API_KEY": "demo",
        "no_proxy": f"{bypass},127.0.0.1" if bypass else "127.0.0.1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PORT_API_KEY", raising=False)
    return variables


async def _nothing() -> None:
    """There is no client behind the loop, and so none to close."""


def _emulator(node: pytest.Item, settings: Mapping[str, Any]) -> Emulator:
    """Make the emulator of a test; the marks that are nearest to it go before the others."""
    chosen = {"speed": _SPEED, **settings}
    for mark in reversed(list(node.iter_markers("actionruns"))):
        if mark.args:
            pytest.fail("@pytest.mark.actionruns takes keywords: (speed=20)", pytrace=False)
        chosen |= mark.kwargs
    try:
        return Emulator(**chosen)
    except (TypeError, ValueError) as error:
        message = f"actionruns_settings or @pytest.mark.actionruns: {error}"
        pytest.fail(message, pytrace=False)


# -------------------------------------------------------------------------------------- the clients


class _Common(TypedDict):
    rate: RateBudget
    trust_env: bool


def _common() -> _Common:
    """Return what all clients get: nothing learnt in another test, and no proxy in between."""
    return {"rate": RateBudget(), "trust_env": False}


@contextmanager
def _closing(client: A, loop: PrivateLoop) -> Iterator[A]:
    """Close an async client, whose own loop has stopped by then or is closed."""
    try:
        yield client
    finally:
        loop.call(client.aclose)


@pytest.fixture
def actionruns_port_client(actionruns_emulator: BlockingEmulator) -> Iterator[PortClient]:
    """A blocking client of the emulated Port, for plain tests."""
    with PortClient(
        base_url=actionruns_emulator.port_url,
        client_id="demo",
        client_secret="demo",  # noqa: S106  the emulator's, which has nothing to hide
        **_common(),
    ) as client:
        yield client


@pytest.fixture
def actionruns_async_port_client(
    actionruns_emulator: BlockingEmulator, _actionruns_loop: PrivateLoop
) -> Iterator[AsyncPortClient]:
    """A client of the emulated Port, for async tests."""
    client = AsyncPortClient(
        base_url=actionruns_emulator.port_url,
        client_id="demo",
        client_secret="demo",  # noqa: S106  the emulator's, which has nothing to hide
        **_common(),
    )
    with _closing(client, _actionruns_loop):
        yield client


@pytest.fixture
def actionruns_forgeportal_client(
    actionruns_emulator: BlockingEmulator,
) -> Iterator[ForgePortalClient]:
    """A blocking client of the emulated ForgePortal, for plain tests."""
    with ForgePortalClient(
        base_url=actionruns_emulator.forgeportal_url, session_cookie="demo", **_common()
    ) as client:
        yield client


@pytest.fixture
def actionruns_async_forgeportal_client(
    actionruns_emulator: BlockingEmulator, _actionruns_loop: PrivateLoop
) -> Iterator[AsyncForgePortalClient]:
    """A client of the emulated ForgePortal, for async tests."""
    client = AsyncForgePortalClient(
        base_url=actionruns_emulator.forgeportal_url, session_cookie="demo", **_common()
    )
    with _closing(client, _actionruns_loop):
        yield client


@pytest.fixture
def actionruns_acp_client(actionruns_emulator: BlockingEmulator) -> Iterator[AcpV01Client]:
    """A blocking client of the emulated agents, by version 0.1 of the protocol."""
    with AcpClient(
        base_url=actionruns_emulator.acp_url, api_key="demo", version="0.1", **_common()
    ) as client:
        yield client


@pytest.fixture
def actionruns_async_acp_client(
    actionruns_emulator: BlockingEmulator, _actionruns_loop: PrivateLoop
) -> Iterator[AsyncAcpV01Client]:
    """A client of the emulated agents, by version 0.1 of the protocol, for async tests."""
    client = AsyncAcpClient(
        base_url=actionruns_emulator.acp_url, api_key="demo", version="0.1", **_common()
    )
    with _closing(client, _actionruns_loop):
        yield client


@pytest.fixture
def actionruns_acp_v02_client(actionruns_emulator: BlockingEmulator) -> Iterator[AcpV02Client]:
    """A blocking client of the emulated agents, by version 0.2 of the protocol."""
    with AcpClient(
        base_url=actionruns_emulator.acp_v02_url, api_key="demo", version="0.2", **_common()
    ) as client:
        yield client


@pytest.fixture
def actionruns_async_acp_v02_client(
    actionruns_emulator: BlockingEmulator, _actionruns_loop: PrivateLoop
) -> Iterator[AsyncAcpV02Client]:
    """A client of the emulated agents, by version 0.2 of the protocol, for async tests."""
    client = AsyncAcpClient(
        base_url=actionruns_emulator.acp_v02_url, api_key="demo", version="0.2", **_common()
    )
    with _closing(client, _actionruns_loop):
        yield client
