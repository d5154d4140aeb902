"""The REST adapter: right results and right errors, asked by a plain HTTP client."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Mapping
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from openapi_spec_validator import validate

from actionruns.emulator import Emulator
from actionruns.errors import ConfigurationError
from actionruns.gateway import Gateway, GatewaySettings
from tests.gateway.conftest import Caller, Jobs, served
from tests.gateway.documents import capability

pytestmark = pytest.mark.anyio

RUNS = "/v1/v1/actions/runs"


async def test_each_operation_of_the_seed(
    gateway: Gateway, emulator: Emulator, call: Caller
) -> None:
    """All eight operations do at the service what they are for."""
    started = await call(
        gateway,
        "POST",
        "/v1/v1/actions/create_microservice/runs",
        json={"properties": {"name": "shop"}},
    )
    assert started.status == 200
    run_id = started.body["run"]["id"]
    listed = await call(gateway, "GET", RUNS, params={"limit": "5", "active": "true"})
    assert [run["id"] for run in listed.body["runs"]] == [run_id]
    one = f"{RUNS}/{run_id}"
    logged = await call(gateway, "POST", f"{one}/logs", json={"message": "half way"})
    assert logged.status == 200
    log = await call(gateway, "GET", f"{one}/logs", params={"limit": "1", "offset": "0"})
    assert [entry["message"] for entry in log.body["runLogs"]] == ["half way"]
    changed = await call(gateway, "PATCH", one, json={"status": "SUCCESS"})
    assert changed.body["run"]["status"] == "SUCCESS"
    assert (await call(gateway, "GET", one)).body["run"]["status"] == "SUCCESS"
    waiting = await emulator.add_run("deploy_to_production")
    who = await call(
        gateway,
        "GET",
        f"{RUNS}/{waiting}/approvers",
        params={"include_pending_approvers": "true"},
    )
    assert who.body["approvers"]
    decided = await call(gateway, "PATCH", f"{RUNS}/{waiting}/approval", json={"status": "DECLINE"})
    assert decided.status == 200
    assert (await emulator.run(waiting))["status"] == "DECLINED"


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (f"{RUNS}?limit=ten", {"limit": "should be a number, but is 'ten'"}),
        (f"{RUNS}?limit=true", {"limit": "should be a number, but is 'true'"}),
        (f"{RUNS}?limit=1&limit=2", {"limit": "is given 2 times, but only an array may be"}),
        (f"{RUNS}?active=yes", {"active": "should be true or false, but is 'yes'"}),
        (f"{RUNS}/r_1/approvers", {"include_pending_approvers": "is required"}),
        (
            f"{RUNS}/r_1?colour=red",
            {"colour": "is no parameter of this operation; there are: version"},
        ),
        (
            f"{RUNS}?limit=x&active=x",
            {
                "limit": "should be a number, but is 'x'",
                "active": "should be true or false, but is 'x'",
            },
        ),
    ],
)
async def test_what_is_wrong_with_a_query_is_told(
    path: str, wrong: dict[str, str], gateway: Gateway, emulator: Emulator, call: Caller
) -> None:
    """Each input that is missing or not of its type is named with the reason; nothing is sent."""
    answer = await call(gateway, "GET", path)
    assert answer.status == 400
    assert answer.body["error"] == "invalid_parameter"
    assert {item["name"]: item["message"] for item in answer.body["parameters"]} == wrong
    assert all(name in answer.body["message"] for name in wrong)
    assert emulator.requests.count() == 0


@pytest.mark.parametrize(
    ("body", "kind", "status", "message"),
    [
        (b"", "application/json", 400, "is required: send JSON"),
        (b"{", "application/json", 400, "is no JSON"),
        (b"[]", "application/json", 400, "should be of type object"),
        (b"{}", "text/plain", 415, "should be of Content-Type application/json"),
        (
            b"x" * 2**20 + b"x",
            "application/json",
            413,
            "Maximum request body size 1048576 exceeded",
        ),
    ],
)
async def test_what_is_wrong_with_a_body_is_told(
    body: bytes, kind: str, status: int, message: str, gateway: Gateway, call: Caller
) -> None:
    """A body that is missing, no JSON, of another type or too large is refused with the reason."""
    path = "/v1/v1/actions/create_microservice/runs"
    answer = await call(gateway, "POST", path, data=BytesIO(body), headers={"Content-Type": kind})
    assert answer.status == status
    assert message in answer.body["message"]


async def test_a_body_where_none_belongs_is_refused(gateway: Gateway, call: Caller) -> None:
    """An operation without a body says so, and doesn't drop one silently."""
    answer = await call(gateway, "GET", RUNS, json={})
    assert (answer.status, answer.body["message"]) == (400, "body this operation takes no body")


async def test_a_service_s_refusal_keeps_status_and_body(gateway: Gateway, call: Caller) -> None:
    """What the service answers with 4xx reaches the caller as it is."""
    answer = await call(gateway, "GET", f"{RUNS}/r_nowhere")
    assert answer.status == 404
    assert answer.body["error"] == "not_found"
    assert "r_nowhere" in answer.body["message"]


@pytest.mark.parametrize(
    ("given", "status", "error"),
    [
        ((422, {"error": "bad_name"}), 422, "bad_name"),
        ((409, b"plain text"), 409, "service_error"),
        ((307, {"location": "elsewhere"}), 502, "service_error"),
        ((200, b"<html>"), 502, "unexpected_answer"),
        ((200, {"jobs": {}}), 502, "unexpected_answer"),
    ],
)
async def test_other_answers_are_mapped(
    given: tuple[int, Any], status: int, error: str, jobs: Jobs, call: Caller
) -> None:
    """JSON goes through, a text is wrapped, what callers cannot use is the gateway's 502."""
    jobs.answers = [given]
    async with served(capability(), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway:
        answer = await call(gateway, "GET", "/jobs")
    assert (answer.status, answer.body["error"]) == (status, error)


async def test_an_error_of_the_gateway_itself_is_told_in_json(
    jobs: Jobs, call: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    """What no one thought of, here an answer too deep to be written, is a 500 in JSON."""
    jobs.answers = [(200, b"[" * 500 + b"]" * 500)]
    async with served(capability(), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway:
        answer = await call(gateway, "GET", "/jobs/1")
    assert (answer.status, answer.body["error"]) == (500, "gateway_error")
    assert "GET /jobs/1 failed" in caplog.text


async def test_the_service_says_when_to_come_back(jobs: Jobs, call: Caller) -> None:
    """A refusal for being too fast reaches the caller with its Retry-After."""
    jobs.answers, jobs.headers = [(429, {"error": "slow_down"})], {"Retry-After": "90"}
    async with served(capability(), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway:
        answer = await call(gateway, "POST", "/jobs", json={})
    assert (answer.status, answer.headers["Retry-After"]) == (429, "90")


async def test_a_service_that_is_away(call: Caller) -> None:
    """Without a service, calls are 502, the gateway is alive but not ready."""
    async with served(capability(), {"JOBS_KEY": "k"}) as gateway:
        answer = await call(gateway, "POST", "/jobs", json={})
        health = await call(gateway, "GET", "/healthz")
        ready = await call(gateway, "GET", "/readyz")
    assert (answer.status, answer.body["error"]) == (502, "service_unreachable")
    assert (health.status, ready.status) == (200, 503)


async def test_a_service_that_never_answers(emulator: Emulator, call: Caller) -> None:
    """A call that takes longer than the time-out is 504."""
    emulator.fail_next("GET", "/port/v1/actions/runs", hang=True)
    async with served("port-action-runs", base_uri=emulator.port_url, timeout=0.2) as gateway:
        answer = await call(gateway, "GET", RUNS)
    assert (answer.status, answer.body["error"]) == (504, "timeout")


async def test_ready_while_the_service_answers(jobs: Jobs, call: Caller) -> None:
    """Whatever the service says, it is there; asked again soon, it isn't bothered again."""
    async with served(capability(), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway:
        answers = [(await call(gateway, "GET", "/readyz")).status for _ in range(2)]
    assert answers == [200, 200]


async def test_arrays_are_given_once_for_each(jobs: Jobs, call: Caller) -> None:
    """A parameter that is an array keeps all of its values, in their order, commas included."""
    async with served(capability(), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway:
        answer = await call(gateway, "GET", "/jobs?state=new&state=a%2Cb&limit=3")
    assert answer.body == []
    assert jobs.asked[0].query == [("state", "new"), ("state", "a,b"), ("limit", "3")]


async def test_a_path_keeps_what_is_encoded(jobs: Jobs, call: Caller) -> None:
    """An identifier with a slash stays one part of the path."""
    async with served(capability(), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway:
        await call(gateway, "GET", "/jobs/a%2Fb%20c")
    assert jobs.asked[0].path == "/jobs/a%2Fb%20c"


async def test_other_paths_and_methods_are_told_in_json(gateway: Gateway, call: Caller) -> None:
    """What is not there, and what a path doesn't take, is said in the adapter's own form."""
    missing = await call(gateway, "GET", "/v1/nothing")
    assert (missing.status, missing.body["error"]) == (404, "not_found")
    method = await call(gateway, "DELETE", RUNS)
    assert (method.status, method.headers["Allow"]) == (405, "GET")
    assert method.body["message"] == f"{RUNS} takes GET, not DELETE"


async def test_openapi_describes_what_is_exposed(gateway: Gateway, call: Caller) -> None:
    """The document is valid OpenAPI 3.1, and has each operation with its inputs."""
    document = (await call(gateway, "GET", "/openapi.json")).body
    validate(document)
    operations = {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    assert set(operations) == {(call.method, call.path) for call in gateway.rest_calls}
    approvers = operations["GET", f"{RUNS}/{{run-id}}/approvers"]
    assert [(item["name"], item["in"], item["required"]) for item in approvers["parameters"]] == [
        ("include_pending_approvers", "query", True),
        ("run-id", "path", True),
    ]


class _Links(HTMLParser):
    """Collects what a page would load or lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.loads += [value for name, value in attributes if name in ("src", "href")]


async def test_the_page_needs_nothing_from_elsewhere(gateway: Gateway, call: Caller) -> None:
    """The page shows each operation, has no script, and loads nothing: it works offline."""
    answer = await call(gateway, "GET", "/docs")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    links = _Links()
    links.feed(answer.body)
    assert links.loads == ["openapi.json"]
    assert "<script" not in answer.body
    for exposed in gateway.rest_calls:
        assert f"<code>{exposed.path}</code>" in answer.body
    assert "include_pending_approvers</code> (required)" in answer.body


async def test_the_root_leads_to_the_page(gateway: Gateway, call: Caller) -> None:
    """Who opens the address that the command prints sees the page."""
    answer = await call(gateway, "GET", "/")
    assert answer.body == (await call(gateway, "GET", "/docs")).body


async def test_a_root_of_the_document_is_its_own(jobs: Jobs, call: Caller) -> None:
    """A document that exposes something at the root keeps it."""
    rooted = capability(("- path: /jobs\n          name: all", "- path: /\n          name: all"))
    async with served(rooted, {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway:
        answer = await call(gateway, "GET", "/")
    assert "<html" not in str(answer.body)
    assert answer.status == 200


async def test_texts_of_a_document_are_no_markup(jobs: Jobs, call: Caller) -> None:
    """A description with markup in it is shown, not run."""
    evil = capability(("description: List jobs.", "description: <script>alert(1)</script>"))
    async with served(evil, {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway:
        page = (await call(gateway, "GET", "/docs")).body
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


async def test_a_port_that_is_taken_is_told(gateway: Gateway) -> None:
    """The message names the address and the option that chooses another port."""
    assert gateway.rest_url is not None
    taken = int(gateway.rest_url.rpartition(":")[2])
    with pytest.raises(ConfigurationError, match=rf"127\.0\.0\.1:{taken}.*--rest-port"):
        await _start(capability(), {"JOBS_KEY": "k"}, rest_port=taken)


async def test_read_only_leaves_out_what_changes_something(
    emulator: Emulator, call: Caller
) -> None:
    """With --read-only, changing operations are no part of the adapter."""
    async with served("port-action-runs", base_uri=emulator.port_url, read_only=True) as gateway:
        assert (await call(gateway, "GET", RUNS)).status == 200
        assert (await call(gateway, "PATCH", f"{RUNS}/r_1", json={})).status == 405
        assert (await call(gateway, "POST", "/v1/v1/actions/a/runs", json={})).status == 404


async def test_requests_under_way_end_before_the_gateway_does(
    emulator: Emulator, call: Caller
) -> None:
    """A gateway that is told to stop answers what it has begun."""
    emulator.fail_next("GET", "/port/v1/actions/runs", delay=0.3)
    async with served("port-action-runs", base_uri=emulator.port_url) as gateway:
        answer = asyncio.create_task(call(gateway, "GET", RUNS))
        await emulator.requests.reached(1, route="/port/v1/actions/runs")
    assert (await answer).status == 200


async def test_curl_gets_the_same(gateway: Gateway, emulator: Emulator) -> None:
    """curl, which is not of Python, gets results and errors."""
    run_id = await emulator.add_run()
    ok = await _curl(f"{gateway.rest_url}{RUNS}/{run_id}")
    assert ok["run"]["id"] == run_id
    refused = await _curl(f"{gateway.rest_url}{RUNS}?limit=x")
    assert refused["error"] == "invalid_parameter"


async def _curl(*arguments: str) -> Any:
    command = ["curl", "--silent", "--show-error", "--noproxy", "*", *arguments]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, check=True, timeout=30
    )
    return json.loads(done.stdout)


async def _start(read: Any, environment: Mapping[str, str], **settings: Any) -> None:
    ports = {"rest_port": 0, "mcp_port": 0, **settings}
    async with Gateway(read, GatewaySettings(**ports), environment):
        pass


HEADER = (
    "                - name: limit\n                  in: query\n",
    "                - name: limit\n                  in: header\n",
)


async def test_headers_of_a_call_are_headers_of_the_service(jobs: Jobs, call: Caller) -> None:
    """A parameter that travels in a header is given, checked and passed on as one."""
    async with served(capability(HEADER), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway:
        await call(gateway, "GET", "/jobs", headers={"limit": "-5"})
        wrong = await call(gateway, "GET", "/jobs", headers={"limit": "5.5"})
    assert jobs.asked[0].headers["limit"] == "-5"
    assert len(jobs.asked) == 1
    assert wrong.body["parameters"] == [
        {"name": "limit", "in": "header", "message": "should be a whole number, but is '5.5'"}
    ]


@pytest.mark.parametrize(
    ("text", "sent"),
    [("%7B%22a%22%3A1%7D", {"a": 1}), ("%7B", None), ("7", None)],
)
async def test_an_object_may_stand_in_a_query(
    text: str, sent: Any, jobs: Jobs, call: Caller
) -> None:
    """A document may take a body of the service as a query's parameter; it is JSON then."""
    change = (
        "              call: jobs.start\n",
        (
            "              inputParameters: [{name: body, in: query, type: object}]\n"
            "              call: jobs.start\n"
        ),
    )
    async with served(capability(change), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway:
        answer = await call(gateway, "POST", f"/jobs?body={text}")
    if sent is None:
        assert answer.body["message"] == "body should be a JSON object"
    else:
        assert json.loads(jobs.asked[0].body) == sent


async def test_a_body_that_is_optional_may_be_left_out(jobs: Jobs, call: Caller) -> None:
    """Without a body, none is sent."""
    change = ("                  type: object\n                  required: true\n", "")
    async with served(capability(change), {"JOBS_KEY": "k"}, base_uri=jobs.url) as gateway:
        await call(gateway, "POST", "/jobs")
    assert jobs.asked[0].body == b""
