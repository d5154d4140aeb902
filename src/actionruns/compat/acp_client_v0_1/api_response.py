"""ApiResponse: a result with the answer that it came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

import attrs

__all__ = ["ApiResponse"]

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class ApiResponse(Generic[T]):
    """A result with the answer that it came in, as methods ``..._with_http_info`` return it.

    Attributes:
        status_code: HTTP status.
        headers: The headers of the answer; look-ups ignore case.
        data: The result.
        raw_data: The body as it came, decompressed.
    """

    status_code: int
    headers: Mapping[str, str]
    data: T
    raw_data: bytes
