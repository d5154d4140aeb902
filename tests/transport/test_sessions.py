"""Sessions: one for each loop, the caller's own, and how they end."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import pytest

from actionruns import __version__
from actionruns.core.operation import Operation
from actionruns.core.rate import RateBudget
from actionruns.core.retry import RetryPolicy
from actionruns.errors import (
    ClientClosed,
    ConfigurationError,
    ConnectionFailed,
    NotFound,
    RequestTimeout,
)
from actionruns.transport import AsyncServiceClient, Transport, TransportSettings
from actionruns.transport.pool import Pool
from tests.transport.operations import (
    CREATE,
    GET,
    ONCE,
    ONE,
    THING,
    Thing,
    transport_to,
    transport_with_token,
)
from tests.transport.servers import Exchange, Server, answer, black_hole, server_in_thread

GOOD = answer(THING)


@pytest.fixture
def apart() -> Iterator[Server]:
    """A server that doesn't need the test's loop."""
    with server_in_thread(GOOD) as server:
        yield server


def test_a_client_works_in_two_runs(apart: Server) -> None:
    """One client serves two asyncio.run, one after the other."""
    transport = transport_to(apart)
    results = [asyncio.run(transport.send(GET, ONE)) for _ in range(2)]
    assert (results, apart.connections) == ([Thing(id="t_1")] * 2, 2)


def test_a_client_with_a_token_works_in_two_runs() -> None:
    """A token fetched in one loop is used in the next."""
    with server_in_thread(answer({"token": "t", "lifetime": 60, "id": "t_1"})) as server:
        transport = transport_with_token(server)
        for _ in range(2):
            asyncio.run(transport.send(GET, ONE))
    assert [e.target for e in server.requests] == ["/token", "/things/t_1", "/things/t_1"]


def test_a_client_works_in_threads(apart: Server) -> None:
    """One client serves loops in several threads at the same time."""
    transport = transport_to(apart)
    results: list[Thing] = []

    async def several() -> None:
        results.extend(await asyncio.gather(*(transport.send(GET, ONE) for _ in range(20))))

    threads = [threading.Thread(target=lambda: asyncio.run(several())) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [Thing(id="t_1")] * 100


def test_sessions_of_ended_loops_are_let_go(apart: Server) -> None:
    """A client used in many loops, one after the other, keeps none but the last."""
    transport = transport_to(apart)
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def once() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        await transport.send(GET, ONE)

    for _ in range(10):
        asyncio.run(once())
    gc.collect()
    assert sum(loop() is not None for loop in loops) <= 1


def test_a_client_goes_on_after_its_session_was_shut_down(apart: Server) -> None:
    """A loop whose generators were shut down, and with them the session, gets another one."""
    transport = transport_to(apart)

    async def around_a_shutdown() -> Thing:
        await transport.send(GET, ONE)
        await asyncio.get_running_loop().shutdown_asyncgens()
        return await transport.send(GET, ONE)

    with pytest.warns(ResourceWarning, match="after loop.shutdown_asyncgens"):
        assert asyncio.run(around_a_shutdown()) == Thing(id="t_1")


def test_closing_from_another_loop_closes_everything(apart: Server) -> None:
    """Closing in one loop closes the sessions of the others, too, running or not."""
    transport = transport_to(apart)
    one, other = asyncio.new_event_loop(), asyncio.new_event_loop()
    one.run_until_complete(transport.send(GET, ONE))
    other.run_until_complete(transport.aclose())
    with pytest.raises(ClientClosed):
        one.run_until_complete(transport.send(GET, ONE))
    for loop in (one, other):
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def test_closing_leaves_loops_that_never_run_again_alone(apart: Server) -> None:
    """Closing says nothing about a loop that is closed before it could take its part."""
    transport = transport_to(apart)
    one = asyncio.new_event_loop()
    one.run_until_complete(transport.send(GET, ONE))
    one.run_until_complete(one.shutdown_asyncgens())
    asyncio.run(transport.aclose())
    one.close()
    assert transport.closed


def test_closing_after_a_loop_has_ended_is_quiet(apart: Server) -> None:
    """A client used in a loop that is gone can be closed in another."""
    transport = transport_to(apart)
    asyncio.run(transport.send(GET, ONE))
    asyncio.run(transport.aclose())
    assert transport.closed


@pytest.mark.anyio
async def test_a_closed_client_sends_nothing() -> None:
    """A call of a closed client is an error that says so; nothing is sent."""
    async with Server(GOOD) as server:
        transport = transport_to(server)
        await transport.aclose()
        with pytest.raises(ClientClosed, match="make a new one"):
            await transport.send(GET, ONE)
    assert server.connections == 0


@pytest.mark.anyio
async def test_closing_twice_is_harmless() -> None:
    """Closing again does nothing."""
    async with Server(GOOD) as server:
        transport = transport_to(server)
        await transport.send(GET, ONE)
        await transport.aclose()
        await transport.aclose()
    assert transport.closed


@pytest.mark.anyio
async def test_a_loop_has_one_session() -> None:
    """However often it is asked for, a loop's session is one, and closes once."""
    pool = Pool(TransportSettings(base_url="http://api.test"))
    first, second = await pool.here(), await pool.here()
    assert first is second
    await first.aclose()
    await first.aclose()
    assert first.session.closed


@pytest.mark.anyio
async def test_closing_an_unused_client_is_harmless() -> None:
    """A client that never sent anything can be closed."""
    transport = transport_to("http://api.test")
    await transport.aclose()
    assert transport.closed


@pytest.mark.anyio
@pytest.mark.parametrize("operation", [GET, CREATE], ids=lambda o: o.name)
async def test_closing_ends_calls_under_way(operation: Operation[Any]) -> None:
    """A call under way when its client is closed ends at once with ClientClosed."""
    async with Server(black_hole) as server:
        transport = transport_to(server)
        call = asyncio.create_task(transport.send(operation, ONE))
        await server.wait_for_requests(1)
        await transport.aclose()
        with pytest.raises(ClientClosed, match="closed meanwhile"):
            await call
    assert len(server.requests) == 1


@pytest.mark.anyio
async def test_closing_ends_calls_that_wait_for_a_slot() -> None:
    """A call that waits for a slot when its client is closed ends with ClientClosed, too."""
    async with Server(black_hole) as server:
        transport = transport_to(server, max_connections=1)
        calls = [asyncio.create_task(transport.send(GET, ONE)) for _ in range(5)]
        await server.wait_for_requests(1)
        await transport.aclose()
        ends = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(end) for end in ends] == [ClientClosed] * 5


@pytest.mark.anyio
async def test_closing_ends_calls_that_wait_for_their_turn() -> None:
    """A call that the rate budget holds back when its client is closed ends at once, too."""
    async with Server(GOOD) as server:
        transport = transport_to(server, rate=RateBudget(rate=0.001, burst=1))
        await transport.send(GET, ONE)
        call = asyncio.create_task(transport.send(GET, ONE))
        await asyncio.sleep(0)  # one step, in which it takes its place
        await transport.aclose()
        with pytest.raises(ClientClosed):
            await call
    assert len(server.requests) == 1


@pytest.mark.anyio
async def test_closing_ends_calls_that_wait_to_try_again() -> None:
    """A call between two attempts when its client is closed ends at once, too."""
    never = RetryPolicy(max_retry_after=5000.0)
    async with Server(answer({}, status=503, headers={"Retry-After": "4000"})) as server:
        transport = transport_to(server, retry=never, timeout=None)
        call = asyncio.create_task(transport.send(GET, ONE))
        await server.wait_for_requests(1)
        await transport.aclose()
        with pytest.raises(ClientClosed):
            await call


@pytest.mark.anyio
async def test_closing_ends_calls_that_wait_for_a_token() -> None:
    """A call that waits for a token when its client is closed ends with ClientClosed."""
    async with Server(black_hole) as server:
        transport = transport_with_token(server)
        call = asyncio.create_task(transport.send(GET, ONE))
        await server.wait_for_requests(1)
        await transport.aclose()
        with pytest.raises(ClientClosed):
            await call


@pytest.mark.anyio
async def test_the_callers_session_is_used_and_never_closed() -> None:
    """A session of the caller's carries the calls and outlives the client."""
    async with Server(GOOD) as server, aiohttp.ClientSession(headers={"X-Own": "1"}) as session:
        transport = transport_to(server, session=session)
        await transport.send(GET, ONE)
        await transport.aclose()
        async with session.get(server.url) as still:
            assert still.status == 200
    assert (server.headers("x-own"), server.connections) == (["1", "1"], 1)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("own", "name", "sent"),
    [
        ({}, "user-agent", f"actionruns/{__version__}"),
        ({"User-Agent": "tool/1"}, "user-agent", "tool/1"),
        ({}, "accept", "application/json"),
        ({}, "x-team", "blue"),
        ({"X-Team": "red"}, "x-team", "blue"),
    ],
)
async def test_the_callers_session_gets_the_clients_headers(
    own: dict[str, str], name: str, sent: str
) -> None:
    """With a session of the caller's, the client's headers are sent, too."""
    async with Server(GOOD) as server, aiohttp.ClientSession(headers=own) as session:
        await transport_to(server, session=session, headers={"X-Team": "blue"}).send(GET, ONE)
    assert server.headers(name) == [sent]


@pytest.mark.anyio
async def test_a_session_that_raises_by_itself_is_kept_from_it() -> None:
    """A session made with raise_for_status still gives our errors."""
    missing = answer({"message": "no such thing"}, status=404)
    async with Server(missing) as server, aiohttp.ClientSession(raise_for_status=True) as session:
        with pytest.raises(NotFound, match="no such thing"):
            await transport_to(server, session=session).send(GET, ONE)


@pytest.mark.anyio
async def test_a_sessions_own_timeout_is_an_error_of_ours() -> None:
    """A time limit of the caller's session ends a call as a failed connection."""
    limits = aiohttp.ClientTimeout(total=0.05)
    async with Server(black_hole) as server, aiohttp.ClientSession(timeout=limits) as session:
        with pytest.raises(ConnectionFailed) as caught:
            await transport_to(server, session=session, timeout=None, retry=ONCE).send(CREATE, {})
    assert (caught.value.maybe_sent, isinstance(caught.value, RequestTimeout)) == (True, False)


@pytest.mark.anyio
async def test_a_closed_session_of_the_callers_is_named() -> None:
    """A call with a session that its owner has closed is an error that says so."""
    session = aiohttp.ClientSession()
    await session.close()
    with pytest.raises(ClientClosed, match="session given to this client is closed"):
        await transport_to("http://api.test", session=session).send(GET, ONE)


@pytest.mark.anyio
async def test_a_session_closed_during_a_call_is_named() -> None:
    """A call whose session its owner closes meanwhile ends as closed."""
    async with Server(black_hole) as server:
        session = aiohttp.ClientSession()
        call = asyncio.create_task(transport_to(server, session=session).send(GET, ONE))
        await server.wait_for_requests(1)
        await session.close()
        with pytest.raises(ClientClosed):
            await call


def test_a_session_of_another_loop_is_refused(apart: Server) -> None:
    """A session made in one loop can't be used in another; the error says what to do."""
    made: list[aiohttp.ClientSession] = []

    async def make() -> None:
        made.append(aiohttp.ClientSession())
        await transport_to(apart, session=made[0]).send(GET, ONE)
        await made[0].close()

    asyncio.run(make())
    transport = transport_to(apart, session=made[0])
    with pytest.raises(ConfigurationError, match="belongs to another event loop"):
        asyncio.run(transport.send(GET, ONE))


@pytest.mark.anyio
async def test_a_tls_setting_goes_with_the_callers_session() -> None:
    """What was said about TLS holds with a session of the caller's, too."""
    async with Server(GOOD) as server, aiohttp.ClientSession() as session:
        transport = transport_to(server, session=session, ssl=False)
        assert await transport.send(GET, ONE) == Thing(id="t_1")


class Client(AsyncServiceClient):
    """A client of the imaginary service."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self.get: Callable[[], Awaitable[Thing]] = lambda: transport.send(GET, ONE)


@pytest.mark.anyio
async def test_leaving_a_client_closes_it() -> None:
    """Leaving `async with` closes the client."""
    async with Server(GOOD) as server:
        async with Client(transport_to(server)) as client:
            await client.get()
        assert client.closed
        with pytest.raises(ClientClosed):
            await client.get()


@pytest.mark.anyio
async def test_a_client_needs_no_async_with() -> None:
    """A client works without `async with` and is closed by aclose."""
    async with Server(GOOD) as server:
        client = Client(transport_to(server))
        await client.get()
        await client.aclose()
    assert client.closed


@pytest.mark.anyio
async def test_a_client_shows_where_it_leads() -> None:
    """The repr tells the service's address and whether the client is closed."""
    client = Client(transport_to("http://api.test"))
    before = repr(client)
    await client.aclose()
    assert (before, repr(client)) == (
        "<Client http://api.test>",
        "<Client http://api.test closed>",
    )


@pytest.mark.anyio
async def test_dropping_a_client_closes_its_connections() -> None:
    """A client that is simply dropped closes its connections while the loop goes on."""
    gone = asyncio.Event()

    async def watch_the_end(exchange: Exchange) -> None:
        await GOOD(exchange)
        exchange.server.on_end = gone.set

    async with Server(watch_the_end) as server:
        await transport_to(server).send(GET, ONE)
        gc.collect()
        await gone.wait()
    assert server.connections == 1
