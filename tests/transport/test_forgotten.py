"""Programs that forget to close their client: nothing on the terminal, whatever they do else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import actionruns
from tests.transport.operations import THING
from tests.transport.programs import forgetful
from tests.transport.servers import Exchange, Server, answer, black_hole, server_in_thread

ROOT = Path(__file__).parents[2]
STRICT = ("-X", "dev", "-W", "error")
CLOSED_BY_HAND = ["by_hand_closed", "by_hand_closed_twice", "by_hand_and_dropped"]
"""What nobody can tidy up without a word in development mode.

The loop is closed with connections open and without shutting its generators down. asyncio then
warns of its own unclosed transport: a transport closes through its loop, which is closed.
"""


async def service(exchange: Exchange) -> None:
    await (black_hole if exchange.target.endswith("never") else answer(THING))(exchange)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with server_in_thread(service) as running:
        yield running


def stderr_of(way: str, url: str, *options: str) -> str:
    path = [str(Path(actionruns.__file__).parents[1]), *sys.path]
    program = subprocess.run(
        [sys.executable, *options, "-m", "tests.transport.programs.forgetful", way, url],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))},
        timeout=30,
        check=False,
    )
    assert (program.returncode, program.stdout) == (0, "done\n")
    return program.stderr


@pytest.mark.parametrize(
    "way", sorted({*forgetful.WAYS} - {*CLOSED_BY_HAND, *([] if hasattr(os, "fork") else ["fork"])})
)
def test_a_forgotten_client_is_silent_in_development(way: str, server: Server) -> None:
    """With every warning an error, a client that was not closed leaves no word."""
    assert stderr_of(way, server.url, *STRICT) == ""


@pytest.mark.parametrize("way", CLOSED_BY_HAND)
def test_a_forgotten_client_is_silent_after_a_closed_loop(way: str, server: Server) -> None:
    """Also after a loop that was just closed, a client that was not closed leaves no word."""
    assert stderr_of(way, server.url) == ""


@pytest.mark.parametrize("way", CLOSED_BY_HAND)
def test_a_forgotten_client_is_closed_after_a_closed_loop(way: str, server: Server) -> None:
    """Even in development mode, it isn't the client that is reported as unclosed."""
    assert "Unclosed" not in stderr_of(way, server.url, *STRICT)
