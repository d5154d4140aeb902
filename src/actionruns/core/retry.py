"""When to send a request again, and after how long."""

from __future__ import annotations

import enum

import attrs

from actionruns.core.bounds import above_zero, count_above_zero

__all__ = ["Failure", "RetryBudget", "RetryPolicy", "wait_before_retry"]


class Failure(enum.Enum):
    """How an attempt failed."""

    NOT_SENT = "not sent"
    """No connection came about: the server has not seen the request."""
    BROKEN = "connection broken"
    """The connection ended before the answer; the server may have executed the request."""
    STALE = "stale connection"
    """As BROKEN, and it was the first time: most likely an idle connection that the server had
    closed just then."""
    ANSWERED = "answered"
    """The server answered with an error status."""


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How failed requests are repeated.

    Only what cannot do harm is repeated: idempotent operations after any passing failure, others
    only when the server certainly did not execute them (no connection, or 429).

    Attributes:
        max_attempts: Attempts in all; 1 = never repeat.
        base_delay: Upper bound of the first wait, in seconds; it doubles with each attempt, and
            the wait is drawn between 0 and the bound ("full jitter").
        max_delay: Largest upper bound, in seconds.
        max_retry_after: Longest ``Retry-After`` that is obeyed, in seconds; when the service asks
            for more, the error is raised at once.
        budget: Retries allowed per call in the long run (0.2 = one call in five), so that an
            outage is not multiplied. Ten retries are always in reserve.
    """

    max_attempts: int = attrs.field(default=4, validator=count_above_zero)
    base_delay: float = attrs.field(default=0.5, validator=above_zero)
    max_delay: float = attrs.field(default=20.0, validator=above_zero)
    max_retry_after: float = attrs.field(default=60.0, validator=above_zero)
    budget: float = attrs.field(default=0.2, validator=above_zero)


# 408 and 425: the server did not take the request up. 500 is in: on a read it passes as often.
_PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


def wait_before_retry(
    policy: RetryPolicy,
    *,
    failure: Failure,
    status: int = 0,
    attempt: int,
    idempotent: bool,
    retry_after: float | None = None,
    jitter: float,
) -> float | None:
    """Decide about another attempt.

    Args:
        policy: The client's policy.
        failure: How the attempt failed.
        status: The HTTP status, when it was answered.
        attempt: Number of the failed attempt, from 1.
        idempotent: Whether the operation may be executed twice.
        retry_after: Seconds that the service asked to wait.
        jitter: A random number from 0 to 1.

    Returns:
        Seconds to wait before the next attempt; None = give up.
    """
    if attempt >= policy.max_attempts:
        return None
    if failure is Failure.ANSWERED:
        if status not in _PASSING_STATUSES or not (idempotent or status == 429):
            return None
    elif failure is not Failure.NOT_SENT and not idempotent:
        return None
    if failure is Failure.STALE:
        return 0.0
    if retry_after is not None:
        # Never earlier than asked, and not all callers at the same moment.
        return None if retry_after > policy.max_retry_after else retry_after * (1 + 0.1 * jitter)
    bound = min(policy.max_delay, policy.base_delay * 2 ** min(attempt - 1, 32))
    return float(bound * jitter)


@attrs.define
class RetryBudget:
    """Counts retries against calls, so that an outage is not answered by a storm.

    Every call earns a fraction of a retry, every retry spends one.

    Attributes:
        per_call: What a call earns.
        reserve: The balance at the start, and the highest possible.
    """

    per_call: float
    reserve: float = 10.0
    _balance: float = attrs.field(init=False)

    @_balance.default
    def _start_with_the_reserve(self) -> float:
        return self.reserve

    def earn(self) -> None:
        """Note a call."""
        if self._balance < self.reserve:
            self._balance = min(self.reserve, self._balance + self.per_call)

    def spend(self) -> bool:
        """Take a retry out of the budget; False = it is used up, do not retry."""
        if self._balance < 1:
            return False
        self._balance -= 1
        return True
