"""RunState: the one life cycle."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from actionruns.core.model import UNSET
from actionruns.states import RunState, has_ended, state_of

WORDS = {"DONE": RunState.SUCCEEDED, "BUSY": RunState.RUNNING}
ENDED = {RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELED, RunState.TIMED_OUT}


def test_the_states_are_those_of_the_design() -> None:
    """There are eight states, no more."""
    assert [state.name for state in RunState] == [
        *("QUEUED", "WAITING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", "TIMED_OUT"),
        "UNKNOWN",
    ]


@pytest.mark.parametrize("state", RunState)
def test_four_states_are_terminal(state: RunState) -> None:
    """A state is terminal exactly when a run in it won't change again."""
    assert state.is_terminal is (state in ENDED)


@pytest.mark.parametrize("state", RunState)
def test_a_state_is_its_word(state: RunState) -> None:
    """A state is a text, so it is written to JSON and logs as its word."""
    assert f"{state}" == state.name.lower()


@pytest.mark.parametrize("state", RunState)
def test_a_state_pickles(state: RunState) -> None:
    """A state stays the same object through pickle."""
    assert pickle.loads(pickle.dumps(state)) is state  # noqa: S301  # its own pickle


@pytest.mark.parametrize("status", WORDS)
def test_a_known_word_has_its_state(status: str) -> None:
    """A service's word stands for the state that its table gives."""
    assert state_of(status, WORDS) is WORDS[status]


@pytest.mark.parametrize("status", ["", "done", "BRAND_NEW"])
def test_an_unknown_word_is_unknown(status: str) -> None:
    """A word that the table doesn't have, in exactly this spelling, is UNKNOWN."""
    assert state_of(status, WORDS) is RunState.UNKNOWN


@pytest.mark.parametrize("ended", [None, UNSET, "", datetime(2024, 5, 1, tzinfo=UTC)])
@pytest.mark.parametrize("state", sorted(set(RunState) - {RunState.UNKNOWN}))
def test_a_known_state_decides_alone(state: RunState, ended: object) -> None:
    """A state that is known says by itself whether the run is over, whatever its time of end."""
    assert has_ended(state, ended) is state.is_terminal


@pytest.mark.parametrize("ended", [None, UNSET, "", 0])
def test_an_unknown_state_goes_on(ended: object) -> None:
    """A run of unknown state without a time of end goes on."""
    assert has_ended(RunState.UNKNOWN, ended) is False


@pytest.mark.parametrize("ended", [datetime(2024, 5, 1, tzinfo=UTC), "2024-05-01", 1714521600])
def test_an_unknown_state_with_an_end_has_ended(ended: object) -> None:
    """A run of unknown state that has a time of end is over."""
    assert has_ended(RunState.UNKNOWN, ended) is True
