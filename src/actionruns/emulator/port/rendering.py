"""The two shapes of a run, and pages of runs.

A run is stored as its rendered members in three groups: those of both shapes, those of v2 alone,
those of v1 alone. A page is then made by joining the right groups, and by splitting them at the
members when some are left out: no run is parsed and rendered again, whatever a request asks for.

What stands between members, groups and runs are control characters: inside of JSON they are always
escaped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Literal

import orjson

__all__ = ["Version", "page_body", "parse", "render", "run_body"]

Version = Literal["v1", "v2"]

_MEMBER, _GROUP, _RUN = b"\x1e", b"\x1d", b"\x1c"
_COMMA = bytes.maketrans(_MEMBER, b",")

# Members that the older shape doesn't have, or says in its own way. Its one published example (a
# run of an action without approval) shows none of these; the rest of that shape is inferred.
_V2_ONLY = frozenset({"action", "blueprint", "impersonatedBy", "payload", "rawProperties"})


def render(run: dict[str, Any]) -> bytes:
    """Render a run, given in the v2 shape, for storage."""
    v2_only = {
        name for name in run if name in _V2_ONLY or (name, run[name]) == ("requiredApproval", False)
    }
    groups = (
        {name: value for name, value in run.items() if name not in v2_only},
        {name: run[name] for name in run if name in v2_only},
        _v1_members(run),
    )
    return _GROUP.join(
        _MEMBER.join(orjson.dumps({name: value})[1:-1] for name, value in group.items())
        for group in groups
    )


def _v1_members(run: dict[str, Any]) -> dict[str, Any]:
    """Return what v1 says in its own way.

    The action is its identifier, the blueprint has only identifier and title, ``endedAt`` is null
    until the end instead of absent, and two flags tell whether the related entity and blueprint
    exist.
    """
    members = {"action": run["action"]["identifier"]}
    for name, flag in (("entity", "relatedEntityExists"), ("blueprint", "relatedBlueprintExists")):
        members[flag] = name in run and not run[name]["deleted"]
    if "blueprint" in run:
        members["blueprint"] = {name: run["blueprint"][name] for name in ("identifier", "title")}
    if "endedAt" not in run:
        members["endedAt"] = None
    return members


def parse(stored: bytes) -> dict[str, Any]:
    """Return a stored run in the v2 shape."""
    run: dict[str, Any] = orjson.loads(_json([stored], "v2", ()))
    return run


def _json(stored: Iterable[bytes], version: Version, dropped: Collection[str]) -> bytes:
    """Render runs in one shape, without some members, with commas between them."""
    other = 1 if version == "v1" else 2
    rows = []
    for run in stored:
        groups = run.split(_GROUP)
        del groups[other]
        rows.append(_MEMBER.join(groups))
    if not dropped:
        return b"{" + b"},{".join(rows).translate(_COMMA) + b"}" if rows else b""
    names = tuple(orjson.dumps(name) + b":" for name in dropped)
    # The id comes first and is never left out, so a run can begin with its mark.
    members = (_MEMBER + _RUN).join(rows).split(_MEMBER)
    kept = b",".join([member for member in members if not member.startswith(names)])
    return b"{" + kept.replace(b"," + _RUN, b"},{") + b"}" if rows else b""


def run_body(stored: bytes, version: Version) -> bytes:
    """Render the answer that holds one run."""
    return b'{"ok":true,"run":' + _json([stored], version, ()) + b"}"


def page_body(
    stored: Iterable[bytes], version: Version, exclude: Collection[str], cursor: str | None
) -> bytes:
    """Render the answer that holds a page of runs.

    Args:
        stored: The runs.
        version: The shape to give them.
        exclude: Members to leave out; the id stays, a run without it would be of no use.
        cursor: What leads to the next page; None: there is none.
    """
    runs = _json(stored, version, {*exclude} - {"id"})
    tail = b"}" if cursor is None else b',"next":' + orjson.dumps(cursor) + b"}"
    return b'{"ok":true,"runs":[' + runs + b"]" + tail
