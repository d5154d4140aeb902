"""Values made of the facts about the protocol, and values held against them.

The tables are those of tests/specs, which are proven against the protocol's own documents: neither
our specifications nor the models generated from them have a part in this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

__all__ = ["TURNS", "Place", "place_of", "value_of", "violations"]

Facts = Mapping[str, Any]

TURNS = range(6)
"""Enough turns for each type, each value and each kind of every place to have its own."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_STEP = re.compile(r"\[\]|\(\w+\)|[^.\[\]()]+")
_CLASSES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "any": (str, int, float, bool, dict, list),
}


@attrs.define
class Place:
    """A place in a body, with what there is below it.

    Attributes:
        facts: Its type, limits, values; empty where only its members are told.
        members: Places by name.
        kinds: The objects that may stand here, by the value that tells them apart.
        items: The place of an array's items.
    """

    facts: Facts = attrs.field(factory=dict)
    members: dict[str, Place] = attrs.field(factory=dict)
    kinds: dict[str, Place] = attrs.field(factory=dict)
    items: Place | None = None

    @property
    def types(self) -> list[str]:
        """The types that it may have."""
        return str(self.facts.get("type", "object")).split("|")


def place_of(table: Mapping[str, Facts], prefix: str = "") -> Place:
    """Return the body that a flat table of facts describes.

    Args:
        table: Facts by place, as ``[].metadata.ref.name`` or ``output(error).errcode``.
        prefix: What the places of the body begin with; the others are left out.
    """
    root = Place()
    for name, facts in table.items():
        if name in ("(body)", prefix.strip()):
            root.facts = facts
        elif name.startswith(prefix) and not name.startswith("event."):
            place = root
            for step in _STEP.findall(name.removeprefix(prefix)):
                place = _below(place, step)
            place.facts = facts
    return root


def _below(place: Place, step: str) -> Place:
    if step == "[]":
        place.items = place.items or Place()
        return place.items
    if step.startswith("("):
        return place.kinds.setdefault(step[1:-1], Place())
    return place.members.setdefault(step, Place())


def value_of(place: Place, turn: int, *, whole: bool) -> Any:
    """Make a value that fits a place.

    Args:
        place: The place.
        turn: Which of its types, values and kinds to take.
        whole: Give what is optional, too.
    """
    if place.kinds:
        kinds = list(place.kinds.values())
        return _object(place, turn, whole) | _object(kinds[turn % len(kinds)], turn, whole)
    kind = place.types[turn % len(place.types)]
    if kind.startswith("array"):
        return [_item(place, kind, turn, whole)]
    return _scalar(place.facts, kind, turn) if kind != "object" else _object(place, turn, whole)


def _object(place: Place, turn: int, whole: bool) -> dict[str, Any]:
    if not place.members and not place.kinds:
        return {"free": turn}
    return {
        name: value_of(member, turn, whole=whole)
        for name, member in place.members.items()
        if whole or member.facts.get("required")
    }


def _item(place: Place, kind: str, turn: int, whole: bool) -> Any:
    if place.items is not None:
        return value_of(place.items, turn, whole=whole)
    inner = kind.removeprefix("array<").removesuffix(">")
    return _scalar(place.facts, "string" if inner == "any" else inner, turn)


def _scalar(facts: Facts, kind: str, turn: int) -> Any:
    if values := facts.get("enum"):
        return values[turn % len(values)]
    made: Mapping[str, Any] = {
        "string:uuid": f"{turn:08x}-0000-4000-8000-000000000000",
        "string:date-time": f"2026-01-31T12:00:0{turn}.500Z",
        "string:uri": f"https://example.com/{turn}",
        "string": f"text {turn}",
        "integer": 1 + turn,
        "number": 1.5 + turn,
        "boolean": turn % 2 == 0,
    }
    return made[kind]


def violations(place: Place, value: Any, where: str = "body") -> Iterator[str]:
    """Yield what of a value does not fit a place."""
    if value is None:
        if not place.facts.get("nullable"):
            yield f"{where} is null"
        return
    if not any(_fits(kind, value) for kind in place.types):
        yield f"{where} is no {place.facts.get('type', 'object')}: {value!r}"
    yield from _beyond(place.facts, value, where)
    if isinstance(value, dict):
        yield from _of_members(place, value, where)
    if isinstance(value, list) and place.items is not None:
        for number, item in enumerate(value):
            yield from violations(place.items, item, f"{where}[{number}]")


def _fits(kind: str, value: Any) -> bool:
    name, _, form = kind.partition(":")
    if isinstance(value, bool) and name not in ("boolean", "any"):
        return False
    if form == "uuid" and isinstance(value, str):
        return _UUID.fullmatch(value) is not None
    return isinstance(value, _CLASSES[name.partition("<")[0]])


def _beyond(facts: Facts, value: Any, where: str) -> Iterator[str]:
    if "enum" in facts:
        given = value if isinstance(value, list) else [value]
        yield from (f"{where} may not be {it!r}" for it in given if it not in facts["enum"])
    if isinstance(value, int | float) and not (
        facts.get("minimum", value) <= value <= facts.get("maximum", value)
    ):
        yield f"{where} is out of its range: {value}"
    if isinstance(value, str) and len(value) < facts.get("minLength", 0):
        yield f"{where} is too short"


def _of_members(place: Place, value: dict[str, Any], where: str) -> Iterator[str]:
    known = dict(place.members)
    for kind in place.kinds.values():
        if value.get("type") in kind.members["type"].facts["enum"]:
            known |= kind.members
    for name, member in known.items():
        if name in value:
            yield from violations(member, value[name], f"{where}.{name}")
        elif member.facts.get("required"):
            yield f"{where}.{name} is missing"
    if known:
        yield from (f"{where}.{name} is not of the protocol" for name in value.keys() - known)
