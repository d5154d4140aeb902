"""From an operation and its arguments to the request that goes on the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple
from urllib.parse import quote

from actionruns.core.codec import encode
from actionruns.core.model import UNSET, Model
from actionruns.core.operation import Arguments, Body, Operation, Parameter
from actionruns.errors import InvalidRequest

__all__ = ["Request", "build_request", "check_header"]


class Request(NamedTuple):
    """A request as values.

    Attributes:
        method: HTTP method.
        path: The path, percent-encoded, beginning with ``/``.
        query: The query, percent-encoded; empty = there is none.
        headers: Headers of this operation (not the client's).
        body: JSON bytes, or None.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def target(self) -> str:
        """Path and query as they stand in a URL."""
        return f"{self.path}?{self.query}" if self.query else self.path


def build_request(operation: Operation[Any], arguments: Arguments) -> Request:
    """Build the request of an operation.

    Raises:
        InvalidRequest: An argument cannot be sent: a required one is missing, a path parameter is
            empty or a dot segment, a type or a limit does not fit, a header value breaks the line.
    """
    path = operation.path
    for parameter in operation.path_parameters:
        value = arguments.get(parameter.name)
        # Most ids look like this: nothing of them is to be encoded, and the look costs little.
        if (
            type(value) is str
            and value.isascii()
            and value.isidentifier()
            and parameter.kind == "string"
        ):
            text: str = value
        else:
            text = _path_text(operation, parameter, value)
        path = path.replace(parameter.placeholder, text)
    query = ""
    headers: Mapping[str, str] = _NONE
    for parameter in operation.other_parameters:
        value = arguments.get(parameter.name)
        if value is None or value is UNSET:
            if parameter.required:
                raise _refused(operation, parameter, "is required")
        elif parameter.place == "header":
            text = ",".join(_texts(operation, parameter, value))
            headers = {**headers, parameter.wire: check_header(parameter.wire, text)}
        elif type(value) is str and parameter.kind == "string" and value.isascii():
            pairs = _quoted_pair(parameter.wire, value)
            query = f"{query}&{pairs}" if query else pairs
        elif texts := _texts(operation, parameter, value):
            pairs = "&".join([_query_pair(operation, parameter, text) for text in texts])
            query = f"{query}&{pairs}" if query else pairs
    body = None if operation.body is None else _body(operation, operation.body, arguments)
    return Request(operation.method, path, query, headers, body)


_NONE: Mapping[str, str] = {}


# The common case, in one look: unreserved characters only (RFC 3986, 2.3), and no dot segment.
_is_plain_segment = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.~-]+").fullmatch


def _path_text(operation: Operation[Any], parameter: Parameter, value: Any) -> str:
    """Percent-encode a path parameter so that it stays one segment of the path."""
    if parameter.kind == "integer":
        if value is not None and value is not UNSET:
            return _text(operation, parameter, value)
    elif type(value) is str and _is_plain_segment(value):
        return value
    if not isinstance(value, str):
        got = "missing" if value is None or value is UNSET else f"{value!r}"
        raise _refused(operation, parameter, f"must be a text, but is {got}")
    if not value:
        problem = "is empty; the path would lead to another operation"
        raise _refused(operation, parameter, problem)
    if value in (".", ".."):
        # RFC 3986, 5.2.4: clients and proxies resolve dot segments even when they are encoded
        # ("%2e"), so there is no way to send them. A text that looks encoded already is no danger:
        # its percent sign is encoded.
        raise _refused(operation, parameter, f"must not be the path segment {value!r}")
    try:
        return quote(value, safe="")
    except UnicodeEncodeError as error:
        raise _not_unicode(operation, parameter, value) from error


# Most values of a query (v2, true, 1000) come again with every call.
@lru_cache(4096)
def _quoted_pair(name: str, text: str) -> str:
    return f"{quote(name, safe='')}={quote(text, safe='')}"


def _query_pair(operation: Operation[Any], parameter: Parameter, text: str) -> str:
    try:
        return _quoted_pair(parameter.wire, text)
    except UnicodeEncodeError as error:
        raise _not_unicode(operation, parameter, text) from error


def _not_unicode(operation: Operation[Any], parameter: Parameter, text: str) -> InvalidRequest:
    return _refused(operation, parameter, f"{text!r} is not valid Unicode (a lone surrogate)")


def _texts(operation: Operation[Any], parameter: Parameter, value: Any) -> list[str]:
    """Return the texts that a query or header value stands for, several for an array."""
    if parameter.kind != "array":
        return [_text(operation, parameter, value)]
    if isinstance(value, str | bytes | Mapping):
        problem = f"must be a list of texts, but is {value!r}; write [{value!r}] for a single one"
        raise _refused(operation, parameter, problem)
    try:
        items = list(value)
    except TypeError as error:
        problem = f"must be a list of texts, but is {value!r}"
        raise _refused(operation, parameter, problem) from error
    for item in items:
        if not isinstance(item, str):
            raise _refused(operation, parameter, f"must hold texts only, but holds {item!r}")
    return items


_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a text"),
    "integer": ((int,), "a whole number"),
    "number": ((int, float), "a number"),
    "boolean": ((bool,), "True or False"),
    "any": ((str, int, float, bool), "a text, a number or a boolean"),
}


def _text(operation: Operation[Any], parameter: Parameter, value: Any) -> str:
    if type(value) is str and parameter.kind == "string":
        return value
    classes, described = _KINDS[parameter.kind]
    number: Any = value
    if (
        not isinstance(value, classes)
        or (isinstance(value, bool) and bool not in classes)
        or (isinstance(value, float) and not isfinite(value))
    ):
        raise _refused(operation, parameter, f"must be {described}, but is {value!r}")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return _number_text(operation, parameter, number)


def _number_text(operation: Operation[Any], parameter: Parameter, value: float) -> str:
    low, high = parameter.minimum, parameter.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = [f"at least {low:g}"] if low is not None else []
        bounds += [f"at most {high:g}"] if high is not None else []
        problem = f"must be {' and '.join(bounds)}, but is {value}"
        raise _refused(operation, parameter, problem)
    return str(value)


_SHAPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "object": ((Mapping, Model), "a mapping or a model"),
    "array": ((list, tuple), "a list or a tuple"),
    "any": ((object,), "anything"),
}


def _body(operation: Operation[Any], body: Body, arguments: Arguments) -> bytes | None:
    if body.whole is not None:
        value = arguments.get(body.whole, UNSET)
        if value is UNSET or (value is None and body.whole not in body.nullable):
            if body.whole in body.required:
                raise InvalidRequest(f"{operation.name}: {body.whole} is required")
            return None
        classes, described = _SHAPES[body.shape]
        if value is not None and not isinstance(value, classes):
            problem = f"must be {described}, but is {value!r}"
            raise InvalidRequest(f"{operation.name}: {body.whole} {problem}")
        return encode(value)
    members: dict[str, Any] = {}
    for name, json_name in body.members.items():
        value = arguments.get(name)
        if value is UNSET or (value is None and name not in body.nullable):
            if name in body.required:
                raise InvalidRequest(f"{operation.name}: {name} is required")
            continue
        members[json_name] = value
    return encode(members)


# RFC 9110, 5.6.2: a token.
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_HEADERS = re.compile(r"[^\t\x20-\x7e\x80-\xff]")


def check_header(name: object, value: object) -> str:
    """Return a header value that is safe to send.

    Raises:
        InvalidRequest: The value has a line break or another control character, with which it
            could smuggle headers into the request, or one that Latin-1 lacks; or the name is none.
    """
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
        raise InvalidRequest(f"{name!r} is no name of a header")
    if not isinstance(value, str) or _NOT_IN_HEADERS.search(value):
        problem = "must be a text without line breaks and control characters"
        raise InvalidRequest(f"the value of the header {name!r} {problem}")
    return value


def _refused(operation: Operation[Any], parameter: Parameter, problem: str) -> InvalidRequest:
    return InvalidRequest(f"{operation.name}: {parameter.name} {problem}")
