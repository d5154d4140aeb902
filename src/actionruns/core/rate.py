"""RateBudget: how fast requests may leave, by our own limit and by what the service tells."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from datetime import UTC, datetime

import attrs

from actionruns.core.forks import Shared
from actionruns.core.http_time import server_time
from actionruns.core.operation import Pace
from actionruns.core.pacing import Pacer
from actionruns.core.remake import Recipe, remake
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
# A period of more than a day is a clock or a unit that we misread.
_LONGEST_PERIOD = 86_400.0


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
        period = float(headers.get("x-ratelimit-period", 0))
        if not (reset_in <= _LONGEST_PERIOD and period <= _LONGEST_PERIOD):  # or one is NaN
            return None
        allowed = None if limit is None else int(float(limit))
        if allowed is not None and allowed < 1:
            return None  # some services write -1 or 0 where there is no limit
        return RateWindow(
            limit=allowed,
            remaining=max(0, int(float(remaining))),
            reset_in=max(0.0, reset_in),
            period=period if period > 0 else None,
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
    """The pacing state of one service.

    `opens_at` to `resets_at` is the period that the next reservation falls into, and `remaining`
    what is left of it. It lies ahead of the present one when that is taken up by those who wait.

    `longest` and `most` are what periods seem to be and to allow, where the service doesn't say.

    `outstanding` has an item for each request that is reserved and not answered. To put one in and
    to take one out are atomic, so that the common case (no limit known) goes without the lock.
    """

    remaining: int = 0
    limit: int | None = None
    period: float | None = None
    opens_at: float = 0.0
    resets_at: float = 0.0
    held_until: float = 0.0
    next_at: float = 0.0
    outstanding: list[None] = attrs.Factory(list)
    told: int | None = None
    longest: float = 0.0
    most: int = 0
    refusals: int = 0

    def settle(self) -> None:
        """Note that a reserved request is answered, or will not be."""
        try:  # noqa: SIM105  # `suppress` would cost every call more than the rest of this
            self.outstanding.pop()
        except IndexError:  # reserved before a fork
            pass

    def tell(self, window: RateWindow, now: float) -> None:
        """Take in what an answer says."""
        self.told = window.remaining
        self.longest = max(self.longest, window.reset_in)
        self.most = max(self.most, window.remaining)
        self.limit = window.limit
        self.period = window.period
        # Requests under way, and those that wait, are not in the service's count yet. When they
        # are more than is left, they take of the following periods.
        self.remaining = window.remaining - len(self.outstanding)
        self.opens_at = 0.0
        self.resets_at = now + window.reset_in

    def rate(self, now: float) -> float | None:
        """Return the requests a second that the service allows, as far as it has told."""
        if self.limit and self.period:
            return self.limit / self.period
        if self.told is None or self.resets_at <= now or not self.longest:
            return None
        # Not what is left of this period: when that is little, a plan made of it would be silent
        # for hours, though the period is over in a moment.
        return (self.limit or self.most) / (self.period or self.longest)

    def wait(self, now: float, spare_share: float) -> float:
        """Return the wait that the service's limit asks for, and count the request."""
        start = max(now, self.held_until, self.opens_at)
        over = self.resets_at <= start
        if over or self.remaining <= 0:
            if not self.period or not self.limit:
                # What comes after this period is not known.
                self.resets_at = 0.0 if over else self.resets_at
                return start - now if over else self.resets_at - now
            start = self._open_period(start, self.period, self.limit)
        self.remaining -= 1
        if self.remaining >= (self.limit or 0) * spare_share:
            return start - now
        at = min(max(self.next_at, start), self.resets_at)
        self.next_at = at + (self.resets_at - at) / (self.remaining + 1)
        return at - now

    def _open_period(self, start: float, period: float, limit: int) -> float:
        """Go on to the first period with something left, and return its begin."""
        if self.resets_at <= start:
            # What a new period allows is known before its first answer.
            self.opens_at, self.resets_at, self.remaining = start, start + period, limit
        if self.remaining <= 0:
            taken = -self.remaining // limit  # whole periods after this one
            self.opens_at = self.resets_at + taken * period
            self.resets_at = self.opens_at + period
            self.remaining += (taken + 1) * limit
        self.next_at = 0.0
        return self.opens_at


class RateBudget(Shared):
    """Paces requests so that a rate limit is met before the service has to refuse.

    One budget may serve many clients, threads and event loops: give the same object to each.
    Without arguments it does nothing until a service's rate headers show that less than a fifth of
    a period's requests is left; then it spreads what is left over the rest of the period.

    Args:
        rate: Requests per second, over all clients that share the budget; None = no own limit.
        burst: Requests that may leave at once when none has left for a while. Default: one
            second's worth.

    Raises:
        ConfigurationError: An argument is not above 0.
    """

    SPARE_SHARE = 0.2
    """Share of a period's requests from which on requests are spread."""
    LONGEST_WAIT = 60.0
    """Seconds for which a service's rate headers hold a request back at most.

    Past that it is sent, and a refusal is left to the retry policy: callers rather get an error
    that says what happened than an hour of silence.
    """

    def __init__(self, *, rate: float | None = None, burst: int | None = None) -> None:
        if rate is not None and not _is_above_zero(rate, float):
            raise ConfigurationError(f"RateBudget: rate must be above 0, but is {rate!r}")
        if burst is not None and not _is_above_zero(burst, int):
            problem = f"must be a whole number above 0, but is {burst!r}"
            raise ConfigurationError(f"RateBudget: burst {problem}")
        super().__init__()
        self.rate = rate
        self.burst = burst if burst is not None else max(1, int(rate or 1))
        self._due = float("-inf")
        self._freed: list[float] = []
        self._scopes: dict[str, _Scope] = {}
        self._pacers: dict[str, Pacer] = {}

    def __reduce__(self) -> Recipe:
        # What it has learnt is of this process's requests.
        return remake, (RateBudget, {"rate": self.rate, "burst": self.burst})

    def __repr__(self) -> str:
        return f"RateBudget(rate={self.rate}, burst={self.burst})"

    def after_fork(self) -> None:
        """Begin anew in a forked child: what is under way is the parent's."""
        super().after_fork()
        for state in self._scopes.values():
            state.outstanding.clear()

    def reserve(self, scope: str, now: float) -> float:
        """Take a place in the line.

        Args:
            scope: The service asked, for example its base URL.
            now: A monotonic time in seconds.

        Returns:
            Seconds to wait before sending. Each reservation is to be followed by one `observe` or
            `release`.
        """
        state = self._scopes.get(scope) or self._scope(scope)
        state.outstanding.append(None)
        if not (self.rate or state.resets_at or state.held_until):
            return 0.0
        with self._lock:
            wait = self._own_wait(now) if self.rate else 0.0
            if state.resets_at or state.held_until:
                longest = max(self.LONGEST_WAIT, state.held_until - now)
                wait = max(wait, min(longest, state.wait(now, self.SPARE_SHARE)))
            return wait

    def _scope(self, name: str) -> _Scope:
        return self._scopes.setdefault(name, _Scope())

    def _own_wait(self, now: float) -> float:
        while self._freed:
            place = heapq.heappop(self._freed)
            if place >= now:
                return place - now
        # The generic cell rate algorithm: _due is when an evenly spaced line would be through.
        spacing = 1 / (self.rate or 1)
        self._due = max(self._due, now - (self.burst - 1) * spacing) + spacing
        return max(0.0, self._due - spacing - now)

    def observe(self, scope: str, window: RateWindow | None, now: float) -> None:
        """Note an answer, and its rate headers if it had any."""
        state = self._scopes.get(scope) or self._scope(scope)
        state.settle()
        if window is not None:
            with self._lock:
                state.tell(window, now)

    def release(self, scope: str, *, unused: float | None = None) -> None:
        """Note that a reserved request got no answer.

        Args:
            scope: The service asked.
            unused: When it was to be sent, a monotonic time, if it was not: somebody else may have
                its place.
        """
        state = self._scope(scope)
        state.settle()
        if unused is None:
            return
        with self._lock:
            # A place past the line's end was not the line's: a service held the request longer.
            if self.rate and unused < self._due:
                heapq.heappush(self._freed, unused)
            if state.opens_at <= unused < state.resets_at:
                state.remaining += 1

    def hold(self, scope: str, seconds: float, now: float) -> None:
        """Let nothing out to a service for a while: it answered 429 or 503 with a wait."""
        with self._lock:
            state = self._scope(scope)
            state.held_until = max(state.held_until, now + seconds)

    def note_refusal(self, scope: str) -> None:
        """Note that a service refused a request for its rate (429)."""
        with self._lock:
            self._scope(scope).refusals += 1

    def refusals(self, scope: str) -> int:
        """Return how many requests a service has refused for their rate so far."""
        state = self._scopes.get(scope)
        return 0 if state is None else state.refusals

    def allowance(self, scope: str, now: float) -> float | None:
        """Return the requests a second that may leave for a service in the long run.

        Args:
            scope: The service asked.
            now: A monotonic time in seconds.

        Returns:
            The smaller of our own rate and of what the service's headers told; None when neither is
            known.
        """
        state = self._scopes.get(scope)
        told = None if state is None else state.rate(now)
        known = [rate for rate in (self.rate, told) if rate is not None]
        return min(known, default=None)

    def pacer(self, scope: str, pace: Pace) -> Pacer:
        """Return what paces an operation that has a limit of its own.

        Args:
            scope: The operation and its service.
            pace: What the service allows.
        """
        with self._lock:
            return self._pacers.setdefault(scope, Pacer(pace))

    def remaining(self, scope: str) -> int | None:
        """Return the requests left in the service's period as last told, None when unknown."""
        state = self._scopes.get(scope)
        return None if state is None else state.told


def _is_above_zero(value: object, kind: type) -> bool:
    fits = isinstance(value, (int, float) if kind is float else int)
    return fits and not isinstance(value, bool) and value > 0  # type: ignore[operator]  # a number
