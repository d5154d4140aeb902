"""What log records carry of an error."""

from __future__ import annotations

import pytest

from actionruns.core.log_fields import fields_of_error
from actionruns.errors import (
    ClientClosed,
    DecodeFailed,
    NotFound,
    RequestTimeout,
)

CALL = {"method": "GET", "url": "http://api.test/x", "attempts": 2}


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (
            NotFound("none", status=404, request_id="id-1", **CALL),  # type: ignore[arg-type]  # a table
            {
                "error": "NotFound",
                "status": 404,
                "request_id": "id-1",
                "method": "GET",
                "url": "http://api.test/x",
                "attempt": 2,
            },
        ),
        (
            RequestTimeout("late", **CALL),  # type: ignore[arg-type]  # as above
            {
                "error": "RequestTimeout",
                "method": "GET",
                "url": "http://api.test/x",
                "attempt": 2,
            },
        ),
        (DecodeFailed("odd", status=200), {"error": "DecodeFailed", "status": 200}),
        (ClientClosed("closed"), {"error": "ClientClosed"}),
        (TimeoutError(), {"error": "TimeoutError"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_tells_what_it_has(error: Exception, fields: dict[str, object]) -> None:
    """An error's fields are its class and what it knows of the call, nothing made up."""
    assert fields_of_error(error) == fields
