"""Retries: pyport's settings as a `RetryPolicy`, and those that have nothing they could mean."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from math import inf
from typing import Final

from actionruns.compat.pyport.exceptions import PortConfigurationError
from actionruns.core.retry import RetryPolicy

__all__ = ["RetryStrategy", "policy_of", "repeatable_methods"]


class RetryStrategy(Enum):
    """How the wait grows from retry to retry; LINEAR and FIBONACCI are refused."""

    CONSTANT = "constant"
    LINEAR = "linear"
    EXPONENTIAL = "exponential"
    FIBONACCI = "fibonacci"


_STATUSES: Final = (429, 500, 502, 503, 504)
# Seconds. A policy's delays are above 0, and pyport's may be 0: this is as good as at once.
_AT_ONCE: Final = 0.001
_BY_HAND: Final = "give max_retries=0 and repeat in your own code, where is_transient() is true"


def policy_of(
    *,
    max_retries: object,
    retry_delay: object,
    max_delay: object,
    retry_strategy: str | Enum,
    retry_jitter: bool,
    retry_status_codes: Collection[int] | None,
    retry_on: object,
) -> RetryPolicy:
    """Return the policy that pyport's settings stand for.

    Raises:
        PortConfigurationError: One of them is out of its range, or would have no effect.
    """
    if isinstance(max_retries, bool) or not isinstance(max_retries, int) or max_retries < 0:
        raise PortConfigurationError(f"max_retries must be 0 or more, but is {max_retries!r}")
    first, most = _seconds("retry_delay", retry_delay), _seconds("max_delay", max_delay)
    if max_retries == 0:  # what the others say concerns no call
        return RetryPolicy(max_attempts=1)
    # A strategy of pyport's own is none of ours, but has the same values.
    strategy = retry_strategy.value if isinstance(retry_strategy, Enum) else retry_strategy
    if strategy == RetryStrategy.CONSTANT.value:
        most = first = min(first, most)
    elif strategy != RetryStrategy.EXPONENTIAL.value:
        problem = f"retry_strategy must be 'exponential' or 'constant', but is {strategy!r}"
        raise PortConfigurationError(f"{problem}; waits grow by doubling or not at all")
    if not retry_jitter:
        problem = "retry_jitter=False has no effect here: waits are always drawn at random"
        raise PortConfigurationError(f"{problem}, up to retry_delay at first; leave it out")
    if retry_status_codes and not _are_usual(retry_status_codes):
        problem = "retry_status_codes cannot be chosen: those of a passing failure are repeated"
        raise PortConfigurationError(
            f"{problem}, where that does no harm. Leave it out, or {_BY_HAND}"
        )
    if retry_on is not None:
        problem = "retry_on has no effect here: what is repeated follows from how a call failed"
        raise PortConfigurationError(f"{problem}. Leave it out, or {_BY_HAND}")
    return RetryPolicy(max_attempts=max_retries + 1, base_delay=first, max_delay=most)


def repeatable_methods(methods: Collection[str] | None) -> frozenset[str] | None:
    """Return the HTTP methods that may be repeated, None = as is known of each operation.

    Raises:
        PortConfigurationError: They are no collection of names.
    """
    given: object = methods or ()
    is_many = isinstance(given, Collection) and not isinstance(given, str)
    if not is_many or not all(isinstance(name, str) for name in methods or ()):
        problem = f"must be a set of HTTP methods, but is {methods!r}"
        raise PortConfigurationError(f"idempotent_methods {problem}")
    # An empty set is pyport's default, too.
    return frozenset(name.upper() for name in methods) if methods else None


def _are_usual(codes: object) -> bool:
    return (
        isinstance(codes, Collection)
        and all(code in _STATUSES for code in codes)
        and all(code in codes for code in _STATUSES)
    )


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < inf:
        raise PortConfigurationError(f"{name} must be seconds from 0 on, but is {value!r}")
    return max(float(value), _AT_ONCE)
