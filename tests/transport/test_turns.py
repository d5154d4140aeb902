"""Operations with a pace wait for their turn; calls with a key are repeated."""

from __future__ import annotations

import asyncio
import logging

import attrs
import pytest

from actionruns.core import pacing
from actionruns.core.operation import Body, IdempotencyKey, Pace
from actionruns.core.rate import RateBudget
from actionruns.errors import ClientClosed, ConnectionFailed, RateLimited, ServerError
from tests.transport.operations import CREATE, GET, ONE, THING, transport_to
from tests.transport.servers import Server, answer, hang_up, in_turn

pytestmark = pytest.mark.anyio

PACED = attrs.evolve(CREATE, pace=Pace(requests=2, period=0.6))
SLOW = attrs.evolve(CREATE, pace=Pace(requests=1, period=3600.0))
KEYED = attrs.evolve(
    CREATE,
    body=Body(members={"title": "title", "key": "key"}),
    key=IdempotencyKey(argument="key", in_doubt=frozenset({500})),
)


@pytest.fixture
def no_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Periods as short as they are said to be."""
    monkeypatch.setattr(pacing, "MARGIN", 0.0)


@pytest.mark.usefixtures("no_margin")
async def test_the_wait_for_a_turn_is_outside_the_timeout() -> None:
    """Six calls at once take two more periods, each longer than the timeout of a call."""
    async with Server(answer(THING)) as server:
        transport = transport_to(server, timeout=0.5)
        await asyncio.gather(*(transport.send(PACED, {"title": "x"}) for _ in range(6)))
    assert len(server.requests) == 6


@pytest.mark.usefixtures("no_margin")
async def test_the_wait_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Who wonders why nothing happens finds it in the log."""
    caplog.set_level(logging.INFO, "actionruns.transport")
    async with Server(answer(THING)) as server:
        transport = transport_to(server)
        for _ in range(3):
            await transport.send(PACED, {"title": "x"})
    assert "create_thing waits" in caplog.text
    assert "the service allows 2 in 0.6 s" in caplog.text


async def test_the_wait_can_be_asked_for() -> None:
    """Before and after the last free turn, for operations with a pace and without."""
    async with Server(answer(THING)) as server:
        transport = transport_to(server)
        assert transport.seconds_to_turn(SLOW) == 0.0
        await transport.send(SLOW, {"title": "x"})
        assert transport.seconds_to_turn(SLOW) > 3000
        assert transport.seconds_to_turn(GET) == 0.0


async def test_others_do_not_wait() -> None:
    """The pace is the operation's, not the service's."""
    async with Server(answer(THING)) as server:
        transport = transport_to(server)
        await transport.send(SLOW, {"title": "x"})
        await transport.send(GET, ONE)
    assert len(server.requests) == 2


async def test_waiting_takes_no_connection() -> None:
    """With one connection in all, others get through while a call waits for its turn."""
    async with Server(answer(THING)) as server:
        transport = transport_to(server, max_connections=1)
        await transport.send(SLOW, {"title": "x"})
        waiting = asyncio.create_task(transport.send(SLOW, {"title": "x"}))
        await asyncio.sleep(0)
        await transport.send(GET, ONE)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert len(server.requests) == 2


async def test_clients_with_one_budget_share_the_turns() -> None:
    """Two clients of one user are one user to the service."""
    budget = RateBudget()
    async with Server(answer(THING)) as server:
        await transport_to(server, rate=budget).send(SLOW, {"title": "x"})
        assert transport_to(server, rate=budget).seconds_to_turn(SLOW) > 3000
        assert transport_to(server).seconds_to_turn(SLOW) == 0.0


async def test_closing_ends_the_wait() -> None:
    """A client that is closed keeps nobody for an hour."""
    async with Server(answer(THING)) as server:
        transport = transport_to(server)
        await transport.send(SLOW, {"title": "x"})
        waiting = asyncio.create_task(transport.send(SLOW, {"title": "x"}))
        await asyncio.sleep(0)
        await transport.aclose()
        with pytest.raises(ClientClosed):
            await waiting


@pytest.mark.usefixtures("no_margin")
@pytest.mark.parametrize(
    "refusal",
    [
        answer({"error": "RateLimited"}, status=429, headers={"Retry-After": "0.6"}),
        answer({"error": "RateLimited", "retryAfter": 0.6}, status=429),
    ],
    ids=["header", "body"],
)
async def test_a_refusal_for_the_rate_is_waited_out(refusal: object) -> None:
    """The time that the service names is outside the timeout, and other operations go on."""
    async with Server(in_turn(refusal, answer(THING))) as server:  # type: ignore[arg-type]
        transport = transport_to(server, timeout=0.5)
        creating = asyncio.create_task(transport.send(PACED, {"title": "x"}))
        await server.wait_for_requests(1)
        await transport.send(GET, ONE)
        await creating
    assert [e.method for e in server.requests] == ["POST", "GET", "POST"]


@pytest.mark.usefixtures("no_margin")
async def test_a_long_refusal_is_raised() -> None:
    """As for every operation, more than the policy's longest wait is the caller's to decide on."""
    refusal = answer({"message": "slow down"}, status=429, headers={"Retry-After": "3600"})
    async with Server(refusal) as server:
        with pytest.raises(RateLimited) as caught:
            await transport_to(server).send(PACED, {"title": "x"})
    assert (caught.value.retry_after, len(server.requests)) == (3600.0, 1)


async def test_a_call_with_a_key_is_repeated_after_a_lost_answer() -> None:
    """The service tells by the key that it is the same call."""
    async with Server(in_turn(hang_up, hang_up, answer(THING))) as server:
        await transport_to(server).send(KEYED, {"title": "x", "key": "k"})
    assert [e.body for e in server.requests] == [b'{"title":"x","key":"k"}'] * 3


async def test_a_call_without_a_key_is_not() -> None:
    """A connection that broke twice may have carried the request."""
    async with Server(hang_up) as server:
        with pytest.raises(ConnectionFailed, match="may have executed") as caught:
            await transport_to(server).send(KEYED, {"title": "x"})
    assert caught.value.maybe_sent
    assert len(server.requests) == 1


async def test_a_status_in_doubt_is_not_repeated() -> None:
    """The answer may mean that the key is taken: the error says so, and to look first."""
    async with Server(answer({"message": "duplicate key"}, status=500)) as server:
        with pytest.raises(ServerError, match=r"may exist.*seen key before.*Look"):
            await transport_to(server).send(KEYED, {"title": "x", "key": "k"})
    assert len(server.requests) == 1


async def test_other_failures_of_a_keyed_call_are_repeated() -> None:
    """Only the statuses that the specification names are in doubt."""
    async with Server(in_turn(answer(status=503), answer(THING))) as server:
        await transport_to(server).send(KEYED, {"title": "x", "key": "k"})
    assert len(server.requests) == 2


async def test_without_a_key_a_500_is_plain() -> None:
    """Nothing was asked to be told apart, so nothing is in doubt for the key's sake."""
    async with Server(answer({"message": "oops"}, status=500)) as server:
        with pytest.raises(ServerError) as caught:
            await transport_to(server).send(KEYED, {"title": "x"})
    assert "may exist" not in str(caught.value)
