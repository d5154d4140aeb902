"""Taking streams up again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.core.reconnect import Reconnection, ReconnectPolicy
from actionruns.errors import ConfigurationError

POLICY = ReconnectPolicy(base_delay=1.0, max_delay=10.0, max_fruitless=6)


def test_a_stream_that_brought_something_is_taken_up_soon() -> None:
    """After a connection with events, the wait is the shortest, however often that happens."""
    stream = Reconnection(policy=POLICY)
    waits = []
    for _ in range(10):
        stream.progressed("1")
        waits.append(stream.wait_after_end(retry=None, jitter=0.0))
    assert waits == [1.0] * 10


def test_the_wait_doubles_without_progress() -> None:
    """Each connection without an event doubles the wait, up to the longest; then it is enough."""
    stream = Reconnection(policy=POLICY)
    waits = [stream.wait_after_end(retry=None, jitter=0.0) for _ in range(6)]
    assert waits == [2.0, 4.0, 8.0, 10.0, 10.0, None]


def test_progress_resets_the_wait() -> None:
    """One event makes up for all connections without any."""
    stream = Reconnection(policy=POLICY)
    for _ in range(5):
        stream.wait_after_end(retry=None, jitter=0.0)
    stream.progressed("1")
    assert stream.wait_after_end(retry=None, jitter=0.0) == 1.0
    assert stream.wait_after_end(retry=None, jitter=0.0) == 2.0


def test_the_services_wish_is_the_base() -> None:
    """The wait that the service wishes takes the place of the policy's, within its limit."""
    stream = Reconnection(policy=POLICY)
    stream.progressed("1")
    assert stream.wait_after_end(retry=3.0, jitter=0.0) == 3.0
    assert stream.wait_after_end(retry=3.0, jitter=0.0) == 6.0
    assert stream.wait_after_end(retry=float("inf"), jitter=0.0) == 10.0


def test_a_wish_for_no_wait_holds_while_there_is_progress() -> None:
    """A service that wants clients back at once gets that, but no storm when it has nothing."""
    stream = Reconnection(policy=POLICY)
    stream.progressed("1")
    assert stream.wait_after_end(retry=0.0, jitter=1.0) == 0.0
    assert stream.wait_after_end(retry=0.0, jitter=0.0) == 2.0


def test_jitter_only_adds() -> None:
    """Chance makes a wait up to half as long again, and never shorter."""
    first = Reconnection(policy=POLICY)
    first.progressed("1")
    assert first.wait_after_end(retry=4.0, jitter=1.0) == 6.0


def test_the_last_id_is_kept() -> None:
    """The next connection asks for what came after the last event, also if the last one failed."""
    stream = Reconnection(policy=POLICY, last_event_id="0")
    assert stream.last_event_id == "0"
    stream.progressed("7")
    stream.wait_after_end(retry=None, jitter=0.0)
    stream.wait_after_end(retry=None, jitter=0.0)
    assert stream.last_event_id == "7"


@pytest.mark.parametrize("name", ["base_delay", "max_delay", "max_fruitless"])
def test_settings_are_checked(name: str) -> None:
    """A setting that is not above 0 is refused."""
    settings = {name: 0}
    with pytest.raises(ConfigurationError, match=name):
        ReconnectPolicy(**settings)


@given(
    ends=st.lists(st.booleans(), max_size=50),
    retry=st.none() | st.floats(0, 1e9),
    jitter=st.floats(0, 1),
)
def test_waits_stay_within_bounds(ends: list[bool], retry: float | None, jitter: float) -> None:
    """No wait is negative or longer than one and a half times the longest."""
    stream = Reconnection(policy=POLICY)
    for brought_something in ends:
        if brought_something:
            stream.progressed("1")
        wait = stream.wait_after_end(retry=retry, jitter=jitter)
        assert wait is None or 0 <= wait <= 15
