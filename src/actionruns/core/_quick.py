"""Quick decoding: by the twins of models, where msgspec is installed (the extra ``speed``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, get_args, get_origin

import cattrs

from actionruns.core._member_lines import is_model
from actionruns.core._structuring import Mismatch

try:
    import msgspec

    from actionruns.core._twins import TwinMaker
except ImportError:  # It is an extra.
    is_installed = False
else:
    is_installed = True

__all__ = ["QuickDecoder", "QuickDecoders"]

_MOST_MISSES: Final = 8
"""Bodies in a row that do not fit, after which none is tried any more: the service is newer."""


class QuickDecoder:
    """Reads the bodies of one type that fit its twin.

    Args:
        read: Reads a body into the twin, or a list of them, inside of what is around it.
        copy: Makes the value of that.
        depth: How many objects are around it.
    """

    def __init__(
        self, read: Callable[[bytes], Any], copy: Callable[[Any], Any], depth: int
    ) -> None:
        self._read = read
        self._copy = copy
        self._around = range(depth)
        self._misses = 0

    def __call__(self, body: bytes) -> Any:
        """Return the value that a body holds; None when the hooks have to look at it."""
        if self._misses >= _MOST_MISSES:
            return None
        try:
            twin = self._read(body)
            for _ in self._around:
                twin = twin.inner
            value = self._copy(twin)
        except (ValueError, RecursionError, Mismatch):  # msgspec's errors are ValueErrors
            self._misses += 1
            return None
        self._misses = 0
        return value


class QuickDecoders:
    """Makes quick decoders for types that allow of one.

    Args:
        converter: Has the structure hooks.
    """

    def __init__(self, converter: cattrs.Converter) -> None:
        self._maker = TwinMaker(converter) if is_installed else None

    def make(self, type_: Any, member: str | None) -> QuickDecoder | None:
        """Return the quick decoder of a type; None when there is none.

        Args:
            type_: What is decoded: a model or a list of one, or there is none.
            member: The member that holds it, with dots for a member of a member; None = the whole
                body.
        """
        is_list = get_origin(type_) is list
        cls = get_args(type_)[0] if is_list else type_
        twin = self._maker.twin(cls) if self._maker is not None and is_model(cls) else None
        if twin is None:
            return None
        wanted: Any = list[twin.struct] if is_list else twin.struct  # type: ignore[name-defined]  # made at run time
        names = [] if member is None else member.split(".")
        try:
            for name in reversed(names):
                wanted = msgspec.defstruct("Around", [("inner", wanted)], rename={"inner": name})
        except ValueError:  # a name with a quote
            return None
        copy = twin.copy

        def copy_all(twins: Any) -> list[Any]:
            return [copy(each) for each in twins]

        read = msgspec.json.Decoder(wanted).decode
        return QuickDecoder(read, copy_all if is_list else copy, len(names))
