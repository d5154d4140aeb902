"""Fixtures of the blocking facade's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from actionruns.blocking import portal
from tests.blocking.clients import EchoServer, Thing


@pytest.fixture
def thing() -> Iterator[Thing]:
    with Thing() as client:
        yield client


@pytest.fixture
def echo_server() -> Iterator[EchoServer]:
    with EchoServer() as server:
        yield server


@pytest.fixture
def no_loop() -> None:
    """As in a process that has made no blocking call yet."""
    thread = portal.current()
    if thread is not None:
        thread.stop(20)
    assert portal.current() is None
