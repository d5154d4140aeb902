"""ExitCode: what the process tells its caller."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Any, Final

from actionruns.errors import (
    ActionRunsError,
    ConfigurationError,
    InvalidRequest,
    RunGone,
    WaitTimeout,
)
from actionruns.states import RunState
from actionruns.watching import Outcome, RunUpdate

__all__ = [
    "EXIT_CODES_HELP",
    "ExitCode",
    "code_of_all",
    "code_of_error",
    "code_of_outcome",
    "code_of_update",
]


class ExitCode(enum.IntEnum):
    """The exit codes of all commands."""

    SUCCEEDED = 0
    FAILED = 1
    USAGE = 2
    CANCELED = 3
    TIMED_OUT = 4
    LOST = 5
    WAITED_ENOUGH = 6
    SERVICE = 7
    INTERNAL = 70
    INPUT_OUTPUT = 74
    INTERRUPTED = 130
    BROKEN_PIPE = 141


_MEANINGS: Mapping[ExitCode, str] = {
    ExitCode.SUCCEEDED: "the run succeeded, or what was asked is done",
    ExitCode.FAILED: "the run failed",
    ExitCode.USAGE: "wrong options, settings or credentials missing",
    ExitCode.CANCELED: "the run was declined or cancelled",
    ExitCode.TIMED_OUT: "the run timed out at its service",
    ExitCode.LOST: "the run is gone, or could not be followed",
    ExitCode.WAITED_ENOUGH: "--timeout passed first, the run goes on",
    ExitCode.SERVICE: "the service refused or could not be reached",
    ExitCode.INTERNAL: "an error of this program itself",
    ExitCode.INPUT_OUTPUT: "a file or the output could not be read or written",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C",
}

EXIT_CODES_HELP: Final = "Exit codes: " + "; ".join(
    f"{code.value} {meaning}" for code, meaning in _MEANINGS.items()
)

_OF_STATE: Mapping[RunState, ExitCode] = {
    RunState.SUCCEEDED: ExitCode.SUCCEEDED,
    RunState.FAILED: ExitCode.FAILED,
    RunState.CANCELED: ExitCode.CANCELED,
    RunState.TIMED_OUT: ExitCode.TIMED_OUT,
}


def code_of_update(update: RunUpdate[Any]) -> ExitCode:
    """Return what a run's last update says about its result."""
    return code_of_outcome(update.outcome, update.state)


def code_of_outcome(outcome: Outcome | None, state: RunState | None) -> ExitCode:
    """Return what is the result of a run that is followed no longer.

    Args:
        outcome: Why it is not.
        state: Its state when last seen.
    """
    if outcome is Outcome.TIMED_OUT:
        return ExitCode.WAITED_ENOUGH
    if outcome is not Outcome.ENDED or state is None:
        return ExitCode.LOST
    # A run that has ended with a status unknown to this version: nobody can say that it went well.
    return _OF_STATE.get(state, ExitCode.FAILED)


def code_of_all(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code for several runs: 0 when all succeeded, else the lowest of the others."""
    return min((code for code in codes if code), default=ExitCode.SUCCEEDED)


def code_of_error(error: ActionRunsError) -> ExitCode:
    """Return the code for an error that ends a command."""
    if isinstance(error, ConfigurationError | InvalidRequest):
        return ExitCode.USAGE
    if isinstance(error, RunGone):
        return ExitCode.LOST
    if isinstance(error, WaitTimeout):
        return ExitCode.WAITED_ENOUGH
    return ExitCode.SERVICE
