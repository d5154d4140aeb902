"""ForgePortal's generated classes: the blocking ones are the async ones, in both directions."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

from actionruns.blocking import BlockingClient, BlockingEndpoints
from actionruns.core.operation import IdempotencyKey, Operation, Pace
from actionruns.core.request import build_request
from actionruns.forgeportal._generated import blocking, endpoints, operations
from actionruns.forgeportal._generated.blocking_client import ForgePortalClient
from actionruns.forgeportal.client import AsyncForgePortalClient

PAIRS: list[tuple[type, type]] = [
    (getattr(endpoints, name), getattr(blocking, name.removeprefix("Async")))
    for name in endpoints.__all__
]
ALL_PAIRS = [*PAIRS, (AsyncForgePortalClient, ForgePortalClient)]
CLOSING = {"aclose", "close", "closed"}
RETURNS = (
    (re.compile(r"^AsyncIterator\[(.*)\]$"), r"BlockingIterator[\1]"),
    (re.compile(r"^Watch\[(.*)\]$"), r"BlockingWatch[\1]"),
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
    for name in operations.__all__:
        yield pytest.param(getattr(operations, name), id=name)


@pytest.mark.parametrize(("cls", "twin"), ALL_PAIRS)
def test_both_forms_have_the_same_members(cls: type, twin: type) -> None:
    """Names, parameters, their kinds, defaults and types, and results are the same."""
    mine, theirs = members_of(cls), members_of(twin)
    assert mine.keys() == theirs.keys()
    for name in mine:
        assert signature(mine[name]) == signature(theirs[name]), name


def test_both_forms_are_made_with_the_same_settings() -> None:
    """The blocking client takes what the async one takes."""
    assert signature(AsyncForgePortalClient.__init__) == signature(ForgePortalClient.__init__)


def test_the_client_wraps_its_endpoints() -> None:
    """The blocking client has the blocking twin of each of the async client's attributes."""
    client = ForgePortalClient(base_url="http://127.0.0.1:9")
    assert isinstance(client, BlockingClient)
    for name, annotation in AsyncForgePortalClient.__annotations__.items():
        twin = getattr(client, name)
        assert isinstance(twin, BlockingEndpoints)
        assert type(twin).__name__ == annotation.removeprefix("Async")
    client.close()


@pytest.mark.parametrize("operation", list(generated_operations()))
def test_operations_are_built(operation: Operation[Any]) -> None:
    """Each operation builds a request from what it requires."""
    arguments: dict[str, Any] = {p.name: "x" for p in operation.parameters if p.required}
    if operation.body is not None:
        arguments |= dict.fromkeys(operation.body.required, "x")
    request = build_request(operation, arguments)
    assert request.target.startswith("/api/v1/")
    assert "{" not in request.target
    assert (request.body is None) == (operation.body is None)


def test_limits_and_keys_are_those_of_the_specification() -> None:
    """Ten action runs and five template runs a minute; one operation has a key."""
    assert operations.RUN_ACTION.pace == Pace(requests=10, period=60.0)
    assert operations.RUN_TEMPLATE.pace == Pace(requests=5, period=60.0)
    assert operations.RUN_ACTION.key == IdempotencyKey(
        argument="idempotency_key", in_doubt=frozenset({500})
    )
    assert operations.RUN_TEMPLATE.key is None
