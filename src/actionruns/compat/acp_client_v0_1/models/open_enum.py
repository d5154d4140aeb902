"""OpenEnum: words that a server may add to."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from actionruns.core.codec import converter

__all__ = ["OpenEnum"]


class OpenEnum(StrEnum):
    """Base of enumerations: each member is a text, and a word that is unknown becomes a member."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_, member._value_ = value.upper(), value
        return member


_text = converter.get_structure_hook(str)


def _structure(value: Any, cls: type[OpenEnum]) -> OpenEnum:
    return cls(_text(value, str))


converter.register_structure_hook(OpenEnum, _structure)
