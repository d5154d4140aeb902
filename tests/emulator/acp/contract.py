"""The protocol's own documents, and how answers are held against them."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema
import referencing
import yaml
from referencing.jsonschema import DRAFT202012

_SHARED = Path(__file__).parents[4] / "shared" / "upstream"
UPSTREAM = {"0.1": _SHARED / "acp-v0.1.yaml", "0.2": _SHARED / "acp-v0.2.3.json"}
NO_UPSTREAM = "the protocol's documents are not beside the checkout"
HAS_UPSTREAM = all(path.exists() for path in UPSTREAM.values())

DEVIATING_STATUSES = {
    401: "the protocol names no credentials, servers that want some answer so",
}
"""Statuses the documents don't name for (some of) the operations, with the reason."""


@functools.cache
def upstream(version: str) -> Any:
    """Return the document of a version."""
    return yaml.safe_load(UPSTREAM[version].read_text())


def operations(version: str) -> dict[tuple[str, str], Any]:
    """Return the operations of a version by method and path."""
    return {
        (method.upper(), path): operation
        for path, methods in upstream(version)["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"}
    }


@functools.cache
def _registry(version: str) -> Any:
    registry: Any = referencing.Registry()
    return registry.with_resource("urn:acp", DRAFT202012.create_resource(upstream(version)))


def violations(version: str, method: str, path: str, status: int, body: Any) -> list[str]:
    """Return where an answer differs from the document; none: it fits.

    Args:
        version: Of the protocol.
        method: The operation's method.
        path: The operation's path, as the document writes it.
        status: The answer's status.
        body: The answer's body, None when it is empty; of a stream, one event.
    """
    operation = operations(version)[method, path]
    known = operation["responses"].get(str(status))
    if known is None:
        if status not in DEVIATING_STATUSES:
            return [f"{method} {path} has no answer {status}"]
        known = {"content": {"": {"schema": {"type": "string"}}}}
    if "content" not in known:
        return [] if body is None else [f"{method} {path} {status} has no body"]
    schema = next(iter(known["content"].values()))["schema"]
    # The schema's references point into the document that it was taken from.
    located = json.loads(json.dumps(schema).replace('"#/components', '"urn:acp#/components'))
    validator: Any = jsonschema.Draft202012Validator(
        located,
        registry=_registry(version),
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
    return [
        f"{method} {path} {status}: {'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator.iter_errors(body)
    ]
