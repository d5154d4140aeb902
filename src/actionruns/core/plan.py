"""The plan of a watch: which way of looking at the followed runs costs least, and why.

A pure function of what is known: `make_plan` takes `Circumstances` and gives a `Plan`, which can
say in words what it does. It is made anew for each look.
"""

from __future__ import annotations

import enum
import math

import attrs

__all__ = ["Circumstances", "Look", "Plan", "make_plan"]

FEW_RUNS = 3
"""Up to so many runs are asked for one by one, while the length of the list is not known."""

_BUDGET_SHARE = 0.8
"""Share of the service's rate that a watch plans with; the rest is left to other calls."""

_MUCH_SLOWER = 2.0
"""A way of looking that takes this much longer than the fastest is not taken for its economy."""

_SOON = 1.0
"""Seconds; a look that takes less is not worth more requests to make it faster."""

_FRESH_ASKS = 4
"""Single questions for each request in flight, when the list tells nothing of some runs."""


class Look(enum.Enum):
    """How to look at all followed runs once."""

    SWEEP = "sweep the list of active runs"
    SINGLE = "ask for each run"
    HOLD = "let the server hold an answer for each run until it changes"
    STREAM = "listen to the stream of each run until it changes"


@attrs.frozen(kw_only=True)
class Circumstances:
    """What a plan is made of.

    Attributes:
        followed: Runs followed.
        pages: Pages that the last sweep read, or would have had to read; None before the first.
        ends: Runs that end from one look to the next, as lately seen.
        hidden: Runs that the last whole list did not show although they are active.
        interval: Seconds from one look to the next that are wanted.
        in_flight: Requests for single runs under way at once.
        page_seconds: How long a page takes to come.
        single_seconds: How long a single run takes to come; 0 = none was asked for yet.
        rate: Requests a second that the budget allows; None = not known.
        listable: Whether the service lists runs to these credentials at all.
        hold_seconds: How long the server can hold an answer; None = it can't.
        stream_seconds: How long a stream is listened to before the run is looked at; None = there
            are no streams.
    """

    followed: int
    pages: int | None = None
    ends: float = 0.0
    hidden: int = 0
    interval: float = 1.0
    in_flight: int = 64
    page_seconds: float = 0.0
    single_seconds: float = 0.0
    rate: float | None = None
    listable: bool = True
    hold_seconds: float | None = None
    stream_seconds: float | None = None


@attrs.frozen(kw_only=True)
class Plan:
    """How the next look is done.

    Attributes:
        look: The way.
        requests: What a look costs, in requests, as far as can be told.
        seconds: How long a look takes, as far as can be told.
        interval: Seconds from one look to the next at least: what the budget needs.
        singles: Single questions at most, when the list leaves runs out that it doesn't cover.
        others: What the other ways would cost, by way.
        because: Why this way, in words.
    """

    look: Look
    requests: float
    seconds: float
    interval: float
    singles: int
    others: dict[Look, float] = attrs.Factory(dict)
    because: str = ""

    def explain(self) -> str:
        """Return in words what is done, what it costs, and why."""
        words = f"{self.look.value}, about {_count(self.requests)} a look, {self.because}"
        others = [f"{_count(cost)} to {look.value}" for look, cost in self.others.items()]
        return f"{words} (it would be {', '.join(others)})" if others else words


@attrs.frozen
class _Cost:
    requests: float
    seconds: float


def make_plan(now: Circumstances) -> Plan:
    """Choose the way to look that takes the fewest requests and is not much slower than another.

    Args:
        now: What is known.
    """
    costs = _costs(now)
    rate = now.rate * _BUDGET_SHARE if now.rate else math.inf

    def pace(cost: _Cost) -> float:
        """Return the seconds from one look to the next that this way comes to."""
        return max(now.interval, _SOON, cost.seconds, cost.requests / rate)

    fastest = min(map(pace, costs.values()))
    in_time = {look: cost for look, cost in costs.items() if pace(cost) <= fastest * _MUCH_SLOWER}
    look = min(in_time, key=lambda way: in_time[way].requests)
    chosen = costs[look]
    least = chosen.requests / rate
    return Plan(
        look=look,
        requests=chosen.requests,
        seconds=chosen.seconds,
        interval=least,
        singles=_singles(now, rate, least),
        others={way: cost.requests for way, cost in costs.items() if way is not look},
        because=_reason(now, look, costs, set(in_time), least),
    )


def _costs(now: Circumstances) -> dict[Look, _Cost]:
    """Return what a look costs, for each way that is open."""
    batches = math.ceil(now.followed / now.in_flight)
    # What was never tried must not seem to take no time: a hundred thousand questions would be the
    # way to find out. One takes no longer than a page does.
    single_seconds = now.single_seconds or now.page_seconds
    costs = {Look.SINGLE: _Cost(now.followed, batches * single_seconds)}
    # How long the list is can't be known before it is read; a few runs are not worth finding out.
    if now.listable and (now.pages is not None or now.followed > FEW_RUNS):
        pages = 1 if now.pages is None else max(1, now.pages)
        asked = now.ends + now.hidden / 4  # one that is hidden rests for four looks
        singles = math.ceil(asked / now.in_flight) * single_seconds
        costs[Look.SWEEP] = _Cost(pages + asked, pages * now.page_seconds + singles)
    # Each held answer takes a connection: there are as many as may be in flight.
    held = (Look.HOLD, now.hold_seconds), (Look.STREAM, now.stream_seconds)
    for look, seconds in held:
        if seconds is not None and now.followed <= now.in_flight:
            # One request until it moves or the time is up, one look at the run after that.
            costs[look] = _Cost(2 * (now.ends + now.followed * now.interval / seconds), 0.0)
    return costs


def _singles(now: Circumstances, rate: float, interval: float) -> int:
    if rate == math.inf:
        return now.in_flight * _FRESH_ASKS
    return max(1, int(rate * max(interval, now.interval) / 2))


def _reason(
    now: Circumstances, look: Look, costs: dict[Look, _Cost], in_time: set[Look], least: float
) -> str:
    chosen = costs[look].requests
    slower = [way.value for way in costs if way not in in_time and costs[way].requests < chosen]
    if len(costs) == 1 and not now.listable:
        reason = "because the list was refused"
    elif len(costs) == 1:
        runs = "1 run is" if now.followed == 1 else f"{now.followed:,} runs are"
        reason = f"because {runs} not worth reading the list for"
    elif slower:
        reason = f"because to {' or to '.join(slower)} takes fewer, but too long"
    else:
        reason = "because that takes the fewest requests"
    if look is Look.SWEEP and now.pages is None:
        reason += "; how long the list is will be seen"
    if least > now.interval:
        reason += f"; the rate budget stretches the interval to {least:.1f} s"
    return reason


def _count(requests: float) -> str:
    number = f"{requests:,.0f}" if requests >= 10 else f"{requests:.2g}"
    return f"{number} request{'' if number == '1' else 's'}"
