"""What the transport writes to the log."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from actionruns.core import pacing
from actionruns.core.operation import Operation, Pace, Parameter
from actionruns.core.retry import Failure
from tests.transport.operations import (
    CREATE,
    GET,
    ONE,
    THING,
    Thing,
    TokenService,
    transport_to,
    transport_with_token,
)
from tests.transport.servers import Server, answer, hang_up, in_turn

pytestmark = pytest.mark.anyio

STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Log at the most talkative level."""
    caplog.set_level(logging.DEBUG, "actionruns")


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a formatter of JSON finds beside the standard attributes."""
    fields = {name: value for name, value in vars(record).items() if name not in STANDARD}
    return json.loads(json.dumps(fields))  # type: ignore[no-any-return]  # it is an object


def lines(caplog: pytest.LogCaptureFixture, level: int) -> list[dict[str, Any]]:
    """Return the fields of the transport's records of a level."""
    return [
        fields_of(record)
        for record in caplog.records
        if (record.name, record.levelno) == ("actionruns.transport", level)
    ]


async def test_each_answer_is_a_line_for_debugging(caplog: pytest.LogCaptureFixture) -> None:
    """An answer's record tells service, operation, request and status, in fields."""
    async with Server(answer(THING)) as server:
        await transport_to(server, service="things").send(GET, ONE)
        (line,) = lines(caplog, logging.DEBUG)
        assert line == {
            "service": "things",
            "operation": "get_thing",
            "method": "GET",
            "url": f"{server.url}/things/t_1",
            "status": 200,
            "request_id": server.headers("x-request-id")[0],
            "attempt": 1,
        }


async def test_a_retry_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """A retry after an answer tells its status, the wait, and which attempt it was."""
    async with Server(in_turn(answer({}, status=503), answer(THING))) as server:
        await transport_to(server, service="things").send(GET, ONE)
    (line,) = lines(caplog, logging.INFO)
    assert 0 <= line.pop("wait") <= 0.002
    assert (line["status"], line["attempt"], line["operation"]) == (503, 1, "get_thing")
    assert "error" not in line
    assert [answered["status"] for answered in lines(caplog, logging.DEBUG)] == [503, 200]


async def test_a_retry_after_no_answer_says_what_happened(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A retry of what got no answer has the kind of failure instead of a status."""
    async with Server(in_turn(hang_up, hang_up, answer(THING))) as server:
        await transport_to(server).send(GET, ONE)
    found = lines(caplog, logging.INFO)
    assert [line["attempt"] for line in found] == [1, 2]
    assert [line["error"] for line in found] == [Failure.STALE.value, Failure.BROKEN.value]
    assert not any("status" in line for line in found)


async def test_what_is_not_tried_again_is_no_line(caplog: pytest.LogCaptureFixture) -> None:
    """A failure that is raised is told by its error, and not by the log, too."""
    async with Server(answer({}, status=500)) as server:
        with pytest.raises(Exception, match="500"):
            await transport_to(server).send(CREATE, {})
    assert lines(caplog, logging.INFO) == []


async def test_a_wait_for_a_turn_is_one_line(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that is held back by the operation's own limit says for how long."""
    monkeypatch.setattr(pacing, "MARGIN", 0.0)
    paced = Operation(
        name="make",
        method="POST",
        path="/things",
        result=Thing,
        idempotent=True,
        pace=Pace(requests=1, period=0.1),
    )
    async with Server(answer(THING)) as server:
        transport = transport_to(server, service="things")
        for _ in range(2):
            await transport.send(paced, {})
    (line,) = lines(caplog, logging.INFO)
    assert 0 < line.pop("wait") <= 0.1
    assert line == {"service": "things", "operation": "make"}


async def test_no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Tokens, the secrets that fetch them and keys in a query stand in no message and no field."""
    keyed: Operation[Thing] = Operation(
        name="get_by_key",
        method="GET",
        path="/things",
        result=Thing,
        parameters=(Parameter(name="api_key", wire="api_key", place="query"),),
        idempotent=True,
    )
    service = TokenService()
    async with Server(service) as server:
        transport = transport_with_token(server)
        await transport.send(keyed, {"api_key": "hush-hush"})
    told = caplog.text + repr([fields_of(record) for record in caplog.records])
    assert "api_key=***" in told
    assert "/token" in told
    assert "hush" not in told
    assert service.last_token() not in told


async def test_no_secret_of_a_query_is_in_an_error() -> None:
    """An error shows the URL without the keys in its query, in its text and in its attribute."""
    keyed: Operation[Thing] = Operation(
        name="get_by_key",
        method="GET",
        path="/things",
        result=Thing,
        parameters=(Parameter(name="api_key", wire="api_key", place="query"),),
    )
    async with Server(answer({}, status=404)) as server:
        with pytest.raises(Exception, match=r"api_key=\*\*\*") as caught:
            await transport_to(server).send(keyed, {"api_key": "hush-hush"})
    assert "hush" not in repr(vars(caught.value))
