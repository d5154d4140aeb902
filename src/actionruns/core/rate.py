"""RateBudget: how fast requests may leave, by our own limit and by what the service tells."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime

import attrs

from actionruns.core.http_time import server_time
from actionruns.errors import ConfigurationError

__all__ = ["RATE_HEADER", "RateBudget", "RateWindow", "read_rate_headers"]

RATE_HEADER = "x-ratelimit-remaining"
"""The header without which an answer tells nothing of a rate limit."""


@attrs.frozen(kw_only=True)
class RateWindow:
    """What a service's headers say about its rate limit.

    Attributes:
        limit: Requests allowed in a period, or None.
        remaining: Requests left in this period.
        reset_in: Seconds until the period ends.
        period: Length of a period in seconds, or None.
    """

    limit: int | None
    remaining: int
    reset_in: float
    period: float | None


# A "reset" above this is a point in time, not a number of seconds (Port's documentation has had
# both, as facts D3 tells).
_LARGEST_SECONDS = 10_000


def read_rate_headers(headers: Mapping[str, str], now: datetime) -> RateWindow | None:
    """Read ``x-ratelimit-limit``, ``-remaining``, ``-reset`` and ``-period``.

    Args:
        headers: The headers of an answer; look-ups ignore case.
        now: The time of day. A ``date`` header takes its place, so that a clock that is off does
            no harm.

    Returns:
        The window, or None when the headers are absent or make no sense.
    """
    remaining = headers.get(RATE_HEADER)
    if remaining is None:
        return None
    reset = headers.get("x-ratelimit-reset")
    if reset is None:
        return None
    try:
        reset_in = _seconds_until(reset, server_time(headers, now))
        limit = headers.get("x-ratelimit-limit")
        period = headers.get("x-ratelimit-period")
        return RateWindow(
            limit=None if limit is None else int(float(limit)),
            remaining=int(float(remaining)),
            reset_in=max(0.0, reset_in),
            period=None if period is None else float(period),
        )
    except (ValueError, OverflowError):
        return None


def _seconds_until(reset: str, now: datetime) -> float:
    try:
        number = float(reset)
    except ValueError:
        moment = datetime.fromisoformat(reset)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return (moment - now).total_seconds()
    if number <= _LARGEST_SECONDS:
        return number
    seconds = number / 1000 if number > 1e11 else number
    return seconds - now.timestamp()


@attrs.define
class _Scope:
    """The pacing state of one service."""

    remaining: int = 0
    limit: int | None = None
    period: float | None = None
    resets_at: float = 0.0
    held_until: float = 0.0
    next_at: float = 0.0
    outstanding: int = 0


class RateBudget:
    """Paces requests so that a rate limit is met before the service has to refuse.

    One budget may serve many clients, threads and event loops: give the same object to each.
    Without arguments it does nothing until a service's rate headers show that less than a fifth of
    a period's requests is left; then it spreads what is left over the rest of the period.

    Args:
        rate: Requests per second, over all clients that share the budget; None = no own limit.
        burst: Requests that may leave at once when none has left for a while. Default: one
            second's worth.
    """

    SPARE_SHARE = 0.2
    """Share of a period's requests from which on requests are spread."""

    def __init__(self, *, rate: float | None = None, burst: int | None = None) -> None:
        if rate is not None and not rate > 0:
            raise ConfigurationError(f"RateBudget: rate must be above 0, but is {rate!r}")
        if burst is not None and not burst >= 1:
            raise ConfigurationError(f"RateBudget: burst must be at least 1, but is {burst!r}")
        self.rate = rate
        self.burst = burst if burst is not None else max(1, int(rate or 1))
        self._due = 0.0
        self._scopes: dict[str, _Scope] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"RateBudget(rate={self.rate}, burst={self.burst})"

    def reserve(self, scope: str, now: float) -> float:
        """Take a place in the line.

        Args:
            scope: The service asked, for example its base URL.
            now: A monotonic time in seconds.

        Returns:
            Seconds to wait before sending. Each reservation is to be followed by one `observe` or
            `release`.
        """
        with self._lock:
            state = self._scopes.get(scope)
            if state is None:
                state = self._scopes[scope] = _Scope()
            state.outstanding += 1
            wait = self._own_wait(now) if self.rate else 0.0
            if state.resets_at or state.held_until:
                wait = max(wait, _service_wait(state, now, self.SPARE_SHARE))
            return wait

    def _own_wait(self, now: float) -> float:
        # The generic cell rate algorithm: _due is when an evenly spaced line would be through.
        spacing = 1 / (self.rate or 1)
        self._due = max(self._due, now - (self.burst - 1) * spacing) + spacing
        return max(0.0, self._due - spacing - now)

    def observe(self, scope: str, window: RateWindow | None, now: float) -> None:
        """Note an answer, and its rate headers if it had any."""
        with self._lock:
            state = self._scopes.setdefault(scope, _Scope())
            state.outstanding = max(0, state.outstanding - 1)
            if window is not None:
                state.limit = window.limit
                state.period = window.period
                # Requests under way are not in the service's count yet.
                state.remaining = window.remaining - state.outstanding
                state.resets_at = now + window.reset_in

    def release(self, scope: str) -> None:
        """Note that a reserved request got no answer."""
        with self._lock:
            state = self._scopes.setdefault(scope, _Scope())
            state.outstanding = max(0, state.outstanding - 1)

    def hold(self, scope: str, seconds: float, now: float) -> None:
        """Let nothing out to a service for a while: it answered 429 or 503 with a wait."""
        with self._lock:
            state = self._scopes.setdefault(scope, _Scope())
            state.held_until = max(state.held_until, now + seconds)

    def remaining(self, scope: str) -> int | None:
        """Return the requests left in the service's period as last told, None when unknown."""
        state = self._scopes.get(scope)
        return state.remaining if state is not None and state.resets_at else None


def _service_wait(state: _Scope, now: float, spare_share: float) -> float:
    """Return the wait that a service's limits ask for, and count the request."""
    start = max(now, state.held_until)
    if state.resets_at <= start:
        if not state.period or state.limit is None:
            state.resets_at = 0.0
            return start - now
        # A new period has begun; what it allows is known before its first answer.
        state.resets_at = start + state.period
        state.remaining = state.limit
    state.remaining -= 1
    spare = 0 if state.limit is None else state.limit * spare_share
    if state.remaining >= spare:
        return start - now
    left = state.remaining + 1
    if left <= 0:
        # Used up: to the next period, in the order of arrival.
        return state.resets_at - now
    spacing = (state.resets_at - start) / left
    state.next_at = max(state.next_at, start) + spacing
    return min(state.next_at, state.resets_at) - now
