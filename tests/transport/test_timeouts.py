"""The time that a call may take."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actionruns.core.operation import Operation
from actionruns.core.rate import RateBudget
from actionruns.core.retry import RetryPolicy
from actionruns.errors import InvalidRequest, RequestTimeout, ServerError
from tests.transport.operations import CREATE, GET, ONCE, ONE, transport_to, transport_with_token
from tests.transport.servers import (
    Behaviour,
    Exchange,
    Server,
    answer,
    black_hole,
    endless_headers,
    in_turn,
)

pytestmark = pytest.mark.anyio


async def half_an_answer(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    await black_hole(exchange)


@pytest.mark.parametrize("behave", [black_hole, half_an_answer])
async def test_a_server_that_does_not_answer_times_out(behave: Behaviour) -> None:
    """A call that gets no answer, or half of one, ends with its time limit."""
    async with Server(behave) as server:
        with pytest.raises(RequestTimeout):
            await transport_to(server).send(GET, ONE, timeout=0.2)


async def test_the_clients_timeout_is_the_default() -> None:
    """A call without a time limit of its own has the client's."""
    async with Server(black_hole) as server:
        with pytest.raises(RequestTimeout, match=r"took longer than 0\.1 s"):
            await transport_to(server, timeout=0.1).send(GET, ONE)


async def test_a_timeout_is_a_timeout_error() -> None:
    """Who waits for the built-in TimeoutError gets it."""
    async with Server(black_hole) as server:
        with pytest.raises(TimeoutError):
            await transport_to(server).send(GET, ONE, timeout=0.05)


@pytest.mark.parametrize(
    ("operation", "warning"), [(GET, ""), (CREATE, "The server may have executed the request.")]
)
async def test_a_timeout_tells_what_may_have_happened(
    operation: Operation[Any], warning: str
) -> None:
    """The error tells call, attempts, and whether the server may have done it."""
    async with Server(black_hole) as server:
        with pytest.raises(RequestTimeout) as caught:
            await transport_to(server).send(operation, ONE, timeout=0.05)
    error = caught.value
    assert (error.attempts, error.maybe_sent, warning in str(error)) == (1, True, True)
    assert f"{error.method} {error.url} took longer than 0.05 s (1 tried)." in str(error)


async def test_a_timeout_is_not_tried_again() -> None:
    """The time limit covers all attempts: when it is over, there is no other."""
    async with Server(black_hole) as server:
        with pytest.raises(RequestTimeout):
            await transport_to(server).send(GET, ONE, timeout=0.1)
    assert len(server.requests) == 1


async def test_the_time_limit_covers_all_attempts() -> None:
    """What the first attempt took is no longer there for the second."""
    async with Server(in_turn(answer(b"", status=503), black_hole)) as server:
        with pytest.raises(RequestTimeout) as caught:
            await transport_to(server).send(GET, ONE, timeout=0.2)
    assert (len(server.requests), caught.value.attempts) == (2, 2)


async def test_no_wait_goes_beyond_the_time_limit() -> None:
    """When the wait before a retry would take too long, the failure is raised at once."""
    never = RetryPolicy(base_delay=1000.0, max_delay=1000.0)
    async with Server(answer(b"", status=503, headers={"Retry-After": "50"})) as server:
        with pytest.raises(ServerError):
            await transport_to(server, retry=never).send(GET, ONE, timeout=20)
    assert len(server.requests) == 1


async def test_fetching_a_token_is_the_calls_time() -> None:
    """A token route that doesn't answer doesn't outlast the call that waits for it."""
    async with Server(black_hole) as server:
        transport = transport_with_token(server, timeout=30)
        with pytest.raises(RequestTimeout, match="get_thing"):
            await transport.send(GET, ONE, timeout=0.2)
        await transport.aclose()


async def test_renewing_a_token_is_the_calls_time() -> None:
    """A token route that doesn't answer after a 401 doesn't outlast the call, either."""
    first = answer({"token": "t", "lifetime": 60})
    async with Server(in_turn(first, answer({}, status=401), black_hole)) as server:
        transport = transport_with_token(server, timeout=30)
        with pytest.raises(RequestTimeout, match="get_thing"):
            await transport.send(GET, ONE, timeout=0.3)
        await transport.aclose()


async def test_without_a_limit_a_call_waits() -> None:
    """With no time limit at all, a call waits until its answer comes."""
    gate = asyncio.Event()

    async def late(exchange: Exchange) -> None:
        await gate.wait()
        await answer({"id": "t_1"})(exchange)

    async with Server(late) as server:
        call = asyncio.create_task(transport_to(server, timeout=None).send(GET, ONE))
        await server.wait_for_requests(1)
        gate.set()
        assert (await call).id == "t_1"


async def test_headers_without_end_are_refused() -> None:
    """A server that never stops sending headers is cut off, long before the time limit."""
    async with Server(endless_headers) as server:
        with pytest.raises(Exception, match="broke before the whole answer") as caught:
            await transport_to(server, retry=ONCE).send(GET, ONE, timeout=30)
    assert not isinstance(caught.value, RequestTimeout)


@pytest.mark.parametrize("timeout", ["5", True, float("nan"), -1, 0])
async def test_a_timeout_is_a_number(timeout: float) -> None:
    """A time limit that is no number above 0 is refused before anything is sent."""
    async with Server(black_hole) as server:
        with pytest.raises(InvalidRequest, match="timeout must be"):
            await transport_to(server).send(GET, ONE, timeout=timeout)
    assert server.connections == 0


async def test_cancelling_a_call_is_not_a_timeout() -> None:
    """A call that is cancelled from outside ends as cancelled."""
    async with Server(black_hole) as server:
        call = asyncio.create_task(transport_to(server).send(GET, ONE, timeout=30))
        await server.wait_for_requests(1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call


async def test_a_scope_around_a_call_keeps_its_own_timeout() -> None:
    """A caller's own time limit, shorter than ours, ends the call as his."""
    async with Server(black_hole) as server:
        transport = transport_to(server, rate=RateBudget())
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(0.05):
                await transport.send(GET, ONE, timeout=30)
    assert not isinstance(caught.value, RequestTimeout)
