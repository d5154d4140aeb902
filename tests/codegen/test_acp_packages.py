"""The generated classes of both protocol versions: the blocking ones are the async ones."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from actionruns.acp import AcpV01Client, AcpV02Client, AsyncAcpV01Client, AsyncAcpV02Client
from actionruns.acp.v01._generated import blocking as v01_blocking
from actionruns.acp.v01._generated import endpoints as v01_endpoints
from actionruns.acp.v01._generated import operations as v01_operations
from actionruns.acp.v02._generated import blocking as v02_blocking
from actionruns.acp.v02._generated import endpoints as v02_endpoints
from actionruns.acp.v02._generated import operations as v02_operations
from actionruns.blocking import BlockingClient, BlockingEndpoints
from actionruns.core.operation import Operation
from actionruns.core.request import build_request

MODULES: tuple[tuple[ModuleType, ModuleType], ...] = (
    (v01_endpoints, v01_blocking),
    (v02_endpoints, v02_blocking),
)
ENDPOINTS: list[tuple[type, type]] = [
    (getattr(endpoints, name), getattr(blocking, name.removeprefix("Async")))
    for endpoints, blocking in MODULES
    for name in endpoints.__all__
]
CLIENTS: list[tuple[type, type]] = [
    (AsyncAcpV01Client, AcpV01Client),
    (AsyncAcpV02Client, AcpV02Client),
]
ALL_PAIRS = [*ENDPOINTS, *CLIENTS]

# Of the bases alone: how each form is closed.
CLOSING = {"aclose", "close", "closed"}
RETURNS = (
    (re.compile(r"^AsyncIterator\[(.*)\]$"), r"BlockingIterator[\1]"),
    (re.compile(r"^Watch\[(.*)\]$"), r"BlockingWatch[\1]"),
    (re.compile(r"^(?:Event|Run)Stream\[(.*)\]$"), r"BlockingIterator[StreamEvent[\1]]"),
)


def members_of(cls: type) -> dict[str, Any]:
    return {
        name: member
        for name, member in inspect.getmembers_static(cls)
        if not name.startswith("_") and name not in CLOSING
    }


def signature(member: Any) -> tuple[list[tuple[Any, ...]], str]:
    """Return a method's parameters and its result as the blocking form has it."""
    function: Any = member.fget if isinstance(member, property) else member
    found = inspect.signature(function)
    result = str(found.return_annotation)
    for pattern, blocking_form in RETURNS:
        result = pattern.sub(blocking_form, result)
    return [(p.name, p.kind, p.default, p.annotation) for p in found.parameters.values()], result


def generated_operations() -> Iterator[Any]:
    for version, module in (("0.1", v01_operations), ("0.2", v02_operations)):
        for name in module.__all__:
            yield pytest.param(getattr(module, name), id=f"{version}-{name}")


@pytest.mark.parametrize(("cls", "twin"), ALL_PAIRS)
def test_both_forms_have_the_same_members(cls: type, twin: type) -> None:
    """Names, parameters, their kinds, defaults and types, and results are the same."""
    mine, theirs = members_of(cls), members_of(twin)
    assert mine.keys() == theirs.keys()
    assert mine
    for name in mine:
        assert signature(mine[name]) == signature(theirs[name]), name


@pytest.mark.parametrize(("cls", "twin"), ALL_PAIRS)
def test_docstrings_have_the_same_sections(cls: type, twin: type) -> None:
    """Docstrings of the blocking form have what those of the async form have."""
    mine, theirs = members_of(cls), members_of(twin)
    for name in mine:
        sections = [
            re.findall(r"^(\w+):", inspect.getdoc(member) or "", re.MULTILINE)
            for member in (mine[name], theirs[name])
        ]
        assert sections[0] == sections[1], name


@pytest.mark.parametrize(("cls", "twin"), CLIENTS)
def test_both_forms_are_made_with_the_same_settings(cls: Any, twin: Any) -> None:
    """The blocking client takes what the async one takes."""
    assert signature(cls.__init__) == signature(twin.__init__)


@pytest.mark.parametrize(("cls", "twin"), ENDPOINTS)
def test_endpoints_are_bound_to_their_async_class(cls: type, twin: type) -> None:
    """The blocking twin names its async class by its type."""
    assert issubclass(twin, BlockingEndpoints)
    assert twin.__orig_bases__[0].__args__ == (cls,)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("cls", "twin"), CLIENTS)
def test_a_client_wraps_its_endpoints(cls: Any, twin: Any) -> None:
    """The blocking client has the blocking twin of each of the async client's attributes."""
    client = twin(base_url="http://127.0.0.1:9")
    assert isinstance(client, BlockingClient)
    for name, annotation in cls.__annotations__.items():
        wrapped = getattr(client, name)
        assert isinstance(wrapped, BlockingEndpoints)
        assert type(wrapped).__name__ == annotation.removeprefix("Async")
    client.close()


@pytest.mark.parametrize("operation", list(generated_operations()))
def test_operations_are_built(operation: Operation[Any]) -> None:
    """Each operation builds a request from what it requires."""
    arguments: dict[str, Any] = {p.name: "x" for p in operation.parameters if p.required}
    if operation.body is not None:
        arguments |= {name: {"a": 1} for name in operation.body.required}
    request = build_request(operation, arguments)
    assert request.target.startswith(("/runs", "/threads", "/agents"))
    assert "{" not in request.target
    assert (request.body is None) == (operation.body is None)


def test_there_are_as_many_as_the_protocol_has() -> None:
    """Seventeen operations of 0.1 and thirty of 0.2, each with its method."""
    for module, (endpoints, _), count in (
        (v01_operations, MODULES[0], 17),
        (v02_operations, MODULES[1], 30),
    ):
        names = {getattr(module, name).name for name in module.__all__}
        methods = {
            name for cls in endpoints.__all__ for name in members_of(getattr(endpoints, cls))
        }
        assert len(names) == count
        assert names <= methods
