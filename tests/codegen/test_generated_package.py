"""What a generated package does, when it is imported and used."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import pytest

from actionruns.blocking import PrivateLoop
from actionruns.core.codec import decode, encode
from actionruns.core.model import UNSET
from actionruns.core.operation import Operation
from actionruns.core.request import build_request
from actionruns.core.response import Response, parse_response
from actionruns.errors import InvalidRequest
from actionruns.states import RunState
from tests.codegen.golden.jobs._generated import operations
from tests.codegen.golden.jobs._generated.blocking import Jobs
from tests.codegen.golden.jobs._generated.endpoints import AsyncApi, AsyncJobs
from tests.codegen.golden.jobs._generated.models import (
    Job,
    LogEvent,
    Plan,
    StateEvent,
    Step,
)

T = TypeVar("T")


class RecordingTransport:
    """Answers each operation with the next of the bodies, and keeps the requests."""

    def __init__(self, *bodies: bytes) -> None:
        self.bodies = list(bodies)
        self.targets: list[str] = []
        self.timeouts: list[float | None] = []

    async def send(
        self, operation: Operation[T], arguments: Mapping[str, Any], *, timeout: float | None = None
    ) -> T:
        self.targets.append(build_request(operation, arguments).target)
        self.timeouts.append(timeout)
        return parse_response(operation, Response(200, {}, self.bodies.pop(0)))

    def __call__(self) -> Any:
        return self


def jobs(transport: RecordingTransport) -> AsyncJobs:
    return AsyncJobs(cast("Any", transport))


def test_query_and_headers_are_built() -> None:
    """Parameters travel in their places under their names on the wire."""
    arguments = {"states": ["waiting", "done"], "min_load": 0.5, "limit": 5, "x_trace": "t"}
    found = build_request(operations.LIST_JOBS, arguments)
    assert (
        found.target
        == "/v1/jobs?limit=5&filter%5Bstate%5D=waiting&filter%5Bstate%5D=done&minLoad=0.5"
    )
    assert found.headers == {"X-Trace": "t"}


def test_limits_are_enforced() -> None:
    """A limit of the specification is enforced before anything is sent."""
    with pytest.raises(InvalidRequest, match="limit must be at least 1 and at most 100"):
        build_request(operations.LIST_JOBS, {"limit": 101})


def test_body_is_built() -> None:
    """Members of the body travel under their JSON names; null is sent only where it may be."""
    arguments = {
        "class_": "nightly",
        "urgent": False,
        "deadline": None,
        "payload": UNSET,
        "token": None,
        "steps": [Step(run="ls"), {"run": "df"}],
    }
    found = build_request(operations.START_JOB, arguments)
    assert found.body == (
        b'{"class":"nightly","urgent":false,"deadline":null,"steps":[{"run":"ls"},{"run":"df"}]}'
    )


def test_whole_body_is_built() -> None:
    """A whole body is a model or a mapping; one that is not required may be left out."""
    path = {"job_id": "j/1"}
    found = build_request(operations.REPLACE_STEPS, {**path, "plan": Plan(steps=[])})
    assert (found.target, found.body) == ("/v1/jobs/j%2F1", b'{"steps":[]}')
    assert build_request(operations.REPLACE_STEPS, path).body is None


@pytest.mark.parametrize("name", operations.__all__)
def test_each_operation_is_consistent(name: str) -> None:
    """The path of each operation is filled by its parameters, and its name is the method's."""
    operation = getattr(operations, name)
    arguments: dict[str, Any] = {
        p.name: 1 if p.kind == "integer" else "x" for p in operation.path_parameters
    }
    if operation.body is not None:
        arguments |= dict.fromkeys(operation.body.required, "x")
    assert "{" not in build_request(operation, arguments).target
    assert operation.name == name.lower()


def test_runs_have_a_state() -> None:
    """A model that is a run has its normalised state, its status and whether it has ended."""
    waiting = Job(id="1", phase="waiting", owner=None)
    assert (waiting.status, waiting.state, waiting.is_terminal) == (
        "waiting",
        RunState.QUEUED,
        False,
    )
    assert Job(id="1", phase="done", owner=None).is_terminal
    ended = Job(id="1", phase="new word", owner=None, ended_at=datetime.now(UTC))
    assert (ended.state, ended.is_terminal) == (RunState.UNKNOWN, True)


def test_models_round_trip() -> None:
    """A model is decoded by its JSON names and encoded as it came, unknown members included."""
    text = (
        b'{"id":"1","phase":"done","owner":null,"endedAt":"2026-01-31T12:00:00.000Z",'
        b'"from":"x","limits":{"cpu":1},"place":{"zone":"a"},"new":[1]}'
    )
    job = decode(text, Job)
    assert (job.from_, job.field_) == ("x", UNSET)
    assert encode(job) == text


def test_secrets_are_not_shown() -> None:
    """A member of format password is not in repr()."""
    assert "hush" not in repr(Step(run="ls", secret="hush"))


@pytest.mark.anyio
async def test_cursor_pages_are_followed() -> None:
    """An iterator over cursors goes on while there is one, over pages without items, too."""
    transport = RecordingTransport(
        b'{"events":[{"kind":"log","line":"a"},{"kind":"state","state":"b"}],"after":"c1"}',
        b'{"events":null,"after":"c2"}',
        b'{"events":[{"kind":"odd"}]}',
    )
    found = [event async for event in jobs(transport).iter_events("log", job_id="1", timeout=3)]
    assert found == [
        LogEvent(kind="log", line="a"),
        StateEvent(kind="state", state="b"),
        {"kind": "odd"},
    ]
    assert transport.targets == [
        "/v1/jobs/1/events/log",
        "/v1/jobs/1/events/log?after=c1",
        "/v1/jobs/1/events/log?after=c2",
    ]
    assert transport.timeouts == [3, 3, 3]


@pytest.mark.anyio
async def test_offset_pages_are_followed() -> None:
    """An iterator over offsets goes on until a page is short."""
    job = b'{"id":"1","phase":"done","owner":null}'
    transport = RecordingTransport(b'{"jobs":[%b,%b]}' % (job, job), b'{"jobs":[%b]}' % job)
    assert len([found async for found in jobs(transport).iter_jobs(limit=2)]) == 3
    assert transport.targets == ["/v1/jobs?limit=2&skip=0", "/v1/jobs?limit=2&skip=2"]


@pytest.mark.anyio
async def test_results_are_typed() -> None:
    """A result is what the specification says: a member of the answer, a union, or nothing."""
    job = b'{"id":"1","phase":"done","owner":null}'
    transport = RecordingTransport(b'{"job":%b}' % job, b"", b"null")
    assert isinstance(await jobs(transport).start_job(class_="a"), Job)
    # Called for its being None, which mypy knows.
    assert await jobs(transport).replace_steps("1") is None  # type: ignore[func-returns-value]
    assert await AsyncApi(cast("Any", transport)).get_health() is None


def test_blocking_class_runs_the_async_one() -> None:
    """The blocking class gives the results of the async one, and its items one by one."""
    job = b'{"id":"1","phase":"done","owner":null}'
    transport = RecordingTransport(job, b'{"jobs":[%b]}' % job)

    async def aclose() -> None:
        pass

    loop = PrivateLoop(aclose)
    blocking = Jobs(jobs(transport), loop)
    assert blocking.get_job("1").id == "1"
    assert [found.id for found in blocking.iter_jobs()] == ["1"]
    loop.close()


def test_signatures_are_readable() -> None:
    """Identifiers may be positional, everything else is named, and timeout is last."""
    parameters = inspect.signature(AsyncJobs.list_events).parameters
    kinds = {name: parameter.kind.name for name, parameter in parameters.items()}
    assert kinds == {
        "self": "POSITIONAL_OR_KEYWORD",
        "kind": "POSITIONAL_OR_KEYWORD",
        "job_id": "KEYWORD_ONLY",
        "after": "KEYWORD_ONLY",
        "page": "KEYWORD_ONLY",
        "timeout": "KEYWORD_ONLY",
    }
