"""Port's generated classes: the blocking ones are the async ones, and each says what it does."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from actionruns.blocking import BlockingClient, BlockingEndpoints
from actionruns.core.operation import Operation
from actionruns.core.request import build_request
from actionruns.port._generated import blocking, endpoints, operations
from actionruns.port._generated.blocking_client import PortClient
from actionruns.port._generated.blocking_report import Report
from actionruns.port.client import AsyncPortClient
from actionruns.port.report import AsyncReport

PAIRS: list[tuple[type, type]] = [
    (getattr(endpoints, name), getattr(blocking, name.removeprefix("Async")))
    for name in endpoints.__all__
]
ALL_PAIRS = [*PAIRS, (AsyncReport, Report), (AsyncPortClient, PortClient)]

# Of the bases alone: how each form is closed.
CLOSING = {"aclose", "close", "closed"}

RETURNS = (
    (re.compile(r"^AsyncIterator\[(.*)\]$"), r"BlockingIterator[\1]"),
    (re.compile(r"^Watch\[(.*)\]$"), r"BlockingWatch[\1]"),
    (re.compile(r"^AbstractAsyncContextManager\[Async(.*)\]$"), r"AbstractContextManager[\1]"),
)


def members_of(cls: type) -> dict[str, Any]:
    return {
        name: member
        for name, member in inspect.getmembers_static(cls)
        if not name.startswith("_") and name not in CLOSING
    }


def signature(member: Any) -> tuple[list[tuple[Any, ...]], str]:
    """Return a method's parameters and its result as the blocking form has it."""
    func = member.fget if isinstance(member, property) else member
    assert callable(func)
    found = inspect.signature(func)
    result = str(found.return_annotation)
    for pattern, blocking_form in RETURNS:
        result = pattern.sub(blocking_form, result)
    return [(p.name, p.kind, p.default, p.annotation) for p in found.parameters.values()], result


def operation_methods() -> Iterator[Any]:
    for pair in PAIRS:
        for cls in pair:
            for name, member in members_of(cls).items():
                yield pytest.param(member, id=f"{cls.__name__}.{name}")


def generated_operations() -> Iterator[Any]:
    for name in operations.__all__:
        yield pytest.param(getattr(operations, name), id=name)


@pytest.mark.parametrize(("cls", "twin"), ALL_PAIRS)
def test_members_are_the_same(cls: type, twin: type) -> None:
    """Each async class and its blocking twin have the same public members, in both directions."""
    instance_only = {"run_id", "ended"} if cls is AsyncReport else set()
    assert members_of(cls).keys() | instance_only == members_of(twin).keys()


@pytest.mark.parametrize(("cls", "twin"), ALL_PAIRS)
def test_signatures_are_the_same(cls: type, twin: type) -> None:
    """Parameters, their kinds, defaults and types, and results are the same in both forms."""
    mine, theirs = members_of(cls), members_of(twin)
    for name in mine.keys() & theirs.keys():
        assert signature(mine[name]) == signature(theirs[name]), name


@pytest.mark.parametrize(("cls", "twin"), ALL_PAIRS)
def test_docstrings_have_the_same_sections(cls: type, twin: type) -> None:
    """Docstrings of the blocking form have what those of the async form have."""
    mine, theirs = members_of(cls), members_of(twin)
    for name in mine.keys() & theirs.keys():
        ours = inspect.getdoc(mine[name])
        assert ours
        assert re.findall(r"^(\w+):", ours, re.MULTILINE) == re.findall(
            r"^(\w+):", inspect.getdoc(theirs[name]) or "", re.MULTILINE
        )


def test_constructors_are_the_same() -> None:
    """Both clients are made with the same settings."""
    settings = signature(AsyncPortClient.__init__)
    assert settings == signature(PortClient.__init__)


@pytest.mark.parametrize(("cls", "twin"), PAIRS)
def test_endpoints_derive_from_the_facade(cls: type, twin: type) -> None:
    """The blocking twin is bound to its async class by its type."""
    assert issubclass(twin, BlockingEndpoints)
    assert twin.__orig_bases__[0].__args__ == (cls,)  # type: ignore[attr-defined]


def test_client_wraps_its_endpoints() -> None:
    """The blocking client has the blocking twin of each of the async client's attributes."""
    client = PortClient(token="t", base_url="http://127.0.0.1:9")
    assert isinstance(client, BlockingClient)
    for name, annotation in AsyncPortClient.__annotations__.items():
        twin = getattr(client, name)
        assert type(twin).__name__ == annotation.removeprefix("Async")
    client.close()


@pytest.mark.parametrize("method", list(operation_methods()))
def test_docstrings_are_complete(method: Callable[..., Any]) -> None:
    """Each operation documents exactly its arguments, its errors and where it comes from."""
    doc = inspect.getdoc(method) or ""
    first = doc.splitlines()[0]
    assert first.endswith(".")
    assert first.split()[0][-1] != "s", "the first line is in the imperative"
    section = re.search(r"^Args:\n((?:    .*\n)+)", doc, re.MULTILINE)
    assert section is not None
    documented = re.findall(r"^    (\w+): \S", section[1], re.MULTILINE)
    assert documented == list(inspect.signature(method).parameters)[1:]
    assert re.search(r"^Raises:\n    InvalidRequest: ", doc, re.MULTILINE)
    assert "    NotFound: " in doc
    assert re.search(
        r"^Source: [A-Z]+ /v1/\S+\s+\(port\.yaml: Port action runs 1\.0\)$", doc, re.MULTILINE
    )


@pytest.mark.parametrize("operation", list(generated_operations()))
def test_operations_are_built(operation: Operation[Any]) -> None:
    """Each operation builds a request from what it requires."""
    samples: dict[str, Any] = {"boolean": True, "string": "x"}
    arguments = {p.name: samples[p.kind] for p in operation.parameters if p.required}
    if operation.body is not None:
        arguments |= {name: {"a": 1} for name in operation.body.required}
    request = build_request(operation, arguments)
    assert request.target.startswith("/v1/")
    assert "{" not in request.target
    assert (request.body is None) == (operation.body is None)
