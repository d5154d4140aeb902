"""Connections and slots: how many there are, and who waits for them."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from actionruns.core.rate import RateBudget
from actionruns.errors import RequestTimeout
from tests.transport.operations import CREATE, GET, ONCE, ONE, THING, Thing, transport_to
from tests.transport.servers import Exchange, Server, answer, black_hole, in_turn

pytestmark = pytest.mark.anyio


class NotingBudget(RateBudget):
    """A rate budget that notes the waits that it asks for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.waits: list[float] = []
        self.taken = asyncio.Condition()

    def reserve(self, scope: str, now: float) -> float:
        self.waits.append(super().reserve(scope, now))
        self._told = asyncio.ensure_future(self._tell())
        return self.waits[-1]

    async def _tell(self) -> None:
        async with self.taken:
            self.taken.notify_all()

    async def wait_for_places(self, count: int) -> None:
        async with self.taken:
            await self.taken.wait_for(lambda: len(self.waits) >= count)


class Gate:
    """Holds requests back until it is opened."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    async def __call__(self, exchange: Exchange) -> None:
        await self.open.wait()
        await answer(THING)(exchange)


async def test_the_connections_of_a_session() -> None:
    """Idle connections are dropped before common servers do so (5 s); addresses are kept.

    To connect may take seconds, not minutes; all else is bounded by the calls' own time limits.
    """
    transport = transport_to("http://api.test")
    session = (await transport._pool.here()).session
    assert (session.timeout.total, session.timeout.sock_connect) == (None, 10)
    connector = session.connector
    assert isinstance(connector, aiohttp.TCPConnector)
    kept: Any = connector._keepalive_timeout  # it has no public name
    assert 1 < kept < 5
    assert connector.use_dns_cache
    assert connector.limit == transport.settings.max_connections + 1
    await transport.aclose()


async def test_a_thousand_calls_take_one_connection() -> None:
    """Calls one after the other share one connection."""
    async with Server(answer(THING)) as server:
        transport = transport_to(server)
        for _ in range(1000):
            await transport.send(GET, ONE)
        await transport.aclose()
    assert (server.connections, len(server.requests)) == (1, 1000)


async def test_connections_are_opened_with_the_first_call() -> None:
    """Making a transport connects to nothing."""
    async with Server(answer(THING)) as server:
        await transport_to(server).aclose()
    assert server.connections == 0


async def test_max_connections_bounds_what_is_under_way() -> None:
    """However many calls there are, so many are under way at once, on so many connections."""
    gate = Gate()
    async with Server(gate) as server:
        transport = transport_to(server, max_connections=5)
        calls = asyncio.gather(*(transport.send(GET, ONE) for _ in range(200)))
        await server.wait_for_requests(5)
        gate.open.set()
        await calls
        await transport.aclose()
    assert (server.most_at_once, server.connections) == (5, 5)


async def test_waiting_for_a_slot_is_not_the_calls_time() -> None:
    """A call that waits for a slot longer than its time limit is sent all the same."""
    async with Server(in_turn(black_hole, answer(THING))) as server:
        transport = transport_to(server, max_connections=1, retry=ONCE)
        # The first call holds the only slot for longer than the second one's limit.
        first = asyncio.create_task(transport.send(GET, ONE, timeout=0.8))
        await server.wait_for_requests(1)
        assert await transport.send(GET, ONE, timeout=0.6) == Thing(id="t_1")
        with pytest.raises(RequestTimeout):
            await first


async def test_waiting_for_the_rate_is_not_the_calls_time() -> None:
    """A call that the rate budget holds back longer than its time limit is sent all the same."""
    async with Server(answer(THING)) as server:
        transport = transport_to(server, rate=RateBudget(rate=1.25, burst=1))
        await transport.send(GET, ONE)
        assert await transport.send(GET, ONE, timeout=0.6) == Thing(id="t_1")


async def test_a_timeout_frees_its_slot() -> None:
    """After a call that took too long, the next one gets its slot."""
    async with Server(in_turn(black_hole, answer(THING))) as server:
        transport = transport_to(server, max_connections=1, retry=ONCE)
        with pytest.raises(RequestTimeout):
            await transport.send(GET, ONE, timeout=0.05)
        assert await transport.send(GET, ONE) == Thing(id="t_1")


async def test_a_cancelled_call_frees_its_slot() -> None:
    """After a cancelled call, the next one gets its slot."""
    async with Server(in_turn(black_hole, answer(THING))) as server:
        transport = transport_to(server, max_connections=1)
        call = asyncio.create_task(transport.send(GET, ONE))
        await server.wait_for_requests(1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await transport.send(GET, ONE) == Thing(id="t_1")


async def test_a_call_cancelled_while_it_waits_for_a_slot_takes_none() -> None:
    """A call that gives up in the queue leaves the slot to the next in it."""
    gate = Gate()
    async with Server(gate) as server:
        transport = transport_to(server, max_connections=1)
        first, second, third = (
            asyncio.create_task(transport.send(GET, {"thing_id": name})) for name in "abc"
        )
        await server.wait_for_requests(1)
        second.cancel()
        gate.open.set()
        await asyncio.gather(first, third)
    assert [request.target for request in server.requests] == ["/things/a", "/things/c"]
    assert second.cancelled()


async def test_a_cancelled_wait_gives_its_place_in_the_line_back() -> None:
    """A call cancelled while the rate holds it back doesn't delay those after it."""
    budget = NotingBudget(rate=2, burst=1)
    async with Server(answer(THING)) as server:
        transport = transport_to(server, rate=budget)
        await transport.send(GET, ONE)
        waiting = [asyncio.create_task(transport.send(GET, ONE)) for _ in range(50)]
        await budget.wait_for_places(51)
        for call in waiting:
            call.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await transport.send(GET, ONE)
    # A place of its own would have been the last, 25 s ahead.
    assert budget.waits[-1] <= 0.5


async def test_a_cancelled_call_is_not_under_way_any_more() -> None:
    """A cancelled request no longer counts against what the service says is left."""
    told = answer(
        THING,
        headers={
            "X-RateLimit-Limit": "10",
            "X-RateLimit-Remaining": "9",
            "X-RateLimit-Reset": "50",
        },
    )
    budget = RateBudget()
    async with Server(in_turn(black_hole, told)) as server:
        transport = transport_to(server, rate=budget)
        call = asyncio.create_task(transport.send(CREATE, {}))
        await server.wait_for_requests(1)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await transport.send(GET, ONE)
    assert [budget.reserve(server.url, 0.0) for _ in range(7)] == [0.0] * 7


async def test_pacing_follows_the_services_headers() -> None:
    """When a service says that nothing is left, the next call waits instead of being refused."""
    headers = {
        "X-RateLimit-Limit": "1",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "0.2",
        "X-RateLimit-Period": "0.2",
    }
    budget = NotingBudget()
    async with Server(answer(THING, headers=headers)) as server:
        transport = transport_to(server, rate=budget)
        await transport.send(GET, ONE)
        await transport.send(GET, ONE)
    assert budget.waits[0] == 0 < budget.waits[1] <= 0.2


async def test_transports_share_a_rate_budget() -> None:
    """What one client is told about a service holds back another with the same budget."""
    headers = {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "30"}
    budget = RateBudget()
    async with Server(answer(THING, headers=headers)) as server:
        await transport_to(server, rate=budget).send(GET, ONE)
    assert budget.remaining(server.url) == 3
