"""What becomes of a run: pure functions of the seed, the run's number and the settings."""

from __future__ import annotations

import hashlib
import uuid
from typing import Literal

import attrs

from actionruns.emulator.settings import EmulatorSettings

__all__ = ["Decision", "Outcome", "Plan", "between", "draw", "identifier", "plan", "unique_id"]

Outcome = Literal["SUCCESS", "FAILURE"]
Decision = Literal["APPROVE", "DECLINE"]

_ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))


def _digest(*parts: object) -> bytes:
    # A hash rather than random.Random: seeding a Mersenne twister for each run would cost more
    # than everything else that is done for it.
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).digest()


def draw(*parts: object) -> float:
    """Draw a number in [0, 1) that depends on nothing but the parts."""
    return int.from_bytes(_digest(*parts)[:7], "big") / (1 << 56)


def identifier(prefix: str, *parts: object) -> str:
    """Make an id, 16 letters and digits after the prefix, that depends on nothing but the parts."""
    return prefix + _digest("id", prefix, *parts).translate(_LETTERS).decode()


def unique_id(*parts: object) -> str:
    """Make a UUID that depends on nothing but the parts."""
    return str(uuid.UUID(bytes=_digest("uuid", *parts), version=4))


def between(limits: tuple[float, float], share: float) -> float:
    """Return what lies at a share of the way from the least to the most."""
    low, high = limits
    return low + (high - low) * share


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
    # One hash gives all four draws.
    drawn = _digest(settings.seed, number, "plan")
    shares = [int.from_bytes(drawn[at : at + 4], "big") / (1 << 32) for at in (0, 4, 8, 12)]
    rate = settings.failure_rate if failure_rate is None else failure_rate
    return Plan(
        duration=between(settings.duration, shares[0]),
        outcome="FAILURE" if shares[1] < rate else "SUCCESS",
        approval_delay=between(settings.approval_delay, shares[2]),
        decision="APPROVE" if shares[3] < settings.approval_rate else "DECLINE",
    )
