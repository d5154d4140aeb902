"""ApiModel and OneOf: what the models of the generated client have in common."""

from __future__ import annotations

import pprint
from collections.abc import Mapping
from typing import Any, Self

import attrs

from actionruns.compat.acp_client_v0_1.exceptions import ApiTypeError, ApiValueError
from actionruns.core.codec import decode, encode
from actionruns.core.model import Model, model
from actionruns.errors import DecodeFailed, InvalidRequest

__all__ = ["ApiModel", "OneOf"]


class _Conversions:
    """The conversions that all models have; no slots, so that classes with some may derive."""

    __slots__ = ()

    def to_dict(self) -> Any:
        """Return the members that are there; times stay times, and unknown members are in."""

    def to_json(self) -> str:
        """Return the value as JSON text.

        Raises:
            ApiValueError: Something in it has no form in JSON.
        """
        try:
            return encode(self.to_dict()).decode()
        except InvalidRequest as error:
            raise ApiValueError(str(error)) from error

    def to_str(self) -> str:
        """Return the value for people, over several lines."""
        return pprint.pformat(self.to_dict())

    @classmethod
    def from_dict(cls, obj: Mapping[str, Any] | None) -> Self | None:
        """Make one of what `to_dict` gives, or of decoded JSON; None of None.

        Raises:
            ApiTypeError: It is no mapping.
            ApiValueError: A required member is missing, or one is not of its type.
        """
        if obj is None:
            return None
        if not isinstance(obj, Mapping):
            raise ApiTypeError(f"{cls.__name__} is made of a mapping, not of {obj!r:.100}")
        try:
            return decode(encode(_plain(obj)), cls)
        except (DecodeFailed, InvalidRequest) as error:
            raise ApiValueError(f"{cls.__name__}: {error}") from error

    @classmethod
    def from_json(cls, json_str: str) -> Self | None:
        """Make one of JSON text; None of ``null``.

        Raises:
            ApiValueError: It is no JSON, a required member is missing, or one is not of its type.
        """
        if json_str.strip() == "null":
            return None
        try:
            return decode(json_str.encode(), cls)
        except DecodeFailed as error:
            raise ApiValueError(f"{cls.__name__}: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, _Conversions):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


@model
class ApiModel(_Conversions, Model):
    """Base of the models: what is absent is None, and members that are unknown are kept."""

    def to_dict(self) -> dict[str, Any]:
        """Return the members that are there; times stay times, and unknown members are in."""
        made: Any = type(self)  # by attrs, which type checkers do not see through `model`
        names = (field.name for field in attrs.fields(made) if field.name != "_unknown")
        members = {name: getattr(self, name) for name in names}
        there = {name: _plain(value) for name, value in members.items() if value is not None}
        return {**there, **self.unknown_fields}


@attrs.define
class OneOf(_Conversions):
    """Base of what is one of several models.

    Attributes:
        actual_instance: The model that it is.
    """

    actual_instance: Any = None

    def to_dict(self) -> Any:
        """Return the members of the model that it is."""
        return _plain(self.actual_instance)
