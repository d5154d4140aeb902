"""Streams of a run: typed events, lost connections, silence, and the look at the end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from actionruns import ConnectionFailed, InvalidRequest, NotFound, RunGone, RunState
from actionruns.acp import (
    RUN_EVENT,
    AcpClient,
    AsyncAcpClient,
    AsyncAcpV01Client,
    AsyncAcpV02Client,
    RunStream,
)
from actionruns.acp.v01 import CustomRunResultUpdate, RunInterrupt, RunResult, WaitedRun
from actionruns.acp.v02 import ValueRunErrorUpdate, ValueRunResultUpdate, WaitedStatelessRun
from actionruns.core.reconnect import ReconnectPolicy
from tests.acp.servers import RUN, AcpServer, Handler, event, sse

pytestmark = pytest.mark.anyio

PATH = ("GET", f"/runs/{RUN}/stream")
FIRST = f'{{"type": "result", "run_id": "{RUN}", "status": "pending", "result": {{"n": 1}}}}'
SECOND = f'{{"type": "custom", "run_id": "{RUN}", "status": "pending", "update": {{"n": 2}}}}'
VALUES = f'{{"type": "values", "run_id": "{RUN}", "status": "pending", "values": {{"n": 1}}}}'
ERROR = (
    f'{{"type": "error", "run_id": "{RUN}", "errcode": 1, "description": "no", "status": "error"}}'
)
QUICK = ReconnectPolicy(base_delay=0.001, max_delay=0.002)


def refusing(status: int) -> Handler:
    async def handle(_: web.Request) -> web.StreamResponse:
        return web.json_response({"detail": "no"}, status=status)

    return handle


async def breaking_off(request: web.Request) -> web.StreamResponse:
    """Send an event, then reset the connection."""
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    await answer.write(event(FIRST, event_id="7"))
    assert request.transport is not None
    request.transport.abort()
    return answer


def quick(acp: AsyncAcpV01Client, *, check_interval: float = 10.0) -> RunStream[Any]:
    """Return the stream of the run, which is quick to take a lost connection up again."""
    stream = acp.stream(RUN, check_interval=check_interval)
    stream._reconnection.policy = QUICK
    return stream


async def test_events_are_typed(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """Events come typed and in order; what is unknown passes through; the run comes last."""
    server.handlers[PATH] = [sse(event(FIRST), event(SECOND), event('{"type": "new"}'))]
    server.statuses[RUN] = ["success"]
    server.outputs[RUN] = {
        "type": "result",
        "run_id": RUN,
        "status": "success",
        "result": {"n": 3},
    }
    async with acp.stream(RUN) as stream:
        items = [item async for item in stream]
    data = [item.data for item in items]
    assert isinstance(data[0], RunResult)
    assert isinstance(data[1], CustomRunResultUpdate)
    assert data[2] == {"type": "new"}
    assert [item.event for item in items] == ["agent_event"] * 3 + [RUN_EVENT]
    assert isinstance(data[3], WaitedRun)
    assert data[3].state is RunState.SUCCEEDED
    assert isinstance(data[3].output, RunResult)
    assert '"status":"success"' in items[3].text


async def test_a_heartbeat_without_a_line_end(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """F7: a bare `:` glued to the next event costs that event its id, and nothing else."""
    server.handlers[PATH] = [sse(b":", b":", event(FIRST, event_id="1"))]
    server.statuses[RUN] = ["success"]
    items = [item async for item in acp.stream(RUN)]
    assert isinstance(items[0].data, RunResult)
    assert items[0].id is None


async def test_a_lost_connection_is_taken_up_again(
    server: AcpServer, acp: AsyncAcpV01Client
) -> None:
    """A connection that breaks is taken up again after its last event."""
    server.handlers[PATH] = [breaking_off, sse(event(SECOND, event_id="8"))]
    server.statuses[RUN] = ["pending", "success"]
    kinds = [type(item.data) async for item in quick(acp)]
    assert kinds == [RunResult, CustomRunResultUpdate, WaitedRun]
    streams = [h for r, h in zip(server.requests, server.headers, strict=True) if r == PATH]
    assert [headers.get("Last-Event-ID") for headers in streams] == [None, "7"]


async def test_ids_that_begin_anew(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """F8: ids count anew on each connection; no event is left out for its id."""
    server.handlers[PATH] = [sse(event(FIRST, event_id="1")), sse(event(SECOND, event_id="1"))]
    server.statuses[RUN] = ["pending", "success"]
    kinds = [type(item.data) async for item in quick(acp)]
    assert kinds == [RunResult, CustomRunResultUpdate, WaitedRun]


@pytest.mark.parametrize("status", [200, 204])
async def test_a_finished_run(server: AcpServer, acp: AsyncAcpV01Client, status: int) -> None:
    """F8: of a finished run there is nothing to stream: the run alone comes."""

    async def empty(request: web.Request) -> web.StreamResponse:
        return web.Response(status=204) if status == 204 else await sse()(request)

    server.handlers[PATH] = [empty]
    server.statuses[RUN] = ["success"]
    assert [item.event async for item in acp.stream(RUN)] == [RUN_EVENT]
    assert server.count(*PATH) == 1


async def test_an_interrupt_without_an_event(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """F9: a stream that just ends at an interrupt gives the run that waits, with its question."""
    server.handlers[PATH] = [sse(event(FIRST))]
    server.statuses[RUN] = ["interrupted"]
    server.outputs[RUN] = {"type": "interrupt", "interrupt": {"question": "sure?"}}
    *_, last = [item async for item in acp.stream(RUN)]
    assert isinstance(last.data, WaitedRun)
    assert last.data.state is RunState.WAITING
    assert isinstance(last.data.output, RunInterrupt)


async def test_heartbeats_for_ever(server: AcpServer, acp_v02: AsyncAcpV02Client) -> None:
    """F10: a stream that goes on after its run has failed ends, since the run is looked at."""
    never = asyncio.Event()
    server.handlers[PATH] = [sse(*[event(ERROR)] * 3, b":", until=never)]
    server.statuses[RUN] = ["error"]
    items = [item async for item in acp_v02.stream(RUN, check_interval=0.01)]
    assert [type(item.data) for item in items[:3]] == [ValueRunErrorUpdate] * 3
    assert items[3].event == RUN_EVENT
    assert isinstance(items[3].data, WaitedStatelessRun)
    assert items[3].data.state is RunState.FAILED
    await server.gone.wait()


async def test_an_error_that_is_tried_again_goes_on(
    server: AcpServer, acp_v02: AsyncAcpV02Client
) -> None:
    """F10: an `error` that is `pending` again is no end of the stream."""
    server.handlers[PATH] = [sse(event(ERROR), until=server.looked), sse(event(VALUES))]
    server.statuses[RUN] = ["error", "pending", "pending", "success"]
    stream = acp_v02.stream(RUN, check_interval=0.01)
    stream._reconnection.policy = QUICK
    kinds = [type(item.data) async for item in stream]
    assert kinds[:2] == [ValueRunErrorUpdate, ValueRunResultUpdate]


async def test_events_flow_while_the_run_is_looked_at(
    server: AcpServer, acp: AsyncAcpV01Client
) -> None:
    """A look at the run that tells nothing new doesn't disturb the connection."""

    async def slow(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        await server.looked.wait()
        await answer.write(event(FIRST))
        return answer

    server.handlers[PATH] = [slow]
    server.statuses[RUN] = ["pending", "success"]
    kinds = [type(item.data) async for item in quick(acp, check_interval=0.01)]
    assert kinds == [RunResult, WaitedRun]
    assert server.count(*PATH) == 1


async def test_last_events_of_a_run_that_has_ended(
    server: AcpServer, acp: AsyncAcpV01Client
) -> None:
    """Events that are on their way when the run has ended still come, before the run."""

    async def late(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        await server.looked.wait()
        await answer.write(event(FIRST))
        await answer.write(event(SECOND))
        return answer

    server.handlers[PATH] = [late]
    server.statuses[RUN] = ["success"]
    kinds = [type(item.data) async for item in quick(acp, check_interval=0.01)]
    assert kinds == [RunResult, CustomRunResultUpdate, WaitedRun]


async def test_a_silent_connection_is_replaced(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """A connection without a byte for too long counts as dead, and another one goes on."""
    never = asyncio.Event()
    server.handlers[PATH] = [sse(event(FIRST), until=never), sse(event(SECOND))]
    server.statuses[RUN] = ["pending", "success"]
    stream = acp.stream(RUN, idle_timeout=0.05)
    stream._reconnection.policy = QUICK
    kinds = [type(item.data) async for item in stream]
    assert kinds == [RunResult, CustomRunResultUpdate, WaitedRun]


async def test_streams_that_bring_nothing(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """When new connections bring nothing again and again, the run alone is waited for."""
    server.handlers[PATH] = [sse()]
    server.statuses[RUN] = [*["pending"] * 8, "success"]
    items = [item async for item in quick(acp)]
    assert [item.event for item in items] == [RUN_EVENT]
    assert server.count(*PATH) == QUICK.max_fruitless


async def test_a_server_that_refuses_later(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """A refusal after a lost connection doesn't end the stream: the run tells how it went."""
    server.handlers[PATH] = [breaking_off, refusing(409)]
    server.statuses[RUN] = ["pending", "pending", "success"]
    kinds = [type(item.data) async for item in quick(acp)]
    assert kinds == [RunResult, WaitedRun]


async def test_the_first_refusal_is_raised(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """What stands against the first connection is the caller's to know."""
    server.handlers[PATH] = [refusing(404)]
    with pytest.raises(NotFound):
        await anext(acp.stream(RUN))


async def test_an_interval_that_is_none(acp: AsyncAcpV01Client) -> None:
    """Looks without a pause between them are refused."""
    with pytest.raises(InvalidRequest, match="check_interval must be seconds above 0, but is 0"):
        acp.stream(RUN, check_interval=0)


async def test_no_server(no_environment: None) -> None:
    """Without a server, the first event asked for raises."""
    async with AsyncAcpClient(base_url="http://127.0.0.1:9", timeout=0.2, trust_env=False) as acp:
        with pytest.raises(ConnectionFailed):
            await anext(acp.stream(RUN))


async def test_a_run_that_is_deleted_meanwhile(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """F1: a run that is not known any more, look after look, is gone."""
    never = asyncio.Event()
    server.handlers[PATH] = [sse(event(FIRST), until=never)]
    server.statuses[RUN] = [None]
    stream = quick(acp, check_interval=0.01)
    await anext(stream)
    with pytest.raises(RunGone) as caught:
        await anext(stream)
    assert caught.value.ref == f"acp:{RUN}"


async def test_cancelling_closes_the_connection(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """Cancelling the task that waits for an event closes the connection at once."""
    never = asyncio.Event()
    server.handlers[PATH] = [sse(event(FIRST), until=never)]
    stream = acp.stream(RUN)
    await anext(stream)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await server.gone.wait()


async def test_leaving_closes_the_connection(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """Leaving `async with` closes the connection, whatever is still to come."""
    never = asyncio.Event()
    server.handlers[PATH] = [sse(event(FIRST), until=never)]
    async with acp.stream(RUN) as stream:
        await anext(stream)
    await server.gone.wait()
    assert [item async for item in stream] == []


async def test_the_blocking_form(server: AcpServer) -> None:
    """The blocking client iterates over the same items."""
    server.handlers[PATH] = [sse(event(FIRST))]
    server.statuses[RUN] = ["success"]

    def read() -> list[str]:
        with AcpClient(base_url=server.url, trust_env=False) as acp:
            return [item.event for item in acp.stream(RUN)]

    assert await asyncio.to_thread(read) == ["agent_event", RUN_EVENT]
