"""Answers of the protocol's servers that say more than their status does."""

from __future__ import annotations

from typing import Final

from actionruns.core.response import Response

__all__ = ["is_final"]

_NOT_IMPLEMENTED: Final = b"not implemented"


def is_final(response: Response) -> bool:
    """Tell whether an answer is a server error that no other attempt mends.

    The protocol's best-known server answers "Not implemented" with status 500 to cancel, delete and
    others. A 500 is otherwise worth another attempt where the operation may be repeated.
    """
    return response.status == 500 and _NOT_IMPLEMENTED in response.body[:1000].lower()
