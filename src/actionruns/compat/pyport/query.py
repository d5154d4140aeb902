"""Query parameters as they are given to pyport, which gives them to ``requests``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from actionruns.compat.pyport.routes import Route
from actionruns.errors import InvalidRequest

__all__ = ["arguments_of", "query_names"]


def query_names(route: Route) -> frozenset[str]:
    """Return the names of a route's query parameters, as on the wire."""
    return frozenset(p.wire for p in route.parameters if p.place == "query")


def arguments_of(route: Route, params: object) -> dict[str, Any]:
    """Return query parameters as arguments of the operation.

    Texts may stand for numbers and booleans, numbers and booleans for texts, and a single value for
    an array of one, since all of them are the same on the wire. None is left out.

    Args:
        route: The route.
        params: Values by the names on the wire.

    Raises:
        InvalidRequest: They are no mapping, or one of them is none of the route's.
    """
    if not isinstance(params, Mapping):
        problem = f"must be a dict of query parameters, not {type(params).__name__}"
        raise InvalidRequest(f"{route.name}: params {problem}")
    unknown = sorted(str(name) for name in params.keys() - query_names(route))
    if unknown:
        known = ", ".join(sorted(query_names(route))) or "none"
        names = ", ".join(map(repr, unknown))
        raise InvalidRequest(f"{route.name}: no such query parameter: {names}; there are: {known}")
    return {
        parameter.name: _FORMS[parameter.kind](value)
        for parameter in route.parameters
        if parameter.place == "query"
        if (value := params.get(parameter.wire)) is not None
    }


# Each leaves what it cannot read as it is: the operation then says what the value has to be.


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _whole_number(value: Any) -> Any:
    try:
        return int(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _truth(value: Any) -> Any:
    # `requests` writes Python's own "True".
    return {"true": True, "false": False}.get(str(value).lower(), value)


def _texts(value: Any) -> Any:
    items = value if isinstance(value, list | tuple | set | frozenset) else [value]
    return [_text(item) for item in items]


_FORMS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "string": _text,
    "integer": _whole_number,
    "boolean": _truth,
    "array": _texts,
}
