"""How event streams end, and what they leave behind: nothing."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence

import aiohttp
import pytest

from actionruns.errors import ClientClosed
from actionruns.transport import FixedHeaders
from tests.transport.operations import GET, ONE, THING, transport_to
from tests.transport.servers import Exchange, Server, answer, black_hole, event_stream
from tests.transport.ticks import FOLLOW, ONE_TICK, TWO_TICKS, gathered, numbers

pytestmark = pytest.mark.anyio


class Endless:
    """A server whose streams never end, and which notes that their clients have gone."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()

    async def __call__(self, exchange: Exchange) -> None:
        exchange.server.on_end = self.gone.set
        await event_stream(TWO_TICKS, then=self.until_gone)(exchange)

    async def until_gone(self, exchange: Exchange) -> None:
        # Written to until nobody takes it: the server learns of a closed connection so.
        while not exchange.writer.is_closing():
            exchange.send(b":" * 1000)
            await exchange.writer.drain()
            await asyncio.sleep(0)
        raise ConnectionResetError


async def test_cancelling_the_consumer_closes_the_connection() -> None:
    """When the task that waits for an event is cancelled, the connection is closed at once."""
    endless = Endless()
    async with Server(endless) as server:
        transport = transport_to(server, max_connections=1)
        stream = transport.stream(FOLLOW, ONE)
        assert numbers([await anext(stream), await anext(stream)]) == [1, 2]
        consumer = asyncio.create_task(gathered(stream))
        await asyncio.sleep(0)
        consumer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consumer
        await endless.gone.wait()
        server.behave = answer(THING)
        assert (await transport.send(GET, ONE)).id == "t_1"


async def test_leaving_closes_the_connection() -> None:
    """Who leaves the stream gives its connection and its slot back."""
    endless = Endless()
    async with Server(endless) as server:
        transport = transport_to(server, max_connections=1)
        async with transport.stream(FOLLOW, ONE) as stream:
            assert (await anext(stream)).data.number == 1
        await endless.gone.wait()
        assert await gathered(stream) == []
        server.behave = answer(THING)
        assert (await transport.send(GET, ONE)).id == "t_1"


async def test_a_dropped_stream_closes_the_connection() -> None:
    """Breaking out of a loop over a stream that nobody holds closes its connection."""
    endless = Endless()
    async with Server(endless) as server:
        transport = transport_to(server, max_connections=1)
        async for event in transport.stream(FOLLOW, ONE):
            assert event.data.number == 1
            break
        gc.collect()
        await endless.gone.wait()
        server.behave = answer(THING)
        assert (await transport.send(GET, ONE)).id == "t_1"


@pytest.mark.parametrize("part", [b"", ONE_TICK])
async def test_closing_a_stream_ends_who_waits_for_it(part: bytes) -> None:
    """A task that waits for an event sees the end when another one closes the stream."""
    async with Server(event_stream(part, then=black_hole)) as server:
        stream = transport_to(server).stream(FOLLOW, ONE)
        await stream.__aenter__()
        consumer = asyncio.create_task(gathered(stream))
        await asyncio.sleep(0)
        await stream.aclose()
        await stream.aclose()
        assert len(await consumer) <= 1


@pytest.mark.parametrize("is_own_session", [False, True])
async def test_closing_the_client_ends_its_streams(is_own_session: bool) -> None:
    """A stream under way raises ClientClosed when its client is closed."""
    async with Server(event_stream(ONE_TICK, then=black_hole)) as server:
        session = aiohttp.ClientSession() if is_own_session else None
        transport = transport_to(server, session=session)
        stream = transport.stream(FOLLOW, ONE)
        assert (await anext(stream)).data.number == 1
        waiting = asyncio.create_task(gathered(stream))
        await asyncio.sleep(0)
        await transport.aclose()
        with pytest.raises(ClientClosed):
            await waiting
        if session is not None:
            assert not session.closed
            await session.close()


async def test_a_closed_client_streams_nothing() -> None:
    """Asking a closed client for a stream raises ClientClosed with the first event."""
    transport = transport_to("http://127.0.0.1:9")
    await transport.aclose()
    with pytest.raises(ClientClosed):
        await gathered(transport.stream(FOLLOW, ONE))


async def test_closing_a_stream_that_is_being_opened_ends_it() -> None:
    """A stream that is closed before it begins has no events, and keeps no connection."""
    goes_on = asyncio.Event()

    async def begin_late(exchange: Exchange) -> None:
        await goes_on.wait()
        await event_stream(ONE_TICK, then=black_hole)(exchange)

    async with Server(begin_late) as server:
        transport = transport_to(server, max_connections=1)
        stream = transport.stream(FOLLOW, ONE)
        consumer = asyncio.create_task(gathered(stream))
        await server.wait_for_requests(1)
        await stream.aclose()
        goes_on.set()
        assert await consumer == []
        server.behave = answer(THING)
        assert (await transport.send(GET, ONE)).id == "t_1"


async def test_a_stream_may_be_dropped_in_another_thread() -> None:
    """A stream whose last reference another thread has closes its connection on its own loop."""
    endless = Endless()
    async with Server(endless) as server:
        transport = transport_to(server, max_connections=1)
        held = [transport.stream(FOLLOW, ONE)]
        assert (await anext(held[0])).data.number == 1
        await asyncio.to_thread(held.clear)
        await endless.gone.wait()
        server.behave = answer(THING)
        assert (await transport.send(GET, ONE)).id == "t_1"


class Interrupting(FixedHeaders):
    """Is where a cancellation arrives, just when the stream has come."""

    def keep_cookies(self, lines: Sequence[str]) -> None:
        raise asyncio.CancelledError


async def test_a_cancellation_when_the_stream_has_just_come_closes_it() -> None:
    """A stream that comes too late for its consumer is closed, and its slot given back."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSet-Cookie: a=b\r\n\r\n"

    async def begin(exchange: Exchange) -> None:
        exchange.send(head)
        await black_hole(exchange)

    async with Server(begin) as server:
        transport = transport_to(server, authorizer=Interrupting({}), max_connections=1)
        with pytest.raises(asyncio.CancelledError):
            await gathered(transport.stream(FOLLOW, ONE))
        server.behave = answer(THING)
        assert (await transport.send(GET, ONE)).id == "t_1"


async def test_a_run_may_be_looked_after_while_a_stream_is_silent() -> None:
    """Waiting for the next event with a time limit that does not cancel it leaves it intact."""
    goes_on = asyncio.Event()

    async def wait(exchange: Exchange) -> None:
        await goes_on.wait()
        exchange.send(ONE_TICK)
        exchange.hang_up()

    async with (
        Server(event_stream(b":", b":", then=wait)) as server,
        transport_to(server).stream(FOLLOW, ONE) as stream,
    ):
        coming = asyncio.ensure_future(anext(stream))
        done, _ = await asyncio.wait([coming], timeout=0.01)
        assert not done
        goes_on.set()
        assert (await coming).data.number == 1


async def test_streams_hold_slots() -> None:
    """A stream is one of the connections that a client may have."""
    async with Server(event_stream(ONE_TICK, then=black_hole)) as server:
        transport = transport_to(server, max_connections=1)
        async with transport.stream(FOLLOW, ONE):
            server.behave = answer(THING)
            call = asyncio.create_task(transport.send(GET, ONE))
            for _ in range(20):
                await asyncio.sleep(0)
            assert (len(server.requests), call.done()) == (1, False)
        assert (await call).id == "t_1"
