"""The two shapes of a run, and pages of runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Literal

import orjson

__all__ = ["Version", "in_version", "page_body", "run_body"]

Version = Literal["v1", "v2"]

# Members that the older shape doesn't have. Its one published example (a run of an action without
# approval) shows none of these; what it holds for other runs is inferred.
_NOT_IN_V1 = ("rawProperties", "payload", "impersonatedBy")


def in_version(run: dict[str, Any], version: Version) -> dict[str, Any]:
    """Give a run in the v2 shape the shape that was asked for; it may be changed in place.

    In v1 the action is its identifier, the blueprint has only identifier and title, ``endedAt`` is
    null until the end instead of absent, and two flags tell whether the related entity and
    blueprint (still) exist.
    """
    if version == "v2":
        return run
    for name in _NOT_IN_V1:
        run.pop(name, None)
    if run["requiredApproval"] is False:
        del run["requiredApproval"]
    run["action"] = run["action"]["identifier"]
    blueprint = run.get("blueprint")
    if blueprint is not None:
        run["blueprint"] = {"identifier": blueprint["identifier"], "title": blueprint["title"]}
    entity = run.get("entity")
    run["relatedEntityExists"] = entity is not None and not entity["deleted"]
    run["relatedBlueprintExists"] = blueprint is not None and not blueprint["deleted"]
    run.setdefault("endedAt", None)
    return run


def run_body(document: bytes, version: Version) -> bytes:
    """Render the answer that holds one run."""
    if version == "v1":
        document = orjson.dumps(in_version(orjson.loads(document), version))
    return b'{"ok":true,"run":' + document + b"}"


def page_body(
    documents: Iterable[bytes], version: Version, exclude: Collection[str], cursor: str | None
) -> bytes:
    """Render the answer that holds a page of runs.

    Runs are stored as they are rendered, so a page without exclusions is put together without
    reading one of them.

    Args:
        documents: The runs in the v2 shape.
        version: The shape to give them.
        exclude: Members to leave out; the id stays, a run without it would be of no use.
        cursor: What leads to the next page; None: there is none.
    """
    rows = b"[" + b",".join(documents) + b"]"
    dropped = [name for name in exclude if name != "id"]
    if dropped or version == "v1":
        runs = orjson.loads(rows)
        for run in runs:
            in_version(run, version)
            for name in dropped:
                run.pop(name, None)
        rows = orjson.dumps(runs)
    tail = b"}" if cursor is None else b',"next":' + orjson.dumps(cursor) + b"}"
    return b'{"ok":true,"runs":' + rows + tail
