"""RateBudget, with a clock of our own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.core.rate import RateBudget, RateWindow
from actionruns.errors import ConfigurationError

API = "https://api.test"
OTHER = "https://other.test"


def window(
    remaining: int, *, reset_in: float = 60.0, limit: int | None = 100, period: float | None = 60.0
) -> RateWindow:
    return RateWindow(limit=limit, remaining=remaining, reset_in=reset_in, period=period)


def told(
    remaining: int, *, now: float = 0.0, budget: RateBudget | None = None, **more: Any
) -> RateBudget:
    """Return a budget that has just had an answer with rate headers."""
    made = budget or RateBudget()
    made.reserve(API, now)
    made.observe(API, window(remaining, **more), now)
    return made


def waits(budget: RateBudget, count: int, *, now: float = 0.0, scope: str = API) -> list[float]:
    return [round(budget.reserve(scope, now), 6) for _ in range(count)]


def test_without_arguments_nothing_waits() -> None:
    """A budget that knows of no limit holds nothing back."""
    assert waits(RateBudget(), 10_000) == [0.0] * 10_000


def test_plenty_left_means_no_wait() -> None:
    """While more than a fifth of a period is left, requests leave at once."""
    assert waits(told(100), 80) == [0.0] * 80


def test_what_is_left_is_spread() -> None:
    """Below a fifth, requests are spread evenly over the rest of the period."""
    assert waits(told(10), 10) == [0, 6, 12, 18, 24, 30, 36, 42, 48, 54]


def test_pacing_starts_where_the_spare_share_begins() -> None:
    """The first requests leave at once, those of the last fifth are spread."""
    found = waits(told(22), 22)
    assert (found[:2], found[2:5]) == ([0.0, 0.0], [0.0, 3.0, 6.0])


def test_an_idle_caller_does_not_wait() -> None:
    """Who asks seldom enough never waits, however little is left."""
    budget = told(5)
    assert [budget.reserve(API, now) for now in (0.0, 20.0, 40.0)] == [0.0, 0.0, 0.0]


def test_a_period_used_up_is_waited_for() -> None:
    """With nothing left, requests wait for the next period."""
    assert waits(told(0, reset_in=30), 3) == [30.0, 30.0, 30.0]


def test_those_who_wait_count_against_the_next_period() -> None:
    """Requests beyond the next period's limit wait for the one after it."""
    found = waits(told(0, reset_in=5, limit=4, period=10), 10)
    assert [sum(start <= w < start + 10 for w in found) for start in (5, 15, 25)] == [4, 4, 2]


def test_a_new_period_is_known_before_its_first_answer() -> None:
    """When a period has passed, what the next one allows is taken from its limit and length."""
    found = waits(told(0, reset_in=5, limit=4, period=10), 4, now=7.0)
    assert all(0 <= wait < 10 for wait in found)
    assert found[0] == 0


@pytest.mark.parametrize("missing", [{"limit": None}, {"period": None}, {"limit": 0}])
def test_an_unknown_next_period_is_not_paced(missing: dict[str, Any]) -> None:
    """Where the next period is unknown, requests go again when it begins."""
    budget = told(0, reset_in=5, **missing)
    assert (waits(budget, 2), waits(budget, 2, now=5.0)) == ([5.0, 5.0], [0.0, 0.0])


def test_without_a_limit_what_is_left_leaves_at_once() -> None:
    """Where the limit is unknown, a fifth of it is, too: nothing is spread before the end."""
    assert waits(told(3, limit=None, reset_in=30), 5) == [0.0, 0.0, 0.0, 30.0, 30.0]


@pytest.mark.timeout(10)
def test_far_more_under_way_than_allowed_is_counted_at_once() -> None:
    """However many periods those under way take, the next place is found without counting them."""
    budget = told(-(10**15) - 5, limit=10)
    assert budget.reserve(API, 0.0) == RateBudget.LONGEST_WAIT


def test_requests_under_way_are_counted() -> None:
    """Requests that were sent and not answered yet are taken off what an answer says is left."""
    budget = RateBudget()
    waits(budget, 5)
    budget.observe(API, window(4, reset_in=30), 0.0)
    assert waits(budget, 1) == [30.0]


def test_released_requests_are_not_counted() -> None:
    """Requests that got no answer are no longer under way."""
    budget = RateBudget()
    waits(budget, 5)
    for _ in range(4):
        budget.release(API)
    budget.observe(API, window(4, reset_in=30), 0.0)
    assert waits(budget, 1) == [0.0]


def test_an_answer_without_headers_changes_nothing() -> None:
    """An answer that tells nothing leaves what was told before."""
    budget = told(0, reset_in=30)
    budget.reserve(API, 0.0)
    budget.observe(API, None, 0.0)
    assert waits(budget, 1) == [30.0]


def test_observing_more_than_was_reserved_does_no_harm() -> None:
    """The count of requests under way never goes below none."""
    budget = RateBudget()
    budget.observe(API, None, 0.0)
    budget.release(API)
    budget.observe(API, window(1, reset_in=30), 0.0)
    assert waits(budget, 2) == [0.0, 30.0]


def test_a_later_answer_goes_over_an_earlier_one() -> None:
    """When the service says that there is plenty again, nothing waits."""
    assert waits(told(90, budget=told(0)), 5) == [0.0] * 5


def test_services_have_limits_of_their_own() -> None:
    """What one service says holds back no request to another."""
    budget = told(0, reset_in=30)
    assert (waits(budget, 1), waits(budget, 1, scope=OTHER)) == ([30.0], [0.0])


def test_no_header_holds_a_request_for_longer_than_a_minute() -> None:
    """A limit that resets in hours delays a request by a minute at most; then it is sent."""
    assert waits(told(0, reset_in=7200.0, period=7200.0), 3) == [RateBudget.LONGEST_WAIT] * 3


def test_a_hold_keeps_everything_back() -> None:
    """After a refusal with a wait, no request to that service leaves before its end."""
    budget = RateBudget()
    budget.hold(API, 12.0, 0.0)
    assert (waits(budget, 2, now=2.0), waits(budget, 1, now=12.0)) == ([10.0, 10.0], [0.0])


def test_a_hold_is_the_services_own() -> None:
    """A refusal by one service holds back no other."""
    budget = RateBudget()
    budget.hold(API, 12.0, 0.0)
    assert waits(budget, 1, scope=OTHER) == [0.0]


def test_a_shorter_hold_does_not_end_a_longer_one() -> None:
    """The longest hold counts."""
    budget = RateBudget()
    budget.hold(API, 12.0, 0.0)
    budget.hold(API, 3.0, 0.0)
    assert waits(budget, 1) == [12.0]


def test_a_long_hold_is_kept() -> None:
    """A hold that the retry policy allows is kept, even when it is longer than a minute."""
    budget = RateBudget()
    budget.hold(API, 300.0, 0.0)
    assert waits(budget, 1) == [300.0]


def test_a_hold_goes_together_with_a_limit() -> None:
    """After a hold, what is left of the period is still spread."""
    budget = told(2, reset_in=30)
    budget.hold(API, 10.0, 0.0)
    assert waits(budget, 2) == [10.0, 20.0]


def test_an_own_rate_spaces_requests() -> None:
    """A rate of the caller's lets a burst out, then one after the other."""
    assert waits(RateBudget(rate=2, burst=3), 6) == [0.0, 0.0, 0.0, 0.5, 1.0, 1.5]


def test_a_burst_is_one_seconds_worth_by_default() -> None:
    """Without a burst given, a second's requests may leave at once."""
    assert waits(RateBudget(rate=3), 5) == pytest.approx([0, 0, 0, 1 / 3, 2 / 3], abs=1e-5)


def test_a_slow_rate_has_a_burst_of_one() -> None:
    """A rate below one a second lets one request out at a time."""
    assert waits(RateBudget(rate=0.1), 3) == [0.0, 10.0, 20.0]


def test_a_burst_comes_back_with_time() -> None:
    """After a quiet time the burst is there again, and no more than that."""
    budget = RateBudget(rate=2, burst=3)
    waits(budget, 6)
    assert waits(budget, 5, now=100.0) == [0.0, 0.0, 0.0, 0.5, 1.0]


def test_an_own_rate_is_shared() -> None:
    """The caller's rate counts requests to all services together."""
    budget = RateBudget(rate=1, burst=1)
    assert (waits(budget, 1), waits(budget, 1, scope=OTHER)) == ([0.0], [1.0])


def test_the_longer_wait_counts() -> None:
    """Own rate and service limit both hold: the longer wait is kept."""
    budget = told(0, reset_in=30, budget=RateBudget(rate=1, burst=1))
    assert waits(budget, 1) == [30.0]


def test_a_place_given_back_goes_to_the_next() -> None:
    """Who gives up before sending leaves the place in the line to the next who asks."""
    budget = RateBudget(rate=1, burst=1)
    found = waits(budget, 4)
    for place in found[1:3]:
        budget.release(API, unused=place)
    assert waits(budget, 3) == [1.0, 2.0, 4.0]


def test_a_place_of_a_held_service_is_not_given_to_another() -> None:
    """What a hold of one service delayed takes nothing of another's time when it is given back."""
    budget = RateBudget(rate=100, burst=1)
    budget.hold(API, 30, 0)
    for wait in waits(budget, 10):
        budget.release(API, unused=wait)
    assert waits(budget, 1, now=1.0, scope=OTHER) == [0.0]


def test_a_place_that_has_passed_is_gone() -> None:
    """A place given back too late is not used."""
    budget = RateBudget(rate=1, burst=1)
    budget.release(API, unused=waits(budget, 3)[1])
    assert waits(budget, 1, now=1.5) == [1.5]


def test_a_request_given_back_is_left_to_the_period() -> None:
    """A request that was counted and not sent is left for another."""
    budget = told(1, reset_in=30, limit=None)
    budget.release(API, unused=budget.reserve(API, 0.0))
    assert waits(budget, 2) == [0.0, 30.0]


def test_a_request_of_an_earlier_period_is_not_given_back_to_a_later() -> None:
    """What was counted in a period that is taken up meanwhile doesn't add to the next one's."""
    budget = told(1, reset_in=5, limit=1, period=10)
    first = waits(budget, 2)[0]
    budget.release(API, unused=first)
    assert waits(budget, 1) == [15.0]


def test_what_is_left_is_told() -> None:
    """What the service last said is left can be shown."""
    assert (told(42).remaining(API), RateBudget().remaining(API)) == (42, None)


def test_what_an_unasked_service_has_left_is_unknown() -> None:
    """A service that was asked and said nothing has no known rest."""
    budget = RateBudget()
    budget.reserve(API, 0.0)
    assert budget.remaining(API) is None


def test_the_repr_shows_the_settings() -> None:
    """The repr tells rate and burst."""
    assert repr(RateBudget(rate=2.5)) == "RateBudget(rate=2.5, burst=2)"


@pytest.mark.parametrize("rate", [0, -1, float("nan"), "5", True])
def test_the_rate_is_checked(rate: Any) -> None:
    """A rate that is no number above 0 is refused."""
    with pytest.raises(ConfigurationError, match="RateBudget: rate must be above 0"):
        RateBudget(rate=rate)


@pytest.mark.parametrize("burst", [0, -1, 1.5, "5", True])
def test_the_burst_is_checked(burst: Any) -> None:
    """A burst that is no whole number above 0 is refused."""
    with pytest.raises(ConfigurationError, match="burst must be a whole number above 0"):
        RateBudget(rate=1, burst=burst)


@given(
    limit=st.integers(1, 20),
    period=st.integers(1, 30),
    first=st.integers(0, 20),
    steps=st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=60),
)
def test_a_limit_is_never_exceeded(
    limit: int, period: int, first: int, steps: list[tuple[int, bool]]
) -> None:
    """When each reservation is obeyed, no period of the service sees more than its limit.

    The service answers at once and counts in periods of fixed begin; callers come in any pattern,
    some of them while earlier ones still wait.
    """
    budget, now = RateBudget(), 0.0
    budget.LONGEST_WAIT = float("inf")
    counts: dict[int, int] = {0: max(0, limit - first)}
    pending: list[float] = []

    def answer(at: float) -> None:
        index = int((at + 1e-9) // period)
        counts[index] = counts.get(index, 0) + 1
        left = RateWindow(
            limit=limit,
            remaining=max(0, limit - counts[index]),
            reset_in=(index + 1) * period - at,
            period=float(period),
        )
        budget.observe(API, left, at)

    budget.reserve(API, now)
    answer(now)
    counts_at_first_answer = counts[0]
    for pause, burst in steps:
        now += pause / 4
        for at in sorted(at for at in pending if at <= now):
            pending.remove(at)
            answer(at)
        pending += [now + budget.reserve(API, now) for _ in range(3 if burst else 1)]
    for at in sorted(pending):
        answer(at)
    assert all(
        count <= max(limit, counts_at_first_answer if index == 0 else 0)
        for index, count in counts.items()
    )


@given(
    rate=st.floats(0.1, 50),
    burst=st.integers(1, 10),
    pauses=st.lists(st.floats(0, 2), min_size=1, max_size=60),
)
def test_an_own_rate_is_never_exceeded(rate: float, burst: int, pauses: list[float]) -> None:
    """In any span of time no more leave than the burst and what the rate adds in that time."""
    budget, now, sent = RateBudget(rate=rate, burst=burst), 0.0, []
    for pause in pauses:
        now += pause
        sent.append(now + budget.reserve(API, now))
    sent.sort()
    for begin, start in enumerate(sent):
        for end in range(begin, len(sent)):
            assert end - begin + 1 <= burst + (sent[end] - start) * rate + 1e-6


@pytest.mark.parametrize("limit", [100, None])
def test_the_allowance_is_of_whole_periods(limit: int | None) -> None:
    """Little left of a period is no low rate: a plan made of one would be silent for hours."""
    budget = told(100, limit=limit, period=None)
    assert budget.allowance(API, 0.0) == pytest.approx(100 / 60)
    told(1, now=20.0, budget=budget, limit=limit, period=None, reset_in=40.0)
    assert budget.allowance(API, 20.0) == pytest.approx(100 / 60)
    assert budget.allowance(API, 60.0) is None
    assert told(1, limit=None, reset_in=0.0).allowance(API, 0.0) is None
