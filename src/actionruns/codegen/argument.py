"""What parameters and members of a body have in common, once they are arguments."""

from __future__ import annotations

from typing import Any, Final, Literal

from actionruns.codegen.annotations import PyType, Use
from actionruns.codegen.document import Node
from actionruns.codegen.ir import ArgumentDef
from actionruns.codegen.models import with_deprecation

__all__ = ["INPUT", "Place", "argument_of", "described"]

INPUT: Final = Use.REQUEST | Use.ARGUMENT
"""Where the types of arguments stand."""

Place = Literal["path", "query", "header", "body", "whole"]


def argument_of(
    schema: Node,
    type_: PyType,
    *,
    name: str,
    wire: str,
    place: Place,
    required: bool,
    description: str,
) -> ArgumentDef:
    """Return an argument: with the default, the null and the limits of its schema.

    Args:
        schema: Its schema.
        type_: Its type.
        name: Its Python name.
        wire: Its name on the wire.
        place: Where it travels.
        required: Whether the service must get it.
        description: What it means.

    Raises:
        CodegenError: Its default or one of its limits is not what it has to be.
    """
    nullable = place in ("body", "whole") and (type_.nullable or type_.is_any)
    is_sent = required or _is_always_sent(schema)
    default = _default(schema, type_) if is_sent else "UNSET" if nullable else "None"
    optional = () if required else ("Unset", "None") if nullable else ("None",)
    return ArgumentDef(
        name=name,
        wire=wire,
        place=place,
        annotation=type_.text(*optional),
        default=default,
        kind="string",
        required=required,
        nullable=nullable,
        positional=False,
        minimum=_limit(schema, "minimum"),
        maximum=_limit(schema, "maximum"),
        description=description,
    )


def _is_always_sent(schema: Node) -> bool:
    """Tell whether the default of an optional argument is sent, not left to the service."""
    meant = schema.follow()
    if not meant.flag("x-always-sent"):
        return False
    if meant.get("default") is None:
        raise meant.error("x-always-sent needs a default to send")
    return True


def _default(schema: Node, type_: PyType) -> str | None:
    """Return the default of an argument: it is sent when the caller gives no other."""
    given = next((node["default"] for node in schema.chain() if "default" in node), None)
    if given is None:
        return None
    is_fitting = given.value is not None or type_.nullable
    if not is_fitting or not isinstance(given.value, str | int | float | bool | None):
        raise given.error(f"{given.value!r} is no default for {type_.text()}")
    allowed = schema.follow().get("enum")
    if allowed is not None and given.value not in allowed.value:
        raise given.error(f"{given.value!r} is not among the values of enum")
    return repr(given.value)


def _limit(schema: Node, key: str) -> float | None:
    found = schema.follow().get(key)
    if found is None:
        return None
    if isinstance(found.value, bool) or not isinstance(found.value, int | float):
        raise found.error(f"should be a number, but is {found.value!r}")
    return found.value


def described(node: Node, schema: Node) -> str:
    """Return the description of an argument, with the limits that it does not tell itself."""
    text = with_deprecation(node, node.described() or schema.described())
    added = []
    meant = schema.follow()
    low, high = _limit(schema, "minimum"), _limit(schema, "maximum")
    if any(value is not None and str(value) not in text for value in (low, high)):
        named = zip(("at least", "at most"), (low, high), strict=True)
        limits = " and ".join(f"{word} {value}" for word, value in named if value is not None)
        added.append(f"{limits[0].upper()}{limits[1:]}.")
    items = meant.get("items")
    enum = (items.follow() if items is not None else meant).get("enum")
    values = [str(value) for value in enum.value if value is not None] if enum is not None else []
    if any(value not in text for value in values):
        start = "One of" if items is None else "Each is one of"
        added.append(f"{start} {', '.join(f'`{value}`' for value in values)}.")
    default = schema.said("default")
    if default is not None and not any(word in text.lower() for word in ("left out", "default")):
        added.append(f"By default `{_as_json(default)}`.")
    return " ".join([text, *added]).strip()


def _as_json(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
