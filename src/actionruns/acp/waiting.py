"""How a run of the Agent Connect Protocol is waited for: the server holds its answers back."""

from __future__ import annotations

from actionruns.watching import WatchSettings

__all__ = ["settings_of_wait"]

# Seconds between two asks. The server holds each answer back, so the pause is only for those that
# don't, or fail.
_SHORTEST = 0.1
_LONGEST = 2.0


def settings_of_wait(timeout: float | None, interval: float | None) -> WatchSettings:
    """Return how a wait follows its run.

    Raises:
        ConfigurationError: A number is not above 0.
    """
    return WatchSettings(timeout=timeout, interval=interval, shortest=_SHORTEST, longest=_LONGEST)
