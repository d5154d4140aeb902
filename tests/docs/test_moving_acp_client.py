"""The page about the generated client acp_client_v0_1 names what the look-alike has."""

from __future__ import annotations

import inspect
from http import HTTPStatus

import attrs
import pytest

from actionruns.compat import acp_client_v0_1
from actionruns.compat.acp_client_v0_1.raising import as_generated
from actionruns.errors import error_class_for
from tests.docs.test_tables import coded, rows

PAGE = "moving/acp_client.md"


def test_exceptions_are_those_of_the_code() -> None:
    """The table of errors has the exception of each status."""
    shown = {status: coded(cell)[0] for status, cell in rows(PAGE, "status")}
    shown["500"] = shown.pop("5xx")
    other = shown.pop("any other")
    for status in HTTPStatus:
        if status >= 400:
            expected = shown.get("500" if status >= 500 else f"{status:d}", other)
            error = as_generated(error_class_for(status)("no", status=status))
            assert type(error).__name__ == expected


@pytest.mark.parametrize("name", ["RunsApi", "AgentsApi", "ThreadsApi"])
def test_methods_are_those_of_the_code(name: str) -> None:
    """The table of what is there has each method of each class."""
    (line,) = [cell for first, cell in rows(PAGE, "name") if first == f"`{name}`"]
    methods = {
        method
        for method, _ in inspect.getmembers(getattr(acp_client_v0_1, name), inspect.isfunction)
        if not method.startswith("_") and not method.endswith("_with_http_info")
    }
    assert set(coded(line)) == methods


def test_settings_are_those_of_the_code() -> None:
    """Each setting that is honoured is in the table of settings, and no other."""
    shown = {name for cell, *_ in rows(PAGE, "setting") for name in coded(cell)}
    made = acp_client_v0_1.Configuration
    described = {line.split(":")[0].strip() for line in (made.__doc__ or "").splitlines()}
    assert shown - {"_request_timeout"} == {
        field.name for field in attrs.fields(made) if field.name in described
    }
