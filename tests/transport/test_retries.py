"""What is sent again after an answer, how often, and when not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actionruns.core.rate import RateBudget
from actionruns.core.response import Response
from actionruns.core.retry import RetryPolicy
from actionruns.errors import ActionRunsError, ApiError, RateLimited, ServerError
from tests.transport.operations import CREATE, GET, ONE, QUICK, THING, Thing, transport_to
from tests.transport.servers import Exchange, Server, answer, hang_up, in_turn

pytestmark = pytest.mark.anyio

GOOD = answer(THING)


def refusal(status: int, **headers: str) -> Any:
    return answer({"message": "not now"}, status=status, headers=headers)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_a_passing_failure_is_tried_again(status: int) -> None:
    """A GET that fails in passing succeeds with the next attempt."""
    async with Server(in_turn(refusal(status), GOOD)) as server:
        assert await transport_to(server).send(GET, ONE) == Thing(id="t_1")
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504])
async def test_a_change_is_not_tried_again(status: int) -> None:
    """A POST that failed is not sent again: the server may have executed it."""
    async with Server(in_turn(refusal(status), GOOD)) as server:
        with pytest.raises(ApiError) as caught:
            await transport_to(server).send(CREATE, {})
    assert (len(server.requests), caught.value.attempts) == (1, 1)


async def test_a_change_refused_for_its_rate_is_tried_again() -> None:
    """A POST answered with 429 was not executed, and is sent again."""
    async with Server(in_turn(refusal(429, **{"Retry-After": "0"}), GOOD)) as server:
        assert await transport_to(server).send(CREATE, {"title": "x"}) == Thing(id="t_1")
    assert [request.body for request in server.requests] == [b'{"title":"x"}'] * 2


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 501])
async def test_a_lasting_failure_is_raised_at_once(status: int) -> None:
    """A failure that won't pass is raised after one request."""
    async with Server(refusal(status)) as server:
        with pytest.raises(ApiError, match="not now") as caught:
            await transport_to(server).send(GET, ONE)
    assert (len(server.requests), caught.value.status) == (1, status)


async def test_attempts_end() -> None:
    """A failure that doesn't pass is raised after the attempts that are allowed."""
    async with Server(refusal(503)) as server:
        with pytest.raises(ServerError, match=r"Tried 4 times\.") as caught:
            await transport_to(server).send(GET, ONE)
    assert (len(server.requests), caught.value.attempts) == (4, 4)


async def test_all_attempts_have_the_same_id() -> None:
    """The attempts of one call can be told as such: they have one request id."""
    async with Server(in_turn(refusal(503), hang_up, GOOD)) as server:
        await transport_to(server).send(GET, ONE)
    assert (len(server.requests), len(set(server.headers("x-request-id")))) == (3, 1)


async def test_different_failures_share_the_attempts() -> None:
    """A lost connection and an answer count alike."""
    async with Server(in_turn(hang_up, refusal(503), hang_up, refusal(502), GOOD)) as server:
        with pytest.raises(ServerError) as caught:
            await transport_to(server).send(GET, ONE)
    assert (len(server.requests), caught.value.status) == (4, 502)


async def test_the_retry_after_is_on_the_error() -> None:
    """A wait beyond the policy is not begun: the error comes at once and tells the wait."""
    async with Server(refusal(429, **{"Retry-After": "86400"})) as server:
        with pytest.raises(RateLimited) as caught:
            await transport_to(server).send(GET, ONE)
    assert (len(server.requests), caught.value.retry_after) == (1, 86400.0)


class NotingBudget(RateBudget):
    """A rate budget that notes its holds."""

    def __init__(self) -> None:
        super().__init__()
        self.holds: list[float] = []

    def hold(self, scope: str, seconds: float, now: float) -> None:
        self.holds.append(seconds)
        super().hold(scope, seconds, now)


@pytest.mark.parametrize(
    ("status", "asked", "holds"),
    [(429, "2", [2.0]), (503, "2", [2.0]), (429, "86400", [2.5]), (500, "2", []), (404, "2", [])],
)
async def test_a_refusal_holds_other_calls_back(
    status: int, asked: str, holds: list[float]
) -> None:
    """A stated wait holds all calls to the service, no longer than the policy allows."""
    budget = NotingBudget()
    policy = RetryPolicy(max_attempts=1, max_retry_after=2.5)
    async with Server(refusal(status, **{"Retry-After": asked})) as server:
        with pytest.raises(ApiError):
            await transport_to(server, rate=budget, retry=policy).send(GET, ONE)
    assert budget.holds == holds


async def test_a_held_call_is_sent_when_the_hold_ends() -> None:
    """Calls made during a hold wait for its end, then go."""
    budget = NotingBudget()
    async with Server(in_turn(refusal(429, **{"Retry-After": "0.05"}), GOOD)) as server:
        transport = transport_to(server, rate=budget)
        assert await transport.send(GET, ONE) == Thing(id="t_1")
        assert await transport.send(GET, ONE) == Thing(id="t_1")
    assert (budget.holds, len(server.requests)) == ([0.05], 3)


@pytest.mark.parametrize("behave", [refusal(503), hang_up])
async def test_an_outage_is_not_multiplied(behave: Any) -> None:
    """In an outage, many callers together send little more than their first attempts."""
    async with Server(behave) as server:
        policy = RetryPolicy(base_delay=0.001, max_delay=0.002, max_attempts=4, budget=0.1)
        transport = transport_to(server, retry=policy, max_connections=20)
        calls = (transport.send(GET, ONE) for _ in range(300))
        failures = await asyncio.gather(*calls, return_exceptions=True)
        await transport.aclose()
    assert all(isinstance(failure, ActionRunsError) for failure in failures)
    # 300 first attempts, 10 retries in reserve, one earned by each ten calls.
    assert 300 < len(server.requests) <= 300 + 10 + 30


async def test_after_an_outage_retries_come_back() -> None:
    """Calls that go well earn the retries that an outage has spent."""
    healthy = False

    async def service(exchange: Exchange) -> None:
        # One failure in ten once the outage is over.
        good = healthy and len(server.requests) % 10
        await (GOOD if good else refusal(503))(exchange)

    async with Server(service) as server:
        transport = transport_to(server, retry=QUICK)
        for _ in range(20):
            with pytest.raises(ServerError):
                await transport.send(GET, ONE)
        healthy = True
        outcomes = [await outcome(transport.send(GET, ONE)) for _ in range(100)]
        await transport.aclose()
    assert outcomes[-50:] == ["good"] * 50


async def outcome(call: Any) -> str:
    try:
        await call
    except ServerError:
        return "failed"
    return "good"


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_an_answer_that_is_final_is_not_tried_again(status: int) -> None:
    """What the service's client takes for final is raised at once, whatever its status."""
    asked: list[int] = []

    def is_final(response: Response) -> bool:
        asked.append(response.status)
        return b"not now" in response.body

    async with Server(in_turn(answer({}, status=status), refusal(status), GOOD)) as server:
        with pytest.raises(ApiError, match="not now") as caught:
            await transport_to(server, is_final=is_final).send(GET, ONE)
    assert (caught.value.attempts, asked) == (2, [status, status])


@pytest.mark.parametrize(
    ("status", "maybe_sent"), [(500, True), (503, True), (404, False), (409, False), (429, False)]
)
async def test_a_server_error_tells_that_it_may_have_been_executed(
    status: int, maybe_sent: bool
) -> None:
    """A 5xx says nothing about how far the server had got; a refusal says that nothing was done."""
    async with Server(refusal(status)) as server:
        with pytest.raises(ApiError) as caught:
            await transport_to(server).send(CREATE, {})
    assert caught.value.maybe_sent is maybe_sent


async def test_a_refusal_after_a_lost_answer_may_have_been_executed() -> None:
    """What an earlier attempt may have done stays in the error of the last one."""
    async with Server(in_turn(hang_up, refusal(409))) as server:
        with pytest.raises(ApiError) as caught:
            await transport_to(server).send(GET, ONE)
    assert (caught.value.status, caught.value.maybe_sent) == (409, True)
