"""Whether to try again, when, and how often in all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.core.retry import Failure, RetryBudget, RetryPolicy, wait_before_retry
from actionruns.errors import ConfigurationError

POLICY = RetryPolicy(max_attempts=4, base_delay=1.0, max_delay=8.0, max_retry_after=60.0)
LOST = [Failure.BROKEN, Failure.STALE]


def wait(**given_: Any) -> float | None:
    defaults: dict[str, Any] = {
        "failure": Failure.ANSWERED,
        "status": 503,
        "attempt": 1,
        "idempotent": True,
        "jitter": 1.0,
    }
    return wait_before_retry(POLICY, **defaults | given_)


@pytest.mark.parametrize("idempotent", [True, False])
def test_no_connection_is_always_tried_again(idempotent: bool) -> None:
    """Without a connection the server saw nothing: any operation may be sent again."""
    assert wait(failure=Failure.NOT_SENT, status=0, idempotent=idempotent) is not None


@pytest.mark.parametrize("failure", LOST)
def test_a_lost_answer_is_tried_again_when_harmless(failure: Failure) -> None:
    """After a lost connection an idempotent operation is sent again."""
    assert wait(failure=failure, status=0) is not None


@pytest.mark.parametrize("failure", LOST)
def test_a_lost_answer_is_not_tried_again_otherwise(failure: Failure) -> None:
    """After a lost connection an operation that changes something is never sent again."""
    assert wait(failure=failure, status=0, idempotent=False) is None


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_status_is_tried_again(status: int) -> None:
    """A status that passes by itself is tried again for an idempotent operation."""
    assert wait(status=status) is not None


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504])
def test_a_passing_status_is_final_for_changes(status: int) -> None:
    """The server may have executed it: an operation that changes something isn't sent again."""
    assert wait(status=status, idempotent=False) is None


def test_a_refusal_for_its_rate_is_tried_again_always() -> None:
    """429 says that nothing was executed: any operation is tried again."""
    assert wait(status=429, idempotent=False) is not None


@pytest.mark.parametrize("status", [300, 302, 400, 401, 403, 404, 409, 410, 413, 422, 501, 505])
def test_a_lasting_status_is_final(status: int) -> None:
    """A status that won't pass is never tried again."""
    assert wait(status=status) is None


@pytest.mark.parametrize("attempt", [4, 5])
@pytest.mark.parametrize("failure", Failure)
def test_attempts_are_limited(failure: Failure, attempt: int) -> None:
    """After the last attempt there is no other, whatever the failure."""
    assert wait(failure=failure, attempt=attempt) is None


def test_a_stale_connection_is_replaced_at_once() -> None:
    """A connection that was idle and lost is replaced without a wait."""
    assert wait(failure=Failure.STALE, status=0) == 0.0


@pytest.mark.parametrize(("attempt", "bound"), [(1, 1.0), (2, 2.0), (3, 4.0)])
def test_the_bound_doubles(attempt: int, bound: float) -> None:
    """The largest wait doubles with each attempt."""
    assert wait(attempt=attempt) == bound


@pytest.mark.parametrize("attempt", [10, 10_000])
def test_the_bound_has_a_limit(attempt: int) -> None:
    """The wait stays below max_delay however many attempts there were."""
    policy = RetryPolicy(max_attempts=10**6, base_delay=1, max_delay=8)
    again = wait_before_retry(
        policy, failure=Failure.BROKEN, attempt=attempt, idempotent=True, jitter=1.0
    )
    assert again == 8.0


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 0.0), (0.25, 0.5), (1.0, 2.0)])
def test_the_wait_is_drawn_below_the_bound(jitter: float, seconds: float) -> None:
    """Full jitter: the wait is anywhere between nothing and the bound."""
    assert wait(attempt=2, jitter=jitter) == seconds


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 10.0), (1.0, 11.0)])
def test_a_stated_wait_is_kept_and_spread(jitter: float, seconds: float) -> None:
    """Nobody comes before the time stated, and not all at the same moment."""
    assert wait(status=429, retry_after=10.0, jitter=jitter) == seconds


def test_no_wait_stated_is_none() -> None:
    """A stated wait of nothing is a wait of nothing, not a backoff."""
    assert wait(status=429, retry_after=0.0) == 0.0


@pytest.mark.parametrize(("retry_after", "again"), [(60.0, True), (60.1, False), (86_400.0, False)])
def test_a_long_stated_wait_is_final(retry_after: float, again: bool) -> None:
    """A wait beyond the policy's limit isn't begun: the caller hears at once."""
    assert (wait(status=429, retry_after=retry_after) is not None) is again


def test_a_stated_wait_changes_nothing_for_changes() -> None:
    """Retry-After on a 503 doesn't make an operation that changes something repeatable."""
    assert wait(status=503, idempotent=False, retry_after=1.0) is None


@pytest.mark.parametrize(
    "name", ["max_attempts", "base_delay", "max_delay", "max_retry_after", "budget"]
)
@pytest.mark.parametrize("value", [0, -1, float("nan"), "3", None, True])
def test_a_policy_is_checked(name: str, value: Any) -> None:
    """A setting of the policy is a number above 0; the error names it."""
    with pytest.raises(ConfigurationError, match=f"^{name} must be"):
        RetryPolicy(**{name: value})


def test_attempts_are_whole() -> None:
    """There is no half attempt."""
    with pytest.raises(ConfigurationError, match="max_attempts must be a whole number"):
        RetryPolicy(max_attempts=2.5)  # type: ignore[arg-type]  # what the test is about


@given(
    st.sampled_from(Failure),
    st.integers(100, 599),
    st.integers(1, 10),
    st.booleans(),
    st.none() | st.floats(0, 1e9),
    st.floats(0, 1),
)
def test_a_decision_is_a_wait_or_none(
    failure: Failure,
    status: int,
    attempt: int,
    idempotent: bool,
    retry_after: float | None,
    jitter: float,
) -> None:
    """Whatever happened, the wait is none or bounded, and changes are repeated only if unseen."""
    seconds = wait(
        failure=failure,
        status=status,
        attempt=attempt,
        idempotent=idempotent,
        retry_after=retry_after,
        jitter=jitter,
    )
    if seconds is None:
        return
    assert 0 <= seconds <= 1.1 * POLICY.max_retry_after
    assert idempotent or failure is Failure.NOT_SENT or status == 429


def spent(budget: RetryBudget, calls: int) -> int:
    """Return how many of so many calls got a retry."""
    granted = 0
    for _ in range(calls):
        budget.earn()
        granted += budget.spend()
    return granted


def test_a_reserve_is_there_at_the_start() -> None:
    """The first retries are granted without any call before."""
    budget = RetryBudget(0.2, reserve=10)
    assert [budget.spend() for _ in range(11)] == [True] * 10 + [False]


def test_an_outage_is_not_multiplied() -> None:
    """When every call fails, the retries are the reserve and a share of the calls."""
    # The first call earns nothing: the reserve is still full.
    assert spent(RetryBudget(0.25, reserve=8), 1001) == 8 + 250


def test_calls_earn_retries_again() -> None:
    """After an outage, calls that go well fill the budget."""
    budget = RetryBudget(0.5, reserve=1)
    budget.spend()
    before = budget.spend()
    budget.earn()
    budget.earn()
    assert (before, budget.spend()) == (False, True)


def test_the_reserve_is_the_limit() -> None:
    """A long time without failures saves up no more than the reserve."""
    budget = RetryBudget(0.5, reserve=3)
    for _ in range(1000):
        budget.earn()
    assert [budget.spend() for _ in range(4)] == [True, True, True, False]
