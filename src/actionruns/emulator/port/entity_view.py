"""Views of entities: some of their members, or all but some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["narrowed"]


def narrowed(
    entity: dict[str, Any], include: Sequence[str], exclude: Sequence[str]
) -> dict[str, Any]:
    """Return an entity with only some members, or without some.

    Args:
        entity: The entity.
        include: Members to keep, ``properties.name`` for one property; empty: all.
        exclude: Members to leave out, written the same way.
    """
    shown: dict[str, Any] = {}
    for name, value in entity.items():
        parts = {f"{name}.{key}" for key in value} if isinstance(value, dict) else set()
        if name in exclude or (include and name not in include and not parts & {*include}):
            continue
        if isinstance(value, dict):
            kept = parts if not include or name in include else parts & {*include}
            value = {  # noqa: PLW2901 # the same member, with less in it
                key: item
                for key, item in value.items()
                if f"{name}.{key}" in kept and f"{name}.{key}" not in exclude
            }
        shown[name] = value
    return shown
