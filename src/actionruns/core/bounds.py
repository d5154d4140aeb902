"""Checks of the numbers in settings."""

from __future__ import annotations

from typing import Any

import attrs

from actionruns.errors import ConfigurationError

__all__ = ["above_zero", "count_above_zero"]


def above_zero(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Refuse what is no number above 0; a validator of attrs.

    Raises:
        ConfigurationError: It is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(attribute, value, "a number above 0")
    if not value > 0:
        raise _refused(attribute, value, "above 0")


def count_above_zero(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Refuse what is no whole number above 0; a validator of attrs.

    Raises:
        ConfigurationError: It is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refused(attribute, value, "a whole number above 0")
    if value < 1:
        raise _refused(attribute, value, "at least 1")


def _refused(attribute: attrs.Attribute[Any], value: object, expected: str) -> ConfigurationError:
    return ConfigurationError(f"{attribute.name} must be {expected}, but is {value!r}")
