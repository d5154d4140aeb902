"""What a request or an answer carries: JSON, or an error."""

from __future__ import annotations

import re
from typing import Final

from actionruns.codegen.document import Node

__all__ = ["json_content"]

_JSON: Final = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)


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
        if "text/event-stream" in kinds:
            problem = "text/event-stream is not supported yet: streams come with a later version"
            raise kinds["text/event-stream"].error(problem)
        raise content.error(f"only application/json is supported, not {', '.join(kinds)}")
    for kind, other in kinds.items():
        if kind != chosen:
            other.notice(f"{chosen} is used instead")
    return kinds[chosen].get("schema")
