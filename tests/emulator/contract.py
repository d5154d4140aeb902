"""Port's own description of its API, and how answers are held against it."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import referencing
from referencing.jsonschema import DRAFT202012

UPSTREAM = Path(__file__).parents[3] / "shared" / "upstream" / "port-action-runs.json"
NO_UPSTREAM = f"{UPSTREAM.name} is not beside the checkout"

DEVIATING_STATUSES = {
    403: "older pages of the API reference: missing_permissions, for who may not approve a run",
    409: "older pages of the API reference: identifier_taken, for an entity that exists",
    422: "limits and enums of the query parameters of GET routes have to lead somewhere",
    429: "the rate limits page describes it, for every route",
}
"""Statuses the description doesn't name for (some of) the operations, with where they are from."""

DEVIATING_MEMBERS = {
    ("GET", "/v1/actions/runs", "next"): "newer page of the API reference: the list has a cursor",
}
"""Members of answers that the description doesn't allow, with where they are from."""


@functools.cache
def upstream() -> Any:
    """Return the description."""
    return json.loads(UPSTREAM.read_text())


def operations() -> dict[tuple[str, str], Any]:
    """Return the operations of the description by method and path."""
    return {
        (method.upper(), path): operation
        for path, methods in upstream()["paths"].items()
        for method, operation in methods.items()
    }


def _matches(validator: Any, pattern: str, value: Any, schema: Any) -> Any:
    # Python's expressions don't know \p{L}; \w is a little more than that.
    if isinstance(value, str) and not re.search(pattern.replace(r"\p{L}", r"\w"), value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


_extend: Any = jsonschema.validators.extend
_Validator = _extend(jsonschema.Draft202012Validator, {"pattern": _matches})


def violations(method: str, path: str, status: int, body: Any) -> list[str]:
    """Return where an answer differs from the description; none: it fits.

    Args:
        method: The operation's method.
        path: The operation's path, as the description writes it.
        status: The answer's status.
        body: The answer's body.
    """
    responses = operations()[method, path]["responses"]
    known = responses.get(str(status))
    if known is None:
        if status not in DEVIATING_STATUSES:
            return [f"{method} {path} has no answer {status}"]
        known = responses["404"]  # All errors are of one form.
    body = {
        name: value for name, value in body.items() if (method, path, name) not in DEVIATING_MEMBERS
    }
    schema = next(iter(known["content"].values()))["schema"]
    registry: Any = referencing.Registry().with_resource(
        "urn:port", DRAFT202012.create_resource(upstream())
    )
    # The schema's references point into the document that it was taken from.
    located = json.loads(json.dumps(schema).replace('"#/components', '"urn:port#/components'))
    return [
        f"{method} {path} {status}: {'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in _Validator(located, registry=registry).iter_errors(body)
    ]
