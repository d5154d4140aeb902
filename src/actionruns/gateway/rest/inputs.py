"""From a request to the inputs of a call, each of its type; or what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs
import orjson
from aiohttp import web

from actionruns.gateway.calls import CallInput, RestCall

__all__ = ["BadInputs", "Problem", "given_by"]


@attrs.frozen
class Problem:
    """What is wrong with one input.

    Attributes:
        parameter: Its name, as the request has it.
        place: Where it travels.
        message: What is wrong, and what it should be.
    """

    parameter: str
    place: str
    message: str


class BadInputs(Exception):
    """A request whose inputs cannot be used.

    Attributes:
        problems: What is wrong with each.
        status: HTTP status of the answer.
    """

    def __init__(self, *problems: Problem, status: int = 400) -> None:
        super().__init__(problems)
        self.problems = problems
        self.status = status


class _Unusable(Exception):
    """A text is no value of its type; says what it should be."""


async def given_by(request: web.Request, call: RestCall) -> dict[str, Any]:
    """Return the inputs that a request gives, by their names.

    Raises:
        BadInputs: A required one is missing, one is not of its type, or one is not known.
    """
    given: dict[str, Any] = {}
    problems: list[Problem] = []
    body = next((item for item in call.inputs if item.place == "body"), None)
    for item in call.inputs:
        if item.place == "body":
            continue
        texts = _texts(request, call, item)
        if not texts:
            if item.required:
                problems.append(Problem(item.wire, item.place, "is required"))
            continue
        try:
            given[item.name] = _value(item, texts)
        except _Unusable as error:
            problems.append(Problem(item.wire, item.place, str(error)))
    problems += _unknown(request, call)
    if problems:
        raise BadInputs(*problems)
    content = await _body(request, body)
    if content is not None and body is not None:
        given[body.name] = content
    return given


def _texts(request: web.Request, call: RestCall, item: CallInput) -> list[str]:
    if item.place == "path":
        return [request.match_info[placeholder_name(call, item.wire)]]
    if item.place == "header":
        return list(request.headers.getall(item.name, []))
    return list(request.query.getall(item.name, []))


def placeholder_name(call: RestCall, wire: str) -> str:
    """Return what a part of the path is called in a route, where hyphens are not allowed."""
    in_path = [item.wire for item in call.inputs if item.place == "path"]
    return f"part{in_path.index(wire)}"


def _unknown(request: web.Request, call: RestCall) -> list[Problem]:
    known = [item.name for item in call.inputs if item.place == "query"]
    there_are = f"there are: {', '.join(known)}" if known else "there are none here"
    return [
        Problem(name, "query", f"is no parameter of this operation; {there_are}")
        for name in dict.fromkeys(request.query)
        if name not in known
    ]


def _value(item: CallInput, texts: list[str]) -> Any:
    if item.type == "array":
        return texts
    if len(texts) > 1:
        raise _Unusable(f"is given {len(texts)} times, but only an array may be")
    return _READERS[item.type](texts[0])


def _text(text: str) -> str:
    return text


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise _Unusable(f"should be true or false, but is {text!r}")
    return text == "true"


def _integer(text: str) -> int:
    # int() takes more than JSON does: spaces, underscores, other digits.
    if not text.removeprefix("-").isdecimal() or not text.isascii():
        raise _Unusable(f"should be a whole number, but is {text!r}")
    return int(text)


def _number(text: str) -> int | float:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unusable(f"should be a number, but is {text!r}")
    return value


def _object(text: str) -> Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise _Unusable("should be a JSON object")
    return value


_READERS: Final[Mapping[str, Any]] = {
    "string": _text,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "object": _object,
}


async def _body(request: web.Request, body: CallInput | None) -> Any:
    """Return the body of a request, None when it has none."""
    content = await request.read()
    if body is None:
        if content:
            raise BadInputs(Problem("body", "body", "this operation takes no body"))
        return None
    if not content:
        if body.required:
            raise BadInputs(Problem(body.name, "body", "is required: send JSON"))
        return None
    # A page of another site can send a form or a plain text without being asked, but no JSON.
    if request.content_type != "application/json":
        found = request.content_type
        message = f"should be of Content-Type application/json, but is {found}"
        raise BadInputs(Problem(body.name, "body", message), status=415)
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadInputs(Problem(body.name, "body", f"is no JSON: {error}")) from error
    expected = {"object": dict, "array": list, "string": str}.get(body.type)
    if expected is not None and not isinstance(value, expected):
        raise BadInputs(Problem(body.name, "body", f"should be of type {body.type}"))
    return value
