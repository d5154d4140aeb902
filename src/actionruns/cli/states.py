"""How a run's state looks: a sign, a colour, and the service's own word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.text import Text

from actionruns.states import Run, RunState

__all__ = ["LABELS", "STYLES", "sign", "state_text", "status_text"]

STYLES: Final[Mapping[RunState, str]] = {
    RunState.QUEUED: "blue",
    RunState.WAITING: "yellow",
    RunState.RUNNING: "cyan",
    RunState.SUCCEEDED: "green",
    RunState.FAILED: "red",
    RunState.CANCELED: "magenta",
    RunState.TIMED_OUT: "red",
    RunState.UNKNOWN: "bright_black",
}

LABELS: Final[Mapping[RunState, str]] = {state: state.replace("_", " ") for state in RunState}

# Signs of one column in every font, with a plain one for terminals without Unicode.
_SIGNS: Final[Mapping[RunState, tuple[str, str]]] = {
    RunState.QUEUED: ("○", "."),
    RunState.WAITING: ("◌", "?"),
    RunState.RUNNING: ("●", "*"),
    RunState.SUCCEEDED: ("✓", "+"),
    RunState.FAILED: ("✗", "x"),
    RunState.CANCELED: ("⊘", "-"),
    RunState.TIMED_OUT: ("✗", "x"),
    RunState.UNKNOWN: ("·", "."),
}


def sign(state: RunState, encoding: str) -> str:
    """Return the sign of a state in what an encoding can write."""
    fine, plain = _SIGNS[state]
    return fine if encoding.lower().startswith("utf") else plain


def state_text(state: RunState, encoding: str) -> Text:
    """Return a state in the SDK's word."""
    return Text(f"{sign(state, encoding)} {LABELS[state]}", STYLES[state])


def status_text(run: Run, encoding: str) -> Text:
    """Return a run's status in the service's own word."""
    return Text(f"{sign(run.state, encoding)} {run.status}", STYLES[run.state])
