"""A span for each call, and the metrics of its requests."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.semconv.attributes import (
    error_attributes,
    http_attributes,
    server_attributes,
    url_attributes,
)
from opentelemetry.semconv.metrics import http_metrics
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from actionruns import AsyncPortClient, PortClient
from actionruns.core.operation import Operation, Parameter
from actionruns.emulator import Emulator
from actionruns.errors import (
    ConnectionFailed,
    DecodeFailed,
    InvalidRequest,
    NotFound,
    RateLimited,
    RequestTimeout,
)
from actionruns.otel import names
from tests.otel.conftest import Telemetry
from tests.transport.operations import (
    GET,
    ONE,
    THING,
    Thing,
    TokenService,
    transport_to,
    transport_with_token,
)
from tests.transport.servers import (
    Server,
    answer,
    black_hole,
    event_stream,
    hang_up,
    in_turn,
    reset,
)
from tests.transport.ticks import FOLLOW, ONE_TICK, gathered

pytestmark = pytest.mark.anyio

DURATION = "http.client.request.duration"
RUN = "/port/v1/actions/runs/{run_id}"


def attributes_of(span: ReadableSpan) -> dict[str, Any]:
    """Return a span's attributes."""
    return dict(span.attributes or {})


def id_of(span: trace.Span | ReadableSpan) -> int:
    """Return a span's id."""
    context = span.get_span_context()
    assert context is not None
    return context.span_id


def parent_id_of(span: ReadableSpan) -> int | None:
    """Return the id of a span's parent; None = it has none."""
    return None if span.parent is None else span.parent.span_id


def test_standard_names_are_the_standard_s() -> None:
    """The names of the semantic conventions are spelt as these have them."""
    assert names.METHOD == http_attributes.HTTP_REQUEST_METHOD
    assert names.STATUS == http_attributes.HTTP_RESPONSE_STATUS_CODE
    assert names.RESENT == http_attributes.HTTP_REQUEST_RESEND_COUNT
    assert names.URL == url_attributes.URL_FULL
    assert names.ERROR == error_attributes.ERROR_TYPE
    assert names.SERVER == server_attributes.SERVER_ADDRESS
    assert names.PORT == server_attributes.SERVER_PORT
    assert http_metrics.HTTP_CLIENT_REQUEST_DURATION == DURATION


async def test_a_call_is_a_span(telemetry: Telemetry) -> None:
    """A good call is one CLIENT span with the operation's name, and all that is known of it."""
    async with Server(answer(THING)) as server:
        await transport_to(server, service="things").send(GET, {**ONE, "view": "all"})
        port = int(server.url.rpartition(":")[2])
        request_id = server.headers("x-request-id")[0]
    (span,) = telemetry.spans
    assert (span.name, span.kind) == ("get_thing", SpanKind.CLIENT)
    assert span.status.status_code is StatusCode.UNSET
    assert attributes_of(span) == {
        "actionruns.service": "things",
        "actionruns.operation": "get_thing",
        "actionruns.request_id": request_id,
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "url.full": f"{server.url}/things/t_1?view=all",
        "url.template": "/things/{thing_id}",
        "server.address": "127.0.0.1",
        "server.port": port,
    }
    assert not span.events


@pytest.mark.parametrize(("base_url", "port"), [("https://api.test", 443), ("http://api.test", 80)])
async def test_a_server_has_a_port_anyway(telemetry: Telemetry, base_url: str, port: int) -> None:
    """Where the URL has no port, the scheme's own is told."""
    with pytest.raises(InvalidRequest):
        await transport_to(base_url).send(GET, {"thing_id": ""})
    attributes = attributes_of(telemetry.spans[0])
    assert (attributes[names.SERVER], attributes[names.PORT]) == ("api.test", port)


async def test_a_request_is_measured(telemetry: Telemetry) -> None:
    """Each request is one measurement in seconds, with attributes that take few values."""
    async with Server(answer(THING)) as server:
        transport = transport_to(server, service="things")
        for _ in range(3):
            await transport.send(GET, ONE)
    unit, ((attributes, point),) = telemetry.metrics()[DURATION]
    assert (unit, point.count, tuple(point.explicit_bounds)) == ("s", 3, names.DURATION_BOUNDS)
    assert 0 < point.sum < 60
    assert set(attributes) == {
        names.SERVICE,
        names.OPERATION,
        names.METHOD,
        names.STATUS,
        names.URL_TEMPLATE,
        names.SERVER,
        names.PORT,
    }


async def test_a_service_without_a_name_has_no_attribute_for_it(telemetry: Telemetry) -> None:
    """A client made without a service's name leaves the attribute out."""
    async with Server(answer(THING)) as server:
        await transport_to(server).send(GET, ONE)
    assert names.SERVICE not in attributes_of(telemetry.spans[0])


async def test_an_error_status_fails_the_span(telemetry: Telemetry) -> None:
    """A call that raises for its status is a failed span, with the status and the message."""
    async with Server(answer({"message": "none"}, status=404)) as server:
        with pytest.raises(NotFound) as caught:
            await transport_to(server).send(GET, ONE)
    (span,) = telemetry.spans
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == str(caught.value)
    attributes = attributes_of(span)
    assert (attributes[names.STATUS], attributes[names.ERROR]) == (404, "404")
    assert not span.events  # no traceback: nobody has looked through it for secrets
    assert telemetry.values(DURATION, names.ERROR)["404"].count == 1


async def test_retries_are_events_and_counted(telemetry: Telemetry) -> None:
    """A call that is sent again is one span; each retry is an event that says what went before."""
    behaviour = in_turn(answer({}, status=503), hang_up, answer(THING))
    async with Server(behaviour) as server:
        await transport_to(server).send(GET, ONE)
    (span,) = telemetry.spans
    attributes = attributes_of(span)
    assert (attributes[names.STATUS], attributes[names.RESENT]) == (200, 2)
    assert names.ERROR not in attributes
    events = [(event.name, dict(event.attributes or {})) for event in span.events]
    lost = "ServerDisconnectedError"
    assert events == [
        ("actionruns.retry", {"actionruns.attempt": 2, "error.type": "503"}),
        ("actionruns.retry", {"actionruns.attempt": 3, "error.type": lost}),
    ]
    metrics = telemetry.metrics()
    points = metrics[DURATION][1]
    measured = {(a.get(names.STATUS), a.get(names.ERROR)): p.count for a, p in points}
    assert measured == {(503, "503"): 1, (None, lost): 1, (200, None): 1}
    unit, again = metrics["actionruns.client.retries"]
    assert unit == "{request}"
    assert {a[names.ERROR]: value for a, value in again} == {"503": 1, lost: 1}


async def test_refusals_for_the_rate_are_counted(telemetry: Telemetry) -> None:
    """Every answer with 429 counts, those that were tried again and the one that is raised."""
    async with Server(answer({}, status=429, headers={"Retry-After": "0"})) as server:
        with pytest.raises(RateLimited):
            await transport_to(server, service="things").send(GET, ONE)
        sent = len(server.requests)
    unit, ((attributes, refused),) = telemetry.metrics()["actionruns.client.refusals"]
    assert (unit, refused) == ("{response}", sent)
    assert (attributes[names.SERVICE], attributes[names.OPERATION]) == ("things", "get_thing")


async def test_no_answer(telemetry: Telemetry) -> None:
    """A call without an answer has the kind of error and no status, also after an earlier one."""
    async with Server(in_turn(answer({}, status=503), reset)) as server:
        with pytest.raises(ConnectionFailed):
            await transport_to(server).send(GET, ONE)
    (span,) = telemetry.spans
    attributes = attributes_of(span)
    assert attributes[names.ERROR] == "ConnectionFailed"
    assert names.STATUS not in attributes
    assert span.status.status_code is StatusCode.ERROR


async def test_a_timeout(telemetry: Telemetry) -> None:
    """A call whose time is up is measured as far as it came, with the kind of error."""
    async with Server(black_hole) as server:
        with pytest.raises(RequestTimeout):
            await transport_to(server, timeout=0.05).send(GET, ONE)
    assert attributes_of(telemetry.spans[0])[names.ERROR] == "RequestTimeout"
    point = telemetry.values(DURATION, names.ERROR)["RequestTimeout"]
    assert (point.count, point.sum > 0) == (1, True)


async def test_an_answer_that_does_not_fit(telemetry: Telemetry) -> None:
    """A good status with something else in the body fails the call, not the request."""
    async with Server(answer({"id": 5})) as server:
        with pytest.raises(DecodeFailed):
            await transport_to(server).send(GET, ONE)
    (span,) = telemetry.spans
    attributes = attributes_of(span)
    assert (attributes[names.STATUS], attributes[names.ERROR]) == (200, "DecodeFailed")
    ((measured, _),) = telemetry.metrics()[DURATION][1]
    assert names.ERROR not in measured


async def test_what_cannot_be_sent(telemetry: Telemetry) -> None:
    """An argument that cannot be sent fails the span of the call; no request is measured."""
    async with Server(answer(THING)) as server:
        with pytest.raises(InvalidRequest):
            await transport_to(server).send(GET, {"thing_id": ""})
    assert attributes_of(telemetry.spans[0])[names.ERROR] == "InvalidRequest"
    assert DURATION not in telemetry.metrics()


async def test_a_cancelled_call_has_not_failed(telemetry: Telemetry) -> None:
    """A call that its caller cancels ends with the reason, and not as a failure."""
    async with Server(black_hole) as server:
        transport = transport_to(server)
        calling = asyncio.create_task(transport.send(GET, ONE))
        await server.wait_for_requests(1)
        calling.cancel()
        await asyncio.wait({calling})
    (span,) = telemetry.spans
    assert span.status.status_code is StatusCode.UNSET
    assert attributes_of(span)[names.ERROR] == "CancelledError"


async def test_what_was_not_sent_is_not_measured(telemetry: Telemetry) -> None:
    """A call that is cancelled while it waits for its slot is a span without a request."""
    async with Server(black_hole) as server:
        transport = transport_to(server, max_connections=1)
        first = asyncio.create_task(transport.send(GET, ONE))
        await server.wait_for_requests(1)
        second = asyncio.create_task(transport.send(GET, ONE))
        await asyncio.sleep(0)
        for task in (second, first):
            task.cancel()
            await asyncio.wait({task})
    assert len(telemetry.spans) == 2
    ((_, point),) = telemetry.metrics()[DURATION][1]
    assert point.count == 1


async def test_a_token_is_a_call_inside_the_call(telemetry: Telemetry) -> None:
    """The request for a token is a span of its own, a child of the call that needs it."""
    async with Server(TokenService()) as server:
        await transport_with_token(server).send(GET, ONE)
    token, thing = telemetry.span("fetch_token"), telemetry.span("get_thing")
    assert parent_id_of(token) == id_of(thing)
    assert attributes_of(thing)[names.URL].endswith("/things/t_1")
    assert attributes_of(thing)[names.STATUS] == 200


async def test_a_stream_is_a_call_until_it_begins(telemetry: Telemetry) -> None:
    """Opening a stream is the call; the span has ended before the stream does."""
    async with (
        Server(event_stream(ONE_TICK, then=black_hole)) as server,
        transport_to(server).stream(FOLLOW, ONE) as stream,
    ):
        await anext(stream)
        span = telemetry.span(FOLLOW.name)
    assert attributes_of(span)[names.STATUS] == 200
    assert attributes_of(span)[names.URL].startswith(server.url)


async def test_a_stream_that_is_none_fails(telemetry: Telemetry) -> None:
    """A stream that is refused is a failed call."""
    async with Server(answer({}, status=404)) as server:
        with pytest.raises(NotFound):
            await gathered(transport_to(server).stream(FOLLOW, ONE))
    assert attributes_of(telemetry.span(FOLLOW.name))[names.ERROR] == "404"


async def test_secrets_are_nowhere(telemetry: Telemetry) -> None:
    """Neither a token, nor what fetches it, nor a key in a query is exported, in no attribute."""
    keyed: Operation[Thing] = Operation(
        name="get_by_key",
        method="GET",
        path="/things",
        result=Thing,
        parameters=(Parameter(name="api_key", wire="api_key", place="query"),),
        idempotent=True,
    )
    service = TokenService(accepted=set())
    async with Server(service) as server:
        transport = transport_with_token(server, headers={"X-Api-Key": "hush-too"})
        with pytest.raises(Exception, match="401"):
            await transport.send(keyed, {"api_key": "hush-hush"})
    told = telemetry.everything()
    assert "api_key=***" in told
    assert "fetch_token" in told
    assert "hush" not in told
    assert service.last_token() not in told


# ---------------------------------------------------------------------------------------- context


async def test_the_span_is_the_callers_child(telemetry: Telemetry) -> None:
    """A call belongs to the span in which it is made, which is the current one again after it."""
    tracer = telemetry.tracer_provider.get_tracer("test")
    async with Server(answer(THING)) as server:
        with tracer.start_as_current_span("caller") as caller:
            await transport_to(server).send(GET, ONE)
            assert trace.get_current_span() is caller
    assert parent_id_of(telemetry.span("get_thing")) == id_of(caller)


async def test_no_context_is_sent_by_itself(telemetry: Telemetry) -> None:
    """The service learns nothing of a trace unless a propagator is given."""
    async with Server(answer(THING)) as server:
        await transport_to(server).send(GET, ONE)
        assert "traceparent" not in server.requests[0].headers


async def test_a_propagator_sends_the_context(telemetry: Telemetry) -> None:
    """With a propagator, each attempt carries the context of the span of its call."""
    telemetry.instrument(propagator=TraceContextTextMapPropagator())
    async with Server(in_turn(answer({}, status=503), answer(THING))) as server:
        await transport_to(server).send(GET, {**ONE, "key": "k"})
        sent = server.headers("traceparent")
        assert server.headers("x-key") == ["k", "k"]
    context = telemetry.span("get_thing").get_span_context()
    assert context is not None
    trace_id, span_id, flags = context.trace_id, context.span_id, context.trace_flags
    assert sent == [f"00-{trace_id:032x}-{span_id:016x}-{flags:02x}"] * 2


async def test_blocking_calls_belong_to_the_callers_span(
    telemetry: Telemetry, no_environment: None
) -> None:
    """A call through the blocking facade is a child of the span of the thread that makes it."""
    tracer = telemetry.tracer_provider.get_tracer("test")
    async with Emulator(auto_progress=False) as emulator:
        run_id = await emulator.add_run()

        def work() -> int:
            settings = {"client_id": "demo", "client_secret": "demo"}
            with (
                PortClient(base_url=emulator.port_url, trust_env=False, **settings) as port,  # type: ignore[arg-type]  # a table of settings
                tracer.start_as_current_span("caller") as caller,
            ):
                port.action_runs.get_action_run(run_id)
                assert len(list(port.action_runs.iter_action_runs())) == 1
                return id_of(caller)

        caller_id = await asyncio.to_thread(work)
    for name in ("get_action_run", "get_action_runs"):
        span = telemetry.span(name)
        assert parent_id_of(span) == caller_id
        assert attributes_of(span)[names.SERVICE] == "port"
    assert "demo" not in str(attributes_of(telemetry.span("get_access_token")))


async def test_against_the_emulator(telemetry: Telemetry, no_environment: None) -> None:
    """A typed call of a client is one span, after a refusal for its rate, too."""
    async with (
        Emulator(auto_progress=False) as emulator,
        AsyncPortClient(base_url=emulator.port_url, token="demo", trust_env=False) as port,
    ):
        run_id = await emulator.add_run()
        emulator.fail_next("GET", RUN, status=429, headers={"Retry-After": "0"})
        await port.action_runs.get_action_run(run_id)
    attributes = attributes_of(telemetry.span("get_action_run"))
    assert attributes[names.URL_TEMPLATE] == "/port/v1/actions/runs/{run_id}"
    assert (attributes[names.SERVICE], attributes[names.RESENT]) == ("port", 1)
    assert telemetry.values("actionruns.client.refusals") == 1
