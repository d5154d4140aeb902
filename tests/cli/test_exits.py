"""The exit codes of errors and outcomes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from actionruns.cli.exits import ExitCode, code_of_all, code_of_error, code_of_update
from actionruns.errors import (
    ActionRunsError,
    ConfigurationError,
    ConnectionFailed,
    InvalidRequest,
    NotFound,
    RunGone,
    WaitTimeout,
)
from actionruns.states import Run, RunState
from actionruns.watching import Outcome, RunUpdate


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError(), 2),
        (InvalidRequest(), 2),
        (RunGone(), 5),
        (WaitTimeout(), 6),
        (NotFound(status=404), 7),
        (ConnectionFailed(), 7),
    ],
)
def test_an_error_has_the_code_of_who_can_mend_it(error: ActionRunsError, code: int) -> None:
    """Usage, a lost run, a wait that was cut and the service differ."""
    assert code_of_error(error) == code


@pytest.mark.parametrize(
    ("outcome", "state", "code"),
    [
        (Outcome.ENDED, RunState.SUCCEEDED, 0),
        (Outcome.ENDED, RunState.FAILED, 1),
        (Outcome.ENDED, RunState.CANCELED, 3),
        (Outcome.ENDED, RunState.TIMED_OUT, 4),
        (Outcome.ENDED, RunState.UNKNOWN, 1),
        (Outcome.GONE, RunState.RUNNING, 5),
        (Outcome.FAILED_TO_FOLLOW, RunState.UNKNOWN, 5),
        (Outcome.TIMED_OUT, RunState.RUNNING, 6),
    ],
)
def test_a_last_update_has_the_code_of_the_result(
    outcome: Outcome, state: RunState, code: int
) -> None:
    """What became of a run, or of following it, is the code."""
    update = RunUpdate[Run](
        ref="port:r_1",
        run=None,
        state=state,
        previous=None,
        seen_at=datetime.now(UTC),
        outcome=outcome,
    )
    assert code_of_update(update) == code


def test_several_codes_become_the_lowest_that_is_no_success() -> None:
    """A failure decides over what was declined, and anything over a success."""
    assert code_of_all([ExitCode.SUCCEEDED, ExitCode.LOST, ExitCode.FAILED]) == 1
    assert code_of_all([ExitCode.SUCCEEDED, ExitCode.SUCCEEDED]) == 0
    assert code_of_all([]) == 0
