"""Event streams over real connections."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import aiohttp
import pytest

from actionruns.errors import (
    ConnectionFailed,
    DecodeFailed,
    InvalidRequest,
    NotFound,
    RequestTimeout,
)
from tests.transport.operations import (
    GET,
    ONE,
    TokenService,
    transport_to,
    transport_with_token,
)
from tests.transport.servers import (
    Behaviour,
    Exchange,
    Server,
    answer,
    black_hole,
    event_stream,
    hang_up,
    in_turn,
    raw,
    reset,
)
from tests.transport.ticks import FOLLOW, ONE_TICK, START, TWO_TICKS, Tick, gathered, numbers

pytestmark = pytest.mark.anyio


async def test_events_are_typed() -> None:
    """Events come with their type, their id and their data as the operation has it."""
    async with Server(event_stream(ONE_TICK)) as server:
        (event,) = await gathered(transport_to(server).stream(FOLLOW, ONE))
    assert (event.event, event.id, event.data) == ("tick", "1", Tick(kind="tick", number=1))
    assert event.text == '{"kind": "tick", "number": 1}'


async def test_other_events_are_passed_through() -> None:
    """Data of an unknown kind comes as JSON, data that is no JSON as text; nothing fails."""
    stream = b'event: new\ndata: {"kind": "new"}\n\ndata: [DONE]\n\n' + ONE_TICK
    async with Server(event_stream(stream)) as server:
        new, done, tick = await gathered(transport_to(server).stream(FOLLOW, ONE))
    assert (new.event, new.data) == ("new", {"kind": "new"})
    assert (done.event, done.data) == ("message", "[DONE]")
    assert tick.data.number == 1


async def test_events_come_as_they_are_sent() -> None:
    """An event is there before the stream ends, or goes on."""
    async with (
        Server(event_stream(ONE_TICK, then=black_hole)) as server,
        transport_to(server).stream(FOLLOW, ONE) as stream,
    ):
        assert (await anext(stream)).data.number == 1


async def test_an_event_longer_than_any_buffer_is_read() -> None:
    """There is no limit to a line but the one that the client sets for an event."""
    long = b'data: "' + b"x" * 3_000_000 + b'"\n\n'
    async with Server(event_stream(long)) as server:
        (event,) = await gathered(transport_to(server).stream(FOLLOW, ONE))
        assert len(event.data) == 3_000_000
        with pytest.raises(DecodeFailed, match="larger than 1000 bytes"):
            await gathered(transport_to(server, max_response_size=1000).stream(FOLLOW, ONE))


async def test_the_request_asks_for_a_stream() -> None:
    """The request says that it wants events, with the path and id of any other call."""
    async with Server(event_stream()) as server:
        assert await gathered(transport_to(server).stream(FOLLOW, ONE)) == []
    (request,) = server.requests
    assert (request.method, request.target) == ("GET", "/things/t_1/stream")
    assert request.headers["accept"] == "text/event-stream"
    assert request.headers["x-request-id"]
    assert "last-event-id" not in request.headers


async def test_a_stream_goes_on_from_an_id() -> None:
    """The id of an earlier connection is sent; the new one knows it until it gets another."""
    async with Server(event_stream(b"retry: 1500\n\n" + ONE_TICK)) as server:
        stream = transport_to(server).stream(FOLLOW, ONE, last_event_id="x-7")
        assert stream.last_event_id == "x-7"
        await gathered(stream)
    assert server.headers("last-event-id") == ["x-7"]
    assert (stream.last_event_id, stream.retry) == ("1", 1.5)


async def test_the_last_id_is_that_of_the_last_event_taken() -> None:
    """Events that have come, but were not taken, are not skipped by who goes on elsewhere."""
    async with (
        Server(event_stream(TWO_TICKS)) as server,
        transport_to(server).stream(FOLLOW, ONE) as stream,
    ):
        await anext(stream)
        assert stream.last_event_id == "1"
        await anext(stream)
        assert stream.last_event_id == "2"


async def test_an_id_that_no_header_can_carry_is_not_sent() -> None:
    """An id with a control character leaves it to the service where the stream goes on."""
    async with Server(event_stream(ONE_TICK)) as server:
        stream = transport_to(server).stream(FOLLOW, ONE, last_event_id="a\x01b")
        assert len(await gathered(stream)) == 1
    assert server.headers("last-event-id") == [None]


@pytest.mark.parametrize("behave", [answer(b"", status=204), answer(b"")])
async def test_no_content_is_no_event(behave: Behaviour) -> None:
    """An answer without content is a stream without events."""
    async with Server(behave) as server:
        assert await gathered(transport_to(server).stream(FOLLOW, ONE)) == []


async def test_something_else_is_refused() -> None:
    """An answer that is no stream is an error that says what it is."""
    page = answer(b"<html>", headers={"Content-Type": "text/html"})
    async with Server(page) as server:
        with pytest.raises(DecodeFailed, match="should be an event stream but is text/html"):
            await gathered(transport_to(server).stream(FOLLOW, ONE))


async def test_errors_are_those_of_a_call() -> None:
    """An error status raises what it raises for any other operation."""
    async with Server(answer({"detail": "no such thing"}, status=404)) as server:
        with pytest.raises(NotFound, match="no such thing"):
            await gathered(transport_to(server).stream(FOLLOW, ONE))


@pytest.mark.parametrize("trouble", [answer(b"", status=503), hang_up, reset])
async def test_trouble_before_the_stream_is_tried_again(trouble: Behaviour) -> None:
    """What fails before the stream begins is repeated as the policy allows."""
    async with Server(in_turn(trouble, event_stream(ONE_TICK))) as server:
        assert numbers(await gathered(transport_to(server).stream(FOLLOW, ONE))) == [1]


async def test_what_may_have_started_something_is_not_tried_again() -> None:
    """A stream that begins something is not asked for twice."""
    async with Server(in_turn(reset, event_stream(ONE_TICK))) as server:
        with pytest.raises(ConnectionFailed, match="may have executed the request"):
            await gathered(transport_to(server).stream(START, {}))
    assert len(server.requests) == 1


async def test_credentials_are_renewed() -> None:
    """A refusal of the token has it fetched anew, as for any other operation."""
    service = TokenService(accepted={"token-2"})
    behave = service.behaviour

    async def serve(exchange: Exchange) -> None:
        chosen = behave(exchange)
        is_good = exchange.headers.get("authorization") == "Bearer token-2"
        await (event_stream(ONE_TICK) if is_good else chosen)(exchange)

    async with Server(serve) as server:
        stream = transport_with_token(server).stream(FOLLOW, ONE)
        assert numbers(await gathered(stream)) == [1]


async def test_a_broken_stream_is_an_error() -> None:
    """A connection that breaks within the stream raises, after the events that came whole."""
    chunked = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    chunked += b"Transfer-Encoding: chunked\r\n\r\n"
    part = ONE_TICK + b"data: ha"
    async with Server(raw(chunked + b"%x\r\n%s\r\n" % (len(part), part))) as server:
        stream = transport_to(server).stream(FOLLOW, ONE)
        assert (await anext(stream)).data.number == 1
        with pytest.raises(ConnectionFailed, match="follow: GET"):
            await anext(stream)
        assert await gathered(stream) == []


async def test_silence_is_an_error() -> None:
    """A stream without a byte for longer than allowed counts as dead."""
    async with Server(event_stream(ONE_TICK, then=black_hole)) as server:
        stream = transport_to(server).stream(FOLLOW, ONE, idle_timeout=0.05)
        assert (await anext(stream)).data.number == 1
        with pytest.raises(RequestTimeout, match=r"sent nothing for 0\.05 s"):
            await anext(stream)


async def test_a_stream_outlives_the_clients_timeout() -> None:
    """The timeout is for the beginning of the stream; afterwards every sign of life will do."""
    goes_on = asyncio.Event()

    async def wait(exchange: Exchange) -> None:
        await goes_on.wait()
        exchange.send(ONE_TICK)
        exchange.hang_up()

    async with Server(event_stream(b":", then=wait)) as server:
        transport = transport_to(server, timeout=0.2)
        async with transport.stream(FOLLOW, ONE) as stream:
            # Time passes while another call runs out of it.
            server.behave = black_hole
            with pytest.raises(RequestTimeout):
                await transport.send(GET, ONE)
            goes_on.set()
            assert numbers(await gathered(stream)) == [1]


async def test_a_stream_that_does_not_begin_times_out() -> None:
    """The timeout covers everything until the stream begins."""
    async with Server(black_hole) as server:
        with pytest.raises(RequestTimeout, match=r"took longer than 0\.1 s"):
            await gathered(transport_to(server).stream(FOLLOW, ONE, timeout=0.1))


@pytest.mark.parametrize("name", ["timeout", "idle_timeout"])
async def test_time_limits_are_checked(name: Literal["timeout", "idle_timeout"]) -> None:
    """A time limit that is none is refused before anything is sent."""
    options: dict[str, Any] = {name: 0}
    with pytest.raises(InvalidRequest, match="timeout must be seconds above 0"):
        transport_to("http://127.0.0.1:9").stream(FOLLOW, ONE, **options)


async def test_a_time_limit_of_the_callers_session_does_not_end_a_stream() -> None:
    """A session of the caller's may limit its requests; a stream goes on."""
    goes_on = asyncio.Event()

    async def wait(exchange: Exchange) -> None:
        await goes_on.wait()
        exchange.send(ONE_TICK)
        exchange.hang_up()

    limit = aiohttp.ClientTimeout(total=0.1)
    async with (
        Server(event_stream(then=wait)) as server,
        aiohttp.ClientSession(timeout=limit) as session,
        transport_to(server, session=session).stream(FOLLOW, ONE) as stream,
    ):
        server.behave = black_hole
        with pytest.raises(TimeoutError):
            await session.get(server.url)
        goes_on.set()
        assert numbers(await gathered(stream)) == [1]
