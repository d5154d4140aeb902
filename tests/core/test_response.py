"""From answers to results and errors."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns import errors
from actionruns.core.operation import Operation
from actionruns.core.response import (
    Call,
    Response,
    api_error,
    parse_response,
    retry_after_seconds,
)
from actionruns.errors import ApiError, DecodeFailed
from tests.core.runs import Run

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"
CALL = Call(
    operation="get_run",
    method="GET",
    url="https://api.test/v1/runs/r_1",
    request_id="ours-1",
    hint="Check the token.",
)
GET_RUN = Operation(name="get_run", method="GET", path="/v1", result=Run, member="run")
DELETE_RUN: Operation[None] = Operation(
    name="delete_run", method="DELETE", path="/v1", result=type(None)
)


def error_of(
    status: int, body: object = None, headers: dict[str, str] | None = None, **more: Any
) -> ApiError:
    content = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )
    return api_error(Response(status, headers or {}, content), CALL, now=NOW, **more)


def test_a_result_is_decoded() -> None:
    """A 2xx answer gives the result, taken out of its envelope."""
    body = b'{"ok": true, "run": {"id": "r_1", "status": "NEW"}}'
    assert parse_response(GET_RUN, Response(200, {}, body)) == Run(id="r_1", status="NEW")


@pytest.mark.parametrize("body", [b"", b"OK", b'{"ok": true}'])
def test_an_operation_without_a_result_gives_none(body: bytes) -> None:
    """Where there is no result, the body doesn't matter."""
    result: object = parse_response(DELETE_RUN, Response(204, {}, body))
    assert result is None


def test_a_result_that_does_not_fit_fails_with_the_status() -> None:
    """A 2xx answer with another body than promised is a decode error with its status."""
    with pytest.raises(DecodeFailed) as caught:
        parse_response(GET_RUN, Response(202, {}, b'{"run": {"id": 1}}'))
    assert (caught.value.status, caught.value.path) == (202, "run.id")


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        ({"ok": False, "error": "not_found", "message": "no such run"}, "no such run", "not_found"),
        ({"ok": False, "error": "not_found"}, "not_found", "not_found"),
        ({"error": "x", "message": ""}, "x", "x"),
        ({"detail": "Not Found"}, "Not Found", ""),
        (
            {"detail": [{"loc": ["body", "x"], "msg": "field required"}]},
            '[{"loc":["body","x"],"msg":"field required"}]',
            "",
        ),
        ({"message": {"a": [1]}}, '{"a":[1]}', ""),
        ({"error": {"code": 7}}, '{"code":7}', ""),
        ("just a text", "just a text", ""),
        (["a", 1], '["a",1]', ""),
        (17, "17", ""),
        ({}, "HTTP 404", ""),
        (None, "HTTP 404", ""),
        (b"null", "HTTP 404", ""),
        (b"plain text", "plain text", ""),
        (b"two\n  lines", "two lines", ""),
        (b"caf\xe9", "caf\ufffd", ""),
        (b"<html>x</html>", "a web page instead of JSON; is base_url right?", ""),
        (b"\n <!DOCTYPE html>", "a web page instead of JSON; is base_url right?", ""),
    ],
)
def test_the_message_is_found(body: object, message: str, code: str) -> None:
    """The service's message and code are found in each form that services use."""
    error = error_of(404, body)
    assert (error.message, error.code) == (message, code)


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (b"", None),
        (b'{"a": null}', {"a": None}),
        (b"plain", "plain"),
        (b"\xff", "\ufffd"),
        (b'"text"', "text"),
    ],
)
def test_the_body_is_kept(content: bytes, body: object) -> None:
    """The error has the body: decoded if it is JSON, else its text, else None."""
    assert error_of(400, content).body == body


def test_a_long_message_is_cut() -> None:
    """A message of many kilobytes is cut to what a person reads."""
    message = error_of(500, b"x" * 100_000).message
    assert (len(message), message[-3:]) == (500, "...")


def test_the_text_tells_the_whole_story() -> None:
    """The text names the operation, the call, the status and what the service said."""
    assert str(error_of(409, {"message": "the run has ended"})) == (
        "get_run: GET https://api.test/v1/runs/r_1 answered 409: the run has ended."
    )


@pytest.mark.parametrize("end", [".", "!", "?"])
def test_a_sentence_keeps_its_end(end: str) -> None:
    """A message that ends as a sentence gets no second full stop."""
    assert str(error_of(409, {"message": f"Ended{end}"})).endswith(f"409: Ended{end}")


def test_attempts_are_told() -> None:
    """An error after several attempts says so."""
    error = error_of(503, attempts=4)
    assert (error.attempts, str(error).endswith("Tried 4 times.")) == (4, True)


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "Check the token."),
        (403, "lack the permission"),
        (404, "Check the identifiers and the base URL"),
        (413, "Send less"),
        (429, "Lower the rate with RateBudget(rate=...)"),
    ],
)
def test_a_hint_says_what_to_do(status: int, hint: str) -> None:
    """Statuses that a caller can do something about come with a hint."""
    assert hint in str(error_of(status))


@pytest.mark.parametrize("status", [400, 409, 422, 500, 503])
def test_other_statuses_have_no_hint(status: int) -> None:
    """Where there is nothing general to say, nothing is said."""
    assert str(error_of(status)).endswith(f"answered {status}: HTTP {status}.")


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://new.test/v1", "It redirects to https://new.test/v1, which is not followed"),
        (None, "It redirects to another place, which is not followed"),
        ("https://ann:hush@new.test/", "It redirects to https://***@new.test/"),
        ("http://[", "It redirects to http://["),
    ],
)
def test_a_redirect_tells_where_it_leads(location: str | None, shown: str) -> None:
    """A redirect is an error that names its target, without credentials."""
    headers = {} if location is None else {"location": location}
    assert shown in str(error_of(302, headers=headers))


@pytest.mark.parametrize(
    ("headers", "request_id"),
    [
        ({"x-trace-id": "t", "x-request-id": "r"}, "t"),
        ({"x-request-id": "r"}, "r"),
        ({}, "ours-1"),
    ],
)
def test_the_request_id_is_the_servers_or_ours(headers: dict[str, str], request_id: str) -> None:
    """The id is the server's trace id where it sent one, else the id that we sent."""
    assert error_of(500, headers=headers).request_id == request_id


def test_the_call_is_told() -> None:
    """Method, URL and status stand in attributes, too."""
    error = error_of(500)
    assert (error.method, error.url, error.status) == ("GET", CALL.url, 500)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 429, 500, 503, 302, 418])
def test_the_class_goes_by_the_status(status: int) -> None:
    """The error is of the class of its status, exactly."""
    assert type(error_of(status)) is errors.error_class_for(status)


@pytest.mark.parametrize(
    "body",
    [
        {"message": f"bad token {TOKEN}"},
        {"message": {"clientSecret": "hush-hush", "id": 1}},
        f"Bearer {TOKEN} has expired".encode(),
        b"x" * 490 + f" {TOKEN}".encode(),
    ],
)
def test_no_secret_is_in_the_text(body: object) -> None:
    """A credential that the service echoes is not in the message, whole or cut."""
    error = error_of(401, body)
    for secret in (TOKEN[:12], "hush"):
        assert secret not in str(error)
        assert secret not in error.message


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        (format_datetime(NOW + timedelta(seconds=30), usegmt=True), 30.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("Wed, 21 Oct 99999999999999 07:28:00 GMT", None),
        ("Wed, 21 Oct 2015 07:28:00 +99999999999999999", None),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    """Retry-After counts seconds or is a date; what is neither says nothing."""
    assert retry_after_seconds(Response(429, {"retry-after": text}, b""), NOW) == seconds


def test_a_date_is_measured_by_the_servers_clock() -> None:
    """A Retry-After date is compared with the answer's Date: our clock may be off by hours."""
    server = NOW + timedelta(hours=3)
    headers = {
        "date": format_datetime(server, usegmt=True),
        "retry-after": format_datetime(server + timedelta(seconds=20), usegmt=True),
    }
    assert retry_after_seconds(Response(503, headers, b""), NOW) == 20.0


@pytest.mark.parametrize(
    ("status", "body", "seconds"),
    [
        (429, {"retryAfter": 12}, 12.0),
        (429, {"retryAfter": "12"}, 12.0),
        (429, {"retryAfter": None}, None),
        (429, {"retryAfter": {"a": 1}}, None),
        (429, ["retryAfter"], None),
        (429, {}, None),
        (503, {"retryAfter": 12}, None),
    ],
)
def test_retry_after_may_be_in_the_body_of_429(
    status: int, body: object, seconds: float | None
) -> None:
    """A 429 without the header may give its wait in the body; other statuses may not."""
    response = Response(status, {}, json.dumps(body).encode())
    assert retry_after_seconds(response, NOW) == seconds


def test_the_header_goes_before_the_body() -> None:
    """The header counts when both are there."""
    response = Response(429, {"retry-after": "3"}, b'{"retryAfter": 99}')
    assert retry_after_seconds(response, NOW) == 3.0


def test_retry_after_is_on_the_error() -> None:
    """The error tells how long the service asked to wait."""
    assert error_of(429, headers={"retry-after": "7"}).retry_after == 7.0


@given(st.text(st.characters(codec="latin-1")), st.binary(max_size=200), st.integers(300, 599))
def test_any_answer_becomes_an_error(text: str, body: bytes, status: int) -> None:
    """Whatever a server sends as headers and body, building the error itself never fails."""
    headers = dict.fromkeys(["retry-after", "location", "date", "x-trace-id"], text)
    error = api_error(Response(status, headers, body), CALL, now=NOW)
    assert error.status == status
    assert error.retry_after is None or error.retry_after >= 0


GET_OUTPUT = Operation(
    name="get_output",
    method="GET",
    path="/v1",
    result=cast("type[Run | None]", Run | None),
    may_be_empty=True,
)


@pytest.mark.parametrize(("status", "body"), [(204, b""), (200, b""), (200, b"null")])
def test_an_empty_answer_is_none_where_that_is_allowed(status: int, body: bytes) -> None:
    """An operation whose answer may be empty gives None for it."""
    assert parse_response(GET_OUTPUT, Response(status, {}, body)) is None


def test_a_full_answer_is_decoded_where_it_may_be_empty() -> None:
    """An operation whose answer may be empty gives the result when there is one."""
    found = parse_response(GET_OUTPUT, Response(200, {}, b'{"id": "r_1", "status": "NEW"}'))
    assert found == Run(id="r_1", status="NEW")


def test_an_empty_answer_is_refused_elsewhere() -> None:
    """An operation that promises a result fails without one."""
    with pytest.raises(DecodeFailed, match="not JSON"):
        parse_response(GET_RUN, Response(204, {}, b""))


def test_a_404_that_is_a_text_in_json_is_the_services() -> None:
    """Servers of the Agent Connect Protocol write their errors so: the id is what to look at."""
    error = api_error(Response(404, {}, b'"Run x not found"'), CALL, now=NOW)
    assert error.message == "Run x not found"
    assert "Check the identifiers" in str(error)
    assert "another server" not in str(error)


def test_a_404_that_is_not_the_services_says_so() -> None:
    """A wrong path at some web server is told from a run that does not exist."""
    answer = Response(404, {}, b"404: Not Found")
    error = api_error(answer, CALL, now=NOW)
    assert "another server or path: correct base_url" in str(error)
