"""The demo's emulator process."""

from __future__ import annotations

import pytest

from actionruns.cli.demo.server import emulator_process
from actionruns.errors import ConnectionFailed


def test_an_emulator_that_cannot_start_says_why() -> None:
    """What the process complained of is in the error."""
    with pytest.raises(ConnectionFailed, match="speed must be more than 0"):  # noqa: SIM117 # no body
        with emulator_process(["--speed", "0"]):
            raise AssertionError("it must not get here")
