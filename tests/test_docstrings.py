"""Every public operation is described: arguments, errors, and what it asks of the service."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

import actionruns
from actionruns import (
    AsyncForgePortalClient,
    AsyncPortClient,
    ForgePortalClient,
    PortClient,
    errors,
)
from actionruns.acp import AcpV01Client, AcpV02Client, AsyncAcpV01Client, AsyncAcpV02Client
from actionruns.acp.v01._generated import blocking as v01_blocking
from actionruns.acp.v01._generated import endpoints as v01_endpoints
from actionruns.acp.v02._generated import blocking as v02_blocking
from actionruns.acp.v02._generated import endpoints as v02_endpoints
from actionruns.compat.pyport import exceptions as pyport_exceptions
from actionruns.compat.pyport.action_runs import ActionRuns as PyportActionRuns
from actionruns.forgeportal._generated import blocking as forge_blocking
from actionruns.forgeportal._generated import endpoints as forge_endpoints
from actionruns.port import report
from actionruns.port._generated import blocking, blocking_report, endpoints

_SECTION = re.compile(r"(?P<name>Args|Returns|Yields|Raises|Attributes):")
_ENTRY = re.compile(r" {4}\*{0,2}(?P<name>\w+)(?: \([^)]*\))?: \S")
# METHOD /path, one or several, and the specification that they come from.
_REQUEST = r"(?:GET|POST|PUT|PATCH|DELETE) /\S+?"
_SOURCE = re.compile(rf"Source: {_REQUEST}(?:, {_REQUEST})* \([a-z]+(?:-v[\d.]+)?\.yaml[^)]*\)")

OWNERS = (
    AsyncPortClient,
    PortClient,
    report.AsyncReport,
    blocking_report.Report,
    *(getattr(endpoints, name) for name in endpoints.__all__),
    *(getattr(blocking, name) for name in blocking.__all__),
    AsyncForgePortalClient,
    ForgePortalClient,
    *(getattr(forge_endpoints, name) for name in forge_endpoints.__all__),
    *(getattr(forge_blocking, name) for name in forge_blocking.__all__),
    AsyncAcpV01Client,
    AcpV01Client,
    *(getattr(v01_endpoints, name) for name in v01_endpoints.__all__),
    *(getattr(v01_blocking, name) for name in v01_blocking.__all__),
    AsyncAcpV02Client,
    AcpV02Client,
    *(getattr(v02_endpoints, name) for name in v02_endpoints.__all__),
    *(getattr(v02_blocking, name) for name in v02_blocking.__all__),
    PyportActionRuns,
)
# Look-alikes raise the exceptions of what they stand for.
ERRORS = frozenset(errors.__all__) | frozenset(pyport_exceptions.__all__)
# Public members that ask nothing of a service.
OFFLINE = frozenset({"aclose", "close"})
# Methods of a report that are one operation each: they raise what the operation named in their
# `Source:` raises, and say nothing of their own about it.
AS_THEIR_OPERATION = frozenset(
    f"{owner}.{name}"
    for owner in ("AsyncReport", "Report")
    for name in (
        "create_entity",
        "delete_entity",
        "fail",
        "label",
        "link",
        "replace_entity",
        "succeed",
        "update_entity",
    )
)


def operations() -> Iterator[tuple[str, Callable[..., Any]]]:
    for owner in OWNERS:
        for name, member in inspect.getmembers(owner, inspect.isfunction):
            if not name.startswith("_") and name not in OFFLINE:
                service = owner.__module__.removeprefix("actionruns.").partition("._generated")[0]
                prefix = "" if service.startswith("port") else f"{service}."
                yield f"{prefix}{owner.__name__}.{name}", member
    yield "actionruns.watch", actionruns.watch


OPERATIONS = dict(operations())
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())


def sections(function: Callable[..., Any]) -> Mapping[str, list[str]]:
    """Return the entries' names of each section of a Google docstring, by the section's name."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in (inspect.getdoc(function) or "").splitlines():
        if heading := _SECTION.fullmatch(line):
            section = heading["name"]
            found[section] = []
        elif line and not line.startswith(" "):
            section = ""
        elif section and (entry := _ENTRY.match(line)):
            found[section].append(entry["name"])
    return found


@every_operation
def test_arguments_are_those_of_the_signature(operation: Callable[..., Any]) -> None:
    """`Args:` names the parameters of the signature, all of them, in their order."""
    parameters = [name for name in inspect.signature(operation).parameters if name != "self"]
    assert sections(operation).get("Args", []) == parameters


@pytest.mark.parametrize("name", OPERATIONS)
def test_errors_are_told(name: str) -> None:
    """`Raises:` is there, and names errors that this package has."""
    raised = sections(OPERATIONS[name]).get("Raises", [])
    assert bool(raised) == (name not in AS_THEIR_OPERATION)
    assert [error for error in raised if error not in ERRORS] == []


@every_operation
def test_a_result_is_described(operation: Callable[..., Any]) -> None:
    """An operation with a result says what it is."""
    has_result = inspect.signature(operation).return_annotation not in (None, "None")
    assert ("Returns" in sections(operation) or "Yields" in sections(operation)) == has_result


@pytest.mark.parametrize(
    "operation",
    [operation for name, operation in OPERATIONS.items() if name != "actionruns.watch"],
    ids=[name for name in OPERATIONS if name != "actionruns.watch"],
)
def test_the_source_is_named(operation: Callable[..., Any]) -> None:
    """`Source:` tells the request and its specification; `actionruns.watch` has several."""
    paragraphs = (inspect.getdoc(operation) or "").split("\n\n")
    assert [text for text in paragraphs if _SOURCE.fullmatch(" ".join(text.split()))]


@every_operation
def test_the_first_line_is_a_sentence(operation: Callable[..., Any]) -> None:
    """The first line is one sentence that begins with what the operation does."""
    first = (inspect.getdoc(operation) or "").partition("\n")[0]
    assert re.fullmatch(r"[A-Z][a-z]+ .+\.", first)


def test_a_docstring_that_lags_behind_is_seen() -> None:
    """A parameter that `Args:` lacks, or has too many, is a difference."""

    def lagging(run_id: str, *, timeout: float) -> None:  # noqa: D417  # that is the case
        """Do something.

        Args:
            run_id: The run,
                which is: this one.
            interval: Gone.

        Raises:
            NotFound: There is none.
        """

    found = sections(lagging)
    assert found == {"Args": ["run_id", "interval"], "Raises": ["NotFound"]}
