"""Model: what the generated response and request models have in common."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeVar, dataclass_transform

import attrs

__all__ = ["ALIASES", "JSON_NAME", "UNSET", "Model", "Unset", "field", "model"]

T = TypeVar("T")

JSON_NAME: Final = "json"
"""Key in an attrs field's metadata: the member's name in JSON, when it is not the attribute's."""

ALIASES: Final = "aliases"
"""Key in an attrs field's metadata: further names of the member in JSON, which are read."""


class Unset(enum.Enum):
    """The type of `UNSET`."""

    # A value that JSON has no form for: the encoder writes an enumeration as its value, and UNSET
    # inside a free-form mapping is to be refused, not sent as a text.
    UNSET = ...

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Absent, as opposed to ``None``, which is JSON's ``null``. Falsy."""

_NOTHING_UNKNOWN: Mapping[str, Any] = MappingProxyType({})


def field(
    *,
    json: str | None = None,
    aliases: tuple[str, ...] = (),
    default: Any = attrs.NOTHING,
    secret: bool = False,
) -> Any:
    """Declare a field of a model.

    Args:
        json: The member's name in JSON; None means that it is the attribute's name.
        aliases: Other names under which a service writes the same member; they are read, never
            written.
        default: Value when the member is absent; without one the member is required.
        secret: Keep the value out of ``repr()``.
    """
    metadata: dict[str, Any] = {}
    if json is not None:
        metadata[JSON_NAME] = json
    if aliases:
        metadata[ALIASES] = aliases
    return attrs.field(default=default, repr=not secret, metadata=metadata)


@dataclass_transform(kw_only_default=True, field_specifiers=(field, attrs.field))
def model(cls: type[T]) -> type[T]:
    """Make a class a model: attrs, slots, keyword-only."""
    return attrs.define(kw_only=True)(cls)


@model
class Model:
    """Base of all models.

    Members that the specification does not know are kept in `unknown_fields` and written back on
    unstructuring, so that a newer service's data survives an older SDK.
    """

    # None instead of an empty dict: 64 bytes less for each run held.
    _unknown: dict[str, Any] | None = attrs.field(
        default=None, alias="unknown_fields", repr=False, kw_only=True
    )

    @property
    def unknown_fields(self) -> Mapping[str, Any]:
        """JSON members that the specification does not know, by their name in JSON."""
        return _NOTHING_UNKNOWN if self._unknown is None else self._unknown
