"""From the answer on the wire to a typed result or a typed error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar, cast

import attrs
import orjson

from actionruns.core.codec import decode
from actionruns.core.http_time import http_date, server_time
from actionruns.core.operation import Operation
from actionruns.core.redaction import redact_text
from actionruns.errors import ApiError, error_class_for

__all__ = ["Call", "Response", "api_error", "parse_response", "retry_after_seconds"]

T = TypeVar("T")


class Response(NamedTuple):
    """An answer as values.

    Attributes:
        status: HTTP status code.
        headers: Its headers; look-ups ignore case.
        body: The body, decompressed.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@attrs.frozen(kw_only=True)
class Call:
    """What an error tells about the call that failed.

    Attributes:
        operation: Name of the operation.
        method: HTTP method.
        url: The URL, without credentials.
        request_id: The id that we sent.
        hint: What to do about a refusal of the credentials (401).
        notes: Status -> what to tell of such an answer to this call.
        maybe_sent: Whether it may have been executed all the same.
    """

    operation: str
    method: str
    url: str
    request_id: str = ""
    hint: str = ""
    notes: Mapping[int, str] = attrs.field(factory=dict)
    maybe_sent: bool = False


def parse_response(operation: Operation[T], response: Response) -> T:
    """Decode the result of an operation from a 2xx answer; an empty one is None where allowed.

    Raises:
        DecodeFailed: The body is not what the specification promises.
    """
    if operation.result is type(None):
        return None
    if not response.body and operation.may_be_empty:
        return cast("T", None)  # T has None then
    return decode(response.body, operation.result, member=operation.member, status=response.status)


# The member that carries the text, by service: Port and ForgePortal, then FastAPI (ACP servers).
_MESSAGE_MEMBERS = ("message", "detail", "error")


def api_error(response: Response, call: Call, *, attempts: int = 1, now: datetime) -> ApiError:
    """Build the error of an answer that is none of 2xx.

    Args:
        response: The answer.
        call: The call that it answers.
        attempts: How many times the request was sent.
        now: The time of day, to understand a ``Retry-After`` that is a date.
    """
    body = _error_body(response.body)
    message = _message(body) or f"HTTP {response.status}"
    code = body.get("error") if isinstance(body, dict) else None
    request_id = response.headers.get("x-trace-id") or response.headers.get("x-request-id")
    parts = [f"{call.operation}: {call.method} {call.url} answered {response.status}: {message}"]
    if hint := _hint(response, call):
        parts.append(hint)
    if attempts > 1:
        parts.append(f"Tried {attempts} times.")
    return error_class_for(response.status)(
        " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts),
        status=response.status,
        body=body,
        code=code if isinstance(code, str) else "",
        message=message,
        request_id=request_id or call.request_id,
        method=call.method,
        url=call.url,
        attempts=attempts,
        retry_after=retry_after_seconds(response, now),
        maybe_sent=call.maybe_sent,
    )


_HINTS: Mapping[int, str] = {
    403: "The credentials are valid, but lack the permission for this.",
    404: "Check the identifiers and the base URL; "
    "what the credentials may not see is answered as not found, too.",
    413: "Send less, the service's limit is on the whole body.",
    429: "Lower the rate with RateBudget(rate=...) or wait longer with RetryPolicy.",
}


def _hint(response: Response, call: Call) -> str:
    if note := call.notes.get(response.status):
        return note
    if response.status == 401:
        return call.hint
    if 300 <= response.status < 400:
        where = redact_text(response.headers.get("location", "another place"))
        return f"It redirects to {where}, which is not followed; correct base_url."
    if response.status == 404 and response.body and not _is_json(response.body):
        return "The service answers in JSON, so this is another server or path: correct base_url."
    return _HINTS.get(response.status, "")


def _is_json(body: bytes) -> bool:
    """Tell whether a body is JSON; servers of the Agent Connect Protocol write texts as such."""
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


def _error_body(body: bytes) -> Any:
    if not body:
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")


def _message(body: Any) -> str:
    if isinstance(body, str) and body.lstrip().startswith("<"):
        return "a web page instead of JSON; is base_url right?"
    if isinstance(body, dict):
        found = next((body[name] for name in _MESSAGE_MEMBERS if body.get(name)), "")
    else:
        found = body or ""
    if not isinstance(found, str):
        found = orjson.dumps(found).decode()
    # Redacted before it is cut to what is shown: half a token is not recognised.
    found = redact_text(" ".join(found[:4000].split()))
    return found if len(found) <= 500 else f"{found[:497]}..."


def retry_after_seconds(response: Response, now: datetime) -> float | None:
    """Return how long the service asks to wait, in seconds; None when it does not say.

    ``Retry-After`` is a number of seconds or a date (RFC 9110, 10.2.3). ForgePortal's template
    routes give ``retryAfter`` in the body instead.
    """
    text = response.headers.get("retry-after", "").strip()
    if not text and response.status == 429:
        body = _error_body(response.body)
        text = str(body.get("retryAfter", "")) if isinstance(body, dict) else ""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        moment = http_date(text)
        if moment is None:
            return None
        seconds = (moment - server_time(response.headers, now)).total_seconds()
    return max(0.0, seconds) if seconds < float("inf") else None
