"""How a run's state looks: a sign, a colour, and the service's own word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.text import Text

from actionruns.cli.consoles import clean
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
    return _signed(state, LABELS[state], encoding)


def status_text(run: Run, encoding: str) -> Text:
    """Return a run's status in the service's own word."""
    return _signed(run.state, clean(run.status), encoding)


def _signed(state: RunState, word: str, encoding: str) -> Text:
    style = STYLES[state]
    # Two styles, so two pieces in a picture: a font without the sign is replaced for it alone.
    return Text.assemble((sign(state, encoding), f"bold {style}"), (f" {word}", style))
