from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from actionruns.emulator.clock import Clock, timestamp


def test_timestamp() -> None:
    """A timestamp is UTC with milliseconds."""
    assert timestamp(1670417632.916) == "2022-12-07T12:53:52.916Z"


@given(st.floats(0, 4e9))
def test_precision(seconds: float) -> None:
    """A timestamp is the millisecond that its moment lies in."""
    moment = datetime.fromisoformat(timestamp(seconds)).timestamp()
    # Python keeps microseconds, rounded.
    assert -0.000_001 <= seconds - moment < 0.001_001


def test_speed() -> None:
    """Emulated durations are shorter by the speed."""
    assert Clock(10).real(30) == 3
