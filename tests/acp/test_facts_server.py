"""Clients of both versions and forms against a server that is made of the protocol's facts alone.

It is a server that they have never seen: the emulator has no part in it, nor have the
specifications that the clients are generated from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from actionruns import ApiError, RunState
from actionruns.core.codec import unstructure
from actionruns.errors import error_class_for
from tests.acp.facts_server import Answer, FactsServer, Protocol, protocol
from tests.acp.facts_values import TURNS, place_of, value_of, violations
from tests.callers import FORMS, calling, method_of

PROTOCOLS = {version: protocol(version) for version in ("0.1", "0.2")}
RUN = "00000001-0000-4000-8000-000000000000"

pytestmark = pytest.mark.anyio


def every_operation() -> Iterator[Any]:
    for version, known in PROTOCOLS.items():
        for operation in known.places:
            yield pytest.param(version, operation, id=f"{version}-{operation}")


each_operation = pytest.mark.parametrize(("version", "operation"), list(every_operation()))
each_form = pytest.mark.parametrize("form", FORMS)


def arguments(known: Protocol, operation: str, turn: int, *, whole: bool) -> dict[str, Any]:
    """Return what an operation takes, as the facts have it, by the names of its arguments."""
    given = {
        name: value_of(place_of({"(body)": facts}), turn, whole=whole)
        for where in ("path", "query")
        for name, facts in known.request(operation, where).items()
        if whole or facts.get("required")
    }
    place = known.body(operation)
    if place is None:
        return given
    body = value_of(place, turn, whole=whole)
    return given | (body if place.members else {"body": body})


def call_of(operation: str, given: dict[str, Any]) -> Callable[[Any], Any]:
    return lambda client: method_of(client, operation)(**given)


def plain(result: Any) -> Any:
    """Return what a client made of an answer as JSON has it, the data of each event of a stream."""
    if isinstance(result, list):
        return [unstructure(getattr(item, "data", item)) for item in result]
    return unstructure(result)


def sent(given: dict[str, Any], asked: Any) -> dict[str, Any]:
    """Return what came of the arguments, by their names."""
    body = asked.body if isinstance(asked.body, dict) and "body" not in given else {}
    whole = {"body": asked.body} if "body" in given else {}
    texts = {**asked.path, **asked.query}
    return {**texts, **body, **whole}


def as_sent(known: Protocol, operation: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments as they travel: those of the query as texts."""
    query = known.request(operation, "query")
    return {name: str(value).lower() if name in query else value for name, value in given.items()}


@each_operation
@each_form
async def test_everything_that_can_be_sent_and_answered(
    form: str, version: str, operation: str
) -> None:
    """Each parameter, with each of its types and values, arrives as the protocol has it.

    Of each answer, with each of its types, values and kinds, nothing is lost.
    """
    known = PROTOCOLS[version]
    successes = [status for status in known.statuses(operation) if status < 300]
    async with (
        FactsServer(known) as server,
        calling("acp", form, version=version, base_url=server.url) as call,
    ):
        for turn in TURNS:
            for status in successes:
                answer = known.answer(operation, status, turn)
                server.answers[operation] = [answer]
                given = arguments(known, operation, turn, whole=True)
                result = await call(call_of(operation, given))
                nothing: Any = [] if known.streams(operation) else None
                assert plain(result) == (nothing if status == 204 else answer.value)
                assert sent(given, server.asked[-1]) == as_sent(known, operation, given)
    assert server.violations == []
    assert len(server.asked) == len(TURNS) * len(successes)


@each_operation
@each_form
async def test_what_is_required_is_enough(form: str, version: str, operation: str) -> None:
    """Without what is optional, the request is the protocol's, and so may the answer be."""
    known = PROTOCOLS[version]
    success = min(known.statuses(operation))
    async with (
        FactsServer(known) as server,
        calling("acp", form, version=version, base_url=server.url) as call,
    ):
        for turn in TURNS:
            answer = known.answer(operation, success, turn, whole=False)
            server.answers[operation] = [answer]
            given = arguments(known, operation, turn, whole=False)
            assert plain(await call(call_of(operation, given))) == answer.value
            # Our streams are joined again, so the run has to outlive them (facts F3).
            body = known.body(operation)
            ours = body is not None and "on_disconnect" in body.members
            always = {"on_disconnect": "continue"} if ours else {}
            assert sent(given, server.asked[-1]) == as_sent(known, operation, given) | always
    assert server.violations == []


@each_operation
@each_form
async def test_each_refusal_is_its_error(form: str, version: str, operation: str) -> None:
    """Each status of refusal raises its error, with the server's text, and is asked for once."""
    known = PROTOCOLS[version]
    given = arguments(known, operation, 0, whole=False)
    refusals = [status for status in known.statuses(operation) if status >= 400]
    assert refusals
    async with (
        FactsServer(known) as server,
        calling("acp", form, version=version, base_url=server.url) as call,
    ):
        for status in refusals:
            server.answers[operation] = [known.answer(operation, status, 0)]
            with pytest.raises(ApiError) as caught:
                await call(call_of(operation, given))
            assert type(caught.value) is error_class_for(status)
            assert caught.value.message == f"told by the server: {status}"
    assert len(server.asked) == len(refusals)


OUTPUTS = {"0.1": "get_run_output", "0.2": "wait_for_stateless_run_output"}
GETS = {"0.1": "get_run", "0.2": "get_stateless_run"}
STREAMS = {"0.1": "get_run_stream", "0.2": "stream_stateless_run_output"}
SEARCHES = {"0.1": "search_runs", "0.2": "search_stateless_runs"}


def run_in(version: str, status: str) -> Answer:
    """Return a run as the facts have it, in a status."""
    answer = PROTOCOLS[version].answer(GETS[version], 200, 1)
    return Answer(200, {**answer.value, "run_id": RUN, "status": status})


def output_of(version: str, turn: int) -> Answer:
    """Return an output as the facts have it: a result, a question or an error by turns."""
    return PROTOCOLS[version].answer(OUTPUTS[version], 200, turn)


@pytest.mark.parametrize("version", PROTOCOLS)
@each_form
async def test_a_wait(form: str, version: str) -> None:
    """A wait asks by what the protocol has, and returns the run with its output."""
    known = PROTOCOLS[version]
    output = output_of(version, 0)
    held = [Answer(204), output] if version == "0.1" else [output]
    async with (
        FactsServer(known) as server,
        calling("acp", form, version=version, base_url=server.url) as call,
    ):
        statuses = ("pending", "pending", "success")
        server.answers[GETS[version]] = [run_in(version, status) for status in statuses]
        server.answers[OUTPUTS[version]] = held
        run = await call(lambda client: client.wait(RUN))
    assert run.state is RunState.SUCCEEDED
    expected = output.value if version == "0.1" else output.value["output"]
    assert unstructure(run.output) == expected
    assert server.violations == []


@pytest.mark.parametrize("version", PROTOCOLS)
@each_form
async def test_a_stream(form: str, version: str) -> None:
    """A stream gives each event of the protocol, and the run as it stands then."""
    known = PROTOCOLS[version]
    events = known.answer(STREAMS[version], 200, 0)
    async with (
        FactsServer(known) as server,
        calling("acp", form, version=version, base_url=server.url) as call,
    ):
        server.answers[STREAMS[version]] = [events]
        server.answers[GETS[version]] = [run_in(version, "success")]
        server.answers[OUTPUTS[version]] = [output_of(version, 0)]
        *came, last = await call(lambda client: client.stream(RUN))
    assert plain(came) == events.value
    assert (last.event, last.data.state) == ("run", RunState.SUCCEEDED)
    assert server.violations == []


@pytest.mark.parametrize("version", PROTOCOLS)
@each_form
async def test_a_watch(form: str, version: str) -> None:
    """A watch reads the lists of the protocol and asks for the run that has left them."""
    known = PROTOCOLS[version]
    row, over = run_in(version, "pending"), run_in(version, "success")
    async with (
        FactsServer(known) as server,
        calling("acp", form, version=version, base_url=server.url) as call,
    ):
        # The lists of pending and of interrupted runs, twice.
        lists = [Answer(200, [row.value]), Answer(200, []), Answer(200, []), Answer(200, [])]
        server.answers[SEARCHES[version]] = lists
        server.answers[GETS[version]] = [row, over]
        updates = await call(lambda client: client.watch([RUN], interval=0.01))
    assert [update.state for update in updates] == [RunState.RUNNING, RunState.SUCCEEDED]
    assert server.violations == []


@pytest.mark.parametrize("version", PROTOCOLS)
@pytest.mark.parametrize("whole", [True, False])
def test_the_values_are_the_protocols(version: str, whole: bool) -> None:
    """What the server gives and what it refuses are two sides of the same facts."""
    known = PROTOCOLS[version]
    for operation in known.places:
        for turn in TURNS:
            body = known.body(operation)
            if body is not None:
                assert list(violations(body, value_of(body, turn, whole=whole))) == []


@pytest.mark.parametrize(
    ("operation", "body", "found"),
    [
        ("create_run", {}, "body.agent_id is missing"),
        ("create_run", {"agent_id": "a"}, "body.agent_id is no string:uuid: 'a'"),
        ("create_run", {"agent_id": RUN, "streaming": "x"}, "body.streaming may not be 'x'"),
        ("create_run", {"agent_id": RUN, "webhook": None}, "body.webhook is null"),
        ("create_run", {"agent_id": RUN, "wait": 1}, "body.wait is not of the protocol"),
        ("search_runs", {"limit": 0}, "body.limit is out of its range: 0"),
        ("search_runs", {"limit": True}, "body.limit is no integer: True"),
    ],
)
def test_what_is_not_of_the_protocol_is_found(
    operation: str, body: dict[str, Any], found: str
) -> None:
    """The server notes a member that is missing, unknown, of another type or out of its range."""
    place = PROTOCOLS["0.1"].body(operation)
    assert place is not None
    assert list(violations(place, body)) == [found]
