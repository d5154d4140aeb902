"""The keywords with an underscore, which every method of the generated client has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple, TypedDict, cast

import attrs

from actionruns.compat.acp_client_v0_1.configuration import Timeout, seconds_of
from actionruns.compat.acp_client_v0_1.exceptions import ApiTypeError, ApiValueError
from actionruns.core.operation import Operation, Parameter

__all__ = ["Prepared", "RequestOptions", "prepared"]


class RequestOptions(TypedDict, total=False):
    """What may be said of one request.

    Attributes:
        _request_timeout: Seconds for the call, its attempts included, instead of the
            configuration's; a pair of seconds to connect and to read counts as its sum.
        _request_auth: Credentials instead of the configuration's: a mapping with ``in``
            (``header``, ``query`` or ``cookie``), ``key`` and ``value``.
        _content_type: Only ``application/json``; nothing else is sent.
        _headers: Headers of the request, by their names.
        _host_index: Only 0: the protocol's document names no servers.
    """

    _request_timeout: Timeout
    _request_auth: Mapping[str, Any] | None
    _content_type: str | None
    _headers: Mapping[str, Any] | None
    _host_index: int


_KNOWN: Final = frozenset(RequestOptions.__annotations__)
_JSON: Final = "application/json"
_INSTEAD: Final[Mapping[str, str]] = {
    "async_req": "; call the method in a thread of yours, or use actionruns.AsyncAcpClient",
    "_preload_content": "; use the method's form ..._with_http_info and its raw_data",
    "_return_http_data_only": "; use the method's form ..._with_http_info",
}
# As the transport writes them, so that none is sent twice.
_OWN_NAMES: Final = {name.lower(): name for name in ("x-api-key", "Authorization", "X-Request-Id")}


class Prepared(NamedTuple):
    """A call with all that is said of its request.

    Attributes:
        operation: The operation, with parameters for what is said.
        arguments: Its arguments, those parameters included.
        timeout: Seconds for the call; None = the configuration's.
    """

    operation: Operation[Any]
    arguments: Mapping[str, Any]
    timeout: float | None


def prepared(
    operation: Operation[Any],
    arguments: Mapping[str, Any],
    options: RequestOptions,
    headers: Mapping[str, str],
) -> Prepared:
    """Put what is said of a request into its call.

    Args:
        operation: What is called.
        arguments: Its arguments.
        options: What is said of this request.
        headers: Headers of all requests.

    Raises:
        ApiTypeError: An option is not known, or no mapping where it has to be one.
        ApiValueError: An option asks for something else than this package does.
    """
    given = cast("Mapping[str, Any]", options)
    for name in given.keys() - _KNOWN:
        instead = _INSTEAD.get(name, "")
        raise ApiTypeError(f"{operation.name} has no argument {name!r}{instead}")
    if given.get("_host_index"):
        raise ApiValueError("_host_index is always 0; make an ApiClient for the other host")
    _check_json(given.get("_content_type"))
    sent = {**_by_name(headers), **_by_name(_mapping("_headers", given.get("_headers")))}
    _check_json(sent.pop("Content-Type", None))
    query: dict[str, str] = {}
    auth = _mapping("_request_auth", given.get("_request_auth"))
    if auth:
        operation = attrs.evolve(operation, authorised=False)
        place, key, value = auth.get("in"), auth.get("key"), auth.get("value")
        if place == "header":
            sent |= _by_name({str(key): value})
        elif place == "cookie":
            sent["Cookie"] = str(value)
        elif place == "query":
            query[str(key)] = str(value)
        else:
            raise ApiValueError("_request_auth must say in: 'header', 'query' or 'cookie'")
    timeout = seconds_of(given.get("_request_timeout"))
    parameters = (*_parameters("header", sent), *_parameters("query", query))
    if not parameters:
        return Prepared(operation, arguments, timeout)
    changed = attrs.evolve(operation, parameters=(*operation.parameters, *parameters))
    values = {parameter.name: {**query, **sent}[parameter.wire] for parameter in parameters}
    return Prepared(changed, {**arguments, **values}, timeout)


def _parameters(place: Literal["header", "query"], sent: Mapping[str, str]) -> list[Parameter]:
    # A space is in no argument's name, so that they do not meet.
    return [Parameter(name=f"{place} {name}", wire=name, place=place) for name in sent]


def _by_name(headers: Mapping[str, Any]) -> dict[str, str]:
    """Return headers as they are sent, each once, without those that have no value."""
    texts = {str(name): text for name, text in headers.items() if text is not None}
    return {_OWN_NAMES.get(name.lower(), name.title()): str(text) for name, text in texts.items()}


def _mapping(option: str, value: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if not isinstance(value, Mapping | None):
        raise ApiTypeError(f"{option} must be a mapping, but is of {type(value).__name__}")
    return value or {}


def _check_json(kind: object) -> None:
    if kind is not None and str(kind).partition(";")[0].strip().lower() != _JSON:
        raise ApiValueError(f"the protocol takes {_JSON} alone, not {kind!r}")
