"""F5: the server error that no other attempt mends."""

from __future__ import annotations

import pytest

from actionruns.acp.answers import is_final
from actionruns.core.response import Response


@pytest.mark.parametrize(
    ("status", "body", "final"),
    [
        (500, b'{"detail": "Not implemented"}', True),
        (500, b'"NOT IMPLEMENTED"', True),
        (500, b'{"detail": "Internal Server Error"}', False),
        (503, b'{"detail": "Not implemented"}', False),
        (500, b" " * 1000 + b"not implemented", False),
        (500, b"", False),
    ],
)
def test_what_is_final(status: int, body: bytes, final: bool) -> None:
    """A 500 that says "Not implemented" is, and no other one; the start of its body tells."""
    assert is_final(Response(status, {}, body)) is final
