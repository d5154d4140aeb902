"""What the blocking form of a real client does with connections and time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from actionruns import PortClient, RequestTimeout
from tests.cli.conftest import Emulated, emulated

RUNS = "/port/v1/actions/runs"


@pytest.fixture
def emulator() -> Iterator[Emulated]:
    """An emulator in a thread of its own."""
    with emulated(auto_progress=False) as running:
        yield running


def client_of(emulator: Emulated, connections: int = 100) -> PortClient:
    return PortClient(
        base_url=emulator.emulator.port_url, token="demo", max_connections=connections
    )


def test_a_timeout_ends_the_wait_and_frees_the_connection(emulator: Emulated) -> None:
    """A call to a server that never answers ends after its timeout; the next one has the slot."""
    emulator.emulator.fail_next("GET", RUNS, hang=True)
    with client_of(emulator, connections=1) as port:
        begin = time.monotonic()
        with pytest.raises(RequestTimeout):
            port.action_runs.get_action_runs(timeout=0.2)
        # Far below the minute that the test may take, and far above what a busy machine needs.
        assert 0.2 <= time.monotonic() - begin < 10
        assert port.action_runs.get_action_runs().runs == []


def test_a_thousand_calls_share_a_connection(emulator: Emulated) -> None:
    """Calls one after another go over one connection, which the loop keeps between them."""
    with client_of(emulator) as port:
        for _ in range(1000):
            port.action_runs.get_action_runs(limit=1)
    assert emulator.emulator.requests.connections == 1
