"""Pacer: so many calls in so many seconds, decided without a clock."""

from __future__ import annotations

import random

import pytest

from actionruns.core.operation import Pace
from actionruns.core.pacing import MARGIN, Pacer
from actionruns.core.rate import RateBudget

TEN_A_MINUTE = Pace(requests=10, period=60.0)


def test_calls_leave_at_once_up_to_the_limit() -> None:
    """The first ten need no wait, the eleventh waits for the first one's period to end."""
    pacer = Pacer(TEN_A_MINUTE)
    assert [pacer.reserve(100.0) for _ in range(10)] == [0.0] * 10
    assert pacer.reserve(100.0) == 60.0 + MARGIN


def test_no_period_has_more_calls_than_allowed() -> None:
    """Whenever calls come, any sixty seconds have at most ten, wherever they begin."""
    chance = random.Random(3)
    pacer = Pacer(TEN_A_MINUTE)
    now = 0.0
    sent = []
    for _ in range(300):
        now += chance.choice([0.0, 0.0, 0.5, 3.0, 40.0])
        sent.append(now + pacer.reserve(now))
    for begin in sent:
        assert sum(begin <= at < begin + 60.0 for at in sent) <= 10


def test_a_thousand_calls_take_a_hundred_minutes() -> None:
    """Nothing is given away, either: ten leave in each period."""
    pacer = Pacer(TEN_A_MINUTE)
    waits = [pacer.reserve(0.0) for _ in range(1000)]
    assert waits[-1] == 99 * (60.0 + MARGIN)


def test_a_place_given_back_is_taken_by_the_next() -> None:
    """A call that was cancelled while it waited leaves its place to another one."""
    pacer = Pacer(Pace(requests=1, period=60.0))
    pacer.reserve(0.0)
    wait = pacer.reserve(5.0)
    pacer.release(5.0 + wait)
    assert pacer.reserve(7.0) == pytest.approx(5.0 + wait - 7.0)


def test_giving_back_twice_takes_no_other_place() -> None:
    """A place that is not there any more is nobody else's."""
    pacer = Pacer(Pace(requests=1, period=60.0))
    pacer.reserve(0.0)
    pacer.release(30.0)
    assert pacer.wait(0.0) > 0


def test_a_refusal_holds_everything_back() -> None:
    """After a 429 nothing leaves before the service's time."""
    pacer = Pacer(TEN_A_MINUTE)
    pacer.hold(30.0, 100.0)
    assert pacer.reserve(101.0) == 29.0


def test_looking_takes_no_place() -> None:
    """The wait can be asked for without waiting."""
    pacer = Pacer(Pace(requests=1, period=60.0))
    assert [pacer.wait(0.0), pacer.wait(0.0)] == [0.0, 0.0]
    pacer.reserve(0.0)
    assert pacer.wait(1.0) == 59.0 + MARGIN


def test_clients_share_a_pacer_by_their_budget() -> None:
    """One budget gives one pacer for an operation of a service, and another for another one."""
    budget = RateBudget()
    pacer = budget.pacer("http://a run", TEN_A_MINUTE)
    assert budget.pacer("http://a run", TEN_A_MINUTE) is pacer
    assert budget.pacer("http://b run", TEN_A_MINUTE) is not pacer
