"""What becomes of each attempt of a run: pure functions of the seed, the run and the settings."""

from __future__ import annotations

import attrs

from actionruns.emulator.lifecycle import between, draw
from actionruns.emulator.settings import EmulatorSettings

__all__ = ["Attempt", "attempt", "retry_delay"]

# 30 s double up to 600 s.
_LONGEST = 20


@attrs.frozen(kw_only=True)
class Attempt:
    """One attempt of a run.

    Attributes:
        claim: Emulated seconds from when it may begin until a worker takes it.
        duration: Emulated seconds that it takes.
        succeeds: Whether it ends well.
    """

    claim: float
    duration: float
    succeeds: bool


def attempt(
    settings: EmulatorSettings,
    number: int,
    retry: int,
    max_retries: int,
    failure_rate: float | None = None,
) -> Attempt:
    """Decide one attempt.

    A run that is drawn to fail fails at every attempt. Of the attempts of another run some fail as
    well, but never the last one.

    Args:
        settings: The ranges and shares to draw from.
        number: Number of the run in this emulator.
        retry: How many attempts there were before.
        max_retries: How many may follow the first.
        failure_rate: The action's own share of failures; None: that of the settings.
    """
    drawn = ("forgeportal", settings.seed, number)
    rate = settings.failure_rate if failure_rate is None else failure_rate
    doomed = draw(*drawn, "outcome") < rate
    stumbles = (
        retry < max_retries and draw(*drawn, retry, "retry") < settings.forgeportal_retry_rate
    )
    return Attempt(
        claim=between(settings.forgeportal_claim_delay, draw(*drawn, retry, "claim")),
        duration=between(settings.duration, draw(*drawn, retry, "duration")),
        succeeds=not doomed and not stumbles,
    )


def retry_delay(settings: EmulatorSettings, retry: int) -> float:
    """Return the emulated seconds until a failed attempt is repeated.

    Args:
        settings: The first delay.
        retry: How many attempts were repeated before.
    """
    return settings.forgeportal_retry_delay * float(min(2**retry, _LONGEST))
