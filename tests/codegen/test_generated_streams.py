"""Generated methods that stream, or may have nothing to give, in both forms."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator

import pytest

from actionruns.blocking import PrivateLoop
from actionruns.core.events import StreamEvent
from actionruns.errors import NotFound
from actionruns.transport.streaming import IDLE_SECONDS
from tests.codegen.golden.jobs._generated.blocking import Jobs
from tests.codegen.golden.jobs._generated.endpoints import AsyncJobs
from tests.codegen.golden.jobs._generated.models import Failure, Value
from tests.transport.operations import transport_to
from tests.transport.servers import (
    Server,
    answer,
    black_hole,
    event_stream,
    server_in_thread,
)

EVENTS = (
    b'id: 1\nevent: job\ndata: {"type": "value", "value": [1]}\n\n',
    b'id: 2\nevent: new\ndata: {"type": "hint", "text": "later"}\n\n',
    b'id: 3\nevent: job\ndata: {"type": "failure", "reason": "no"}\n\n',
)
DATA = [
    Value(type="value", value=[1]),
    {"type": "hint", "text": "later"},
    Failure(type="failure", reason="no"),
]


async def gathered(events: AsyncIterator[StreamEvent[Value | Failure]]) -> list[object]:
    return [event.data async for event in events]


@pytest.mark.anyio
async def test_events_are_typed() -> None:
    """A streaming method gives events whose data are the models, and what is new as it came."""
    async with Server(event_stream(*EVENTS)) as server:
        stream = AsyncJobs(transport_to(server)).stream_job("j_1", last_event_id="0")
        assert await gathered(stream) == DATA
    assert server.requests[0].target == "/v1/jobs/j_1/stream"
    assert server.headers("last-event-id") == ["0"]


@pytest.mark.anyio
async def test_a_body_may_be_any_json() -> None:
    """A stream may be begun by a request whose body is whatever JSON the caller gives."""
    async with Server(event_stream(b'data: "line"\n\n')) as server:
        jobs = AsyncJobs(transport_to(server))
        assert [event.data async for event in jobs.answer_job("j_1", answer=None)] == ["line"]
    assert (server.requests[0].method, server.requests[0].body) == ("POST", b"null")


@pytest.mark.anyio
async def test_nothing_yet_is_none() -> None:
    """A method whose answer may be 204 gives None for it, and the model that is meant otherwise."""
    async with Server(answer(b"", status=204)) as server:
        jobs = AsyncJobs(transport_to(server))
        assert await jobs.get_output("j_1", wait=1) is None
        assert await gathered(jobs.stream_job("j_1")) == []
        server.behave = answer({"type": "failure", "reason": "no"})
        assert await jobs.get_output("j_1") == Failure(type="failure", reason="no")


@pytest.fixture
def server() -> Iterator[Server]:
    with server_in_thread(event_stream(*EVENTS)) as server:
        yield server


def blocking(server: Server) -> tuple[Jobs, PrivateLoop]:
    transport = transport_to(server)
    loop = PrivateLoop(transport.aclose)
    return Jobs(AsyncJobs(transport), loop), loop


def test_the_blocking_form_iterates(server: Server) -> None:
    """The blocking form gives the same events as an iterator, and None for what is empty."""
    jobs, loop = blocking(server)
    assert [event.data for event in jobs.stream_job("j_1")] == DATA
    server.behave = answer(b"", status=204)
    assert jobs.get_output("j_1") is None
    loop.close()


def test_the_blocking_form_may_be_left(server: Server) -> None:
    """Closing the blocking iterator closes the connection, which the next call may have."""
    server.behave = event_stream(EVENTS[0], then=black_hole)
    transport = transport_to(server, max_connections=1)
    loop = PrivateLoop(transport.aclose)
    jobs = Jobs(AsyncJobs(transport), loop)
    with jobs.stream_job("j_1") as events:
        assert next(events).data == DATA[0]
    server.behave = answer({"type": "value", "value": None})
    assert jobs.get_output("j_1") == Value(type="value", value=None)
    loop.close()


def test_errors_of_the_blocking_form_come_with_the_first_event(server: Server) -> None:
    """An error status raises when the first event is asked for."""
    server.behave = answer({"detail": "no such job"}, status=404)
    jobs, loop = blocking(server)
    events = jobs.stream_job("j_1")
    with pytest.raises(NotFound, match="no such job"):
        next(events)
    loop.close()


def test_the_idle_time_is_the_transports() -> None:
    """The default that the generator writes is the one of the transport."""
    parameters = inspect.signature(AsyncJobs.stream_job).parameters
    assert parameters["idle_timeout"].default == IDLE_SECONDS
