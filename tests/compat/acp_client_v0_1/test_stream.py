"""Streams of runs: events as they come."""

from __future__ import annotations

import asyncio
import threading

import pytest
from anyio.from_thread import BlockingPortal

from actionruns import ConnectionFailed
from actionruns.compat import acp_client_v0_1
from actionruns.compat.acp_client_v0_1.models.run_output_stream import RunOutputStream
from tests.compat.acp_client_v0_1.living import NOWHERE, Agents
from tests.transport.servers import Exchange, Server, event_stream, raw


def texts(events: list[RunOutputStream]) -> list[str]:
    return [event.data.to_dict()["result"]["text"] for event in events]


def test_events_come_one_by_one(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """Each event comes when the agent has said it, not when the run has ended."""
    run_id = agents.run("streamer", moved=False)
    stream = runs.get_run_stream(run_id)
    agents.move(run_id)
    first = next(stream)
    assert isinstance(first, RunOutputStream)
    assert (first.event, first.data.actual_instance.type) == ("agent_event", "result")
    assert texts([first]) == ["All"]
    agents.move(run_id)
    assert texts([next(stream)]) == ["All is"]
    for _ in range(4):
        agents.move(run_id)
    assert texts(list(stream))[-1] == "All is well that ends"


def test_updates_in_the_agents_own_form(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """A stream of the mode custom gives the agent's own updates."""
    run = runs.create_run({"agent_id": agents.id("streamer"), "streaming": "custom"})
    for _ in range(6):
        agents.move(run.run_id)
    events = list(runs.get_run_stream(run.run_id))
    assert {type(event.data.actual_instance) for event in events} == {
        acp_client_v0_1.CustomRunResultUpdate
    }
    assert [event.data.to_dict()["update"]["word"] for event in events][:2] == ["All", "is"]


def test_an_unknown_run_is_told_by_the_call(runs: acp_client_v0_1.RunsApi) -> None:
    """That there is no such run is told by the call, before anything is iterated over."""
    with pytest.raises(acp_client_v0_1.NotFoundException):
        runs.get_run_stream(NOWHERE)


def test_a_stream_prints_what_it_is(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """Printed, a stream says whose it is, how much was read, and the latest event."""
    run_id = agents.run("streamer")
    stream = runs.get_run_stream(run_id)
    assert repr(stream) == f"<events of run {run_id}: 0 read>"
    event = next(stream)
    assert repr(stream) == f"<events of run {run_id}: 1 read, latest: {event!r}>"
    assert stream.latest is event


def test_a_closed_stream_ends(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """A stream that is left gives nothing more, and others do."""
    run_id = agents.run("streamer")
    with runs.get_run_stream(run_id) as stream:
        next(stream)
    assert list(stream) == []
    stream.close()
    assert len(list(runs.get_run_stream(run_id))) == 6


async def heartbeats(exchange: Exchange) -> None:
    """Send signs of life until the client has gone."""
    while True:
        exchange.send(b":\n")
        await exchange.writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("way", ["close", "drop"])
def test_an_unread_stream_gives_its_connection_back(portal: BlockingPortal, way: str) -> None:
    """A stream that nobody has iterated over ends its connection when it is closed or dropped."""
    server = Server(event_stream(then=heartbeats))
    ended = threading.Event()
    server.on_end = ended.set
    with portal.wrap_async_context_manager(server), client_of(server) as client:
        stream = acp_client_v0_1.RunsApi(client).get_run_stream(NOWHERE)
        if way == "close":
            stream.close()
        else:
            del stream
        assert ended.wait(20)


def test_closing_after_the_client(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """A stream whose client was closed can be closed as well."""
    stream = runs.get_run_stream(agents.run("thinker"))
    runs.api_client.close()
    stream.close()
    assert list(stream) == []


def client_of(server: Server) -> acp_client_v0_1.ApiClient:
    return acp_client_v0_1.ApiClient(acp_client_v0_1.Configuration(host=server.url, retries=0))


def served(portal: BlockingPortal, *parts: bytes) -> list[RunOutputStream]:
    """Return the events of a stream that consists of these parts."""
    server = Server(event_stream(*parts))
    with portal.wrap_async_context_manager(server), client_of(server) as client:
        return list(acp_client_v0_1.RunsApi(client).get_run_stream(NOWHERE))


def test_an_event_without_an_id(portal: BlockingPortal) -> None:
    """An event whose id the server lost has none."""
    data = b'{"type":"result","run_id":"r","status":"pending","result":{}}'
    (event,) = served(portal, b"event: agent_event\ndata: " + data + b"\n\n")
    assert event.id is None
    assert event.to_dict()["data"]["status"] == "pending"


@pytest.mark.parametrize("text", ["no JSON", '{"no": "type"}'])
def test_data_of_another_form(portal: BlockingPortal, text: str) -> None:
    """Data that is not what the protocol has comes as it is."""
    (event,) = served(portal, f"data: {text}\n\n".encode())
    assert event.data.actual_instance == ("no JSON" if text == "no JSON" else {"no": "type"})


def test_an_event_that_is_too_large(portal: BlockingPortal) -> None:
    """An event that is larger than an answer may be is an ApiValueError."""
    with pytest.raises(acp_client_v0_1.ApiValueError, match="larger than"):
        served(portal, b"data: ", b"x" * 2**26)


def test_an_answer_that_is_no_stream(portal: BlockingPortal) -> None:
    """An answer of success that is no stream is an ApiValueError."""
    server = Server(raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>"))
    with portal.wrap_async_context_manager(server), client_of(server) as client:
        runs = acp_client_v0_1.RunsApi(client)
        with pytest.raises(acp_client_v0_1.ApiValueError, match="should be an event stream"):
            runs.get_run_stream(NOWHERE)


def test_a_stream_that_breaks(runs: acp_client_v0_1.RunsApi, agents: Agents) -> None:
    """A connection that breaks within the stream is ConnectionFailed, not an end."""
    run_id = agents.run("streamer")
    agents.emulator.fail_next("GET", "/acp/0.1/runs/{run_id}/stream", reset="half")
    with pytest.raises(ConnectionFailed):
        list(runs.get_run_stream(run_id))
