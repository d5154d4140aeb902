"""What the tests of the documentation share: an emulator that runs while a page is played."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from actionruns.emulator import Emulator
from actionruns.gateway import Gateway, GatewaySettings, read_capability

DOCUMENTED_REST = "http://127.0.0.1:8080"
DOCUMENTED_MCP = "http://127.0.0.1:9090"

StartEmulator = Callable[..., Emulator]
StartGateway = Callable[[Emulator], Mapping[str, str]]


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


@pytest.fixture
def start_gateway(emulator_thread: BlockingPortal) -> Iterator[StartGateway]:
    """Start a gateway before an emulator, until the end of the test; return where it listens.

    The addresses are by those that the documentation has.
    """
    with ExitStack() as stack:

        def start(emulator: Emulator) -> Mapping[str, str]:
            settings = GatewaySettings(rest_port=0, mcp_port=0, base_uri=emulator.port_url)
            key = {"PORT_API_KEY": "Bearer demo"}
            gateway = Gateway(read_capability("port-action-runs"), settings, key)
            stack.enter_context(emulator_thread.wrap_async_context_manager(gateway))
            return {
                DOCUMENTED_REST: str(gateway.rest_url),
                DOCUMENTED_MCP: str(gateway.mcp_url).removesuffix("/mcp"),
            }

        yield start
