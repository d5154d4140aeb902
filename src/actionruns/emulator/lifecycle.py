"""What becomes of a run: pure functions of the seed, the run's number and the settings."""

from __future__ import annotations

import hashlib
from typing import Literal

import attrs

from actionruns.emulator.settings import EmulatorSettings

__all__ = ["Decision", "Outcome", "Plan", "draw", "identifier", "plan"]

Outcome = Literal["SUCCESS", "FAILURE"]
Decision = Literal["APPROVE", "DECLINE"]

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _digest(*parts: object) -> bytes:
    # A hash rather than random.Random: seeding a Mersenne twister for each run would cost more
    # than everything else that is done for it.
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).digest()


def draw(*parts: object) -> float:
    """Draw a number in [0, 1) that depends on nothing but the parts."""
    return int.from_bytes(_digest(*parts)[:7], "big") / (1 << 56)


def identifier(prefix: str, *parts: object) -> str:
    """Make an id, 16 letters and digits after the prefix, that depends on nothing but the parts."""
    number = int.from_bytes(_digest("id", prefix, *parts), "big")
    letters = []
    for _ in range(16):
        number, rest = divmod(number, 62)
        letters.append(_ALPHABET[rest])
    return prefix + "".join(letters)


@attrs.frozen(kw_only=True)
class Plan:
    """What the emulator does with one run, unless somebody else moves it first.

    Attributes:
        duration: Emulated seconds from the start of the work to its end.
        outcome: How the work ends.
        approval_delay: Emulated seconds until the approvers who are silent are decided for.
        decision: What is decided for them.
    """

    duration: float
    outcome: Outcome
    approval_delay: float
    decision: Decision


def plan(settings: EmulatorSettings, number: int, *, failure_rate: float | None = None) -> Plan:
    """Decide the life of a run.

    Args:
        settings: The ranges and shares to draw from.
        number: Number of the run in this emulator; the same number gives the same plan.
        failure_rate: The action's own share of failures; None: that of the settings.
    """

    def between(name: str, limits: tuple[float, float]) -> float:
        low, high = limits
        return low + (high - low) * draw(settings.seed, number, name)

    rate = settings.failure_rate if failure_rate is None else failure_rate
    failed = draw(settings.seed, number, "outcome") < rate
    approved = draw(settings.seed, number, "decision") < settings.approval_rate
    return Plan(
        duration=between("duration", settings.duration),
        outcome="FAILURE" if failed else "SUCCESS",
        approval_delay=between("approval", settings.approval_delay),
        decision="APPROVE" if approved else "DECLINE",
    )
