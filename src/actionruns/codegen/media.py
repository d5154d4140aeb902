"""What a request or an answer carries: JSON, an event stream, or an error."""

from __future__ import annotations

import re
from typing import Final

from actionruns.codegen.document import Node

__all__ = ["json_content", "stream_content"]

_JSON: Final = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
_STREAM: Final = re.compile(r"text/event-stream\s*(?:;.*)?", re.IGNORECASE)


def json_content(node: Node) -> Node | None:
    """Return the schema of a request body's or an answer's JSON.

    Returns:
        The schema; None when there is no content, or JSON without a schema.

    Raises:
        CodegenError: There is content, but no JSON.
    """
    content = node.get("content")
    if content is None or not content.value:
        return None
    kinds = dict(content.members())
    chosen = next((kind for kind in kinds if _JSON.fullmatch(kind)), None)
    if chosen is None:
        raise content.error(f"only application/json is supported, not {', '.join(kinds)}")
    for kind, other in kinds.items():
        if kind != chosen:
            other.notice(f"{chosen} is used instead")
    return kinds[chosen].get("schema")


def stream_content(node: Node) -> Node | None:
    """Return what an answer says of its event stream; None when it is none, or JSON as well."""
    content = node.get("content")
    kinds = dict(content.members()) if content is not None and content.value else {}
    if any(_JSON.fullmatch(kind) for kind in kinds):
        return None
    return next((kinds[kind] for kind in kinds if _STREAM.fullmatch(kind)), None)
