"""The capability documents that come along: the one of seed 002, and those of other services."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from actionruns.gateway import Capability, Gateway, parse_capability, read_capability
from actionruns.specs import path_of
from tests.gateway.seed import facts_of, read_seed, without_prose
from tests.specs.documents import shared_file, spec

NAMES = ("port-action-runs", "forgeportal-action-runs", "acp-runs")
FACTS: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("seed_facts.yaml").read_text(encoding="utf-8")
)


def shipped(name: str = "port-action-runs") -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path_of(f"{name}.capability").read_bytes())
    return document


@pytest.mark.parametrize("part", FACTS)
def test_the_shipped_document_is_equal_in_meaning(part: str) -> None:
    """Names, paths, methods, parameters, duties, calls and hints are those of the seed."""
    assert facts_of(shipped())[part] == FACTS[part]


def test_the_table_is_that_of_the_seed() -> None:
    """The committed table says what the seed says."""
    assert facts_of(read_seed(shared_file("seeds/002_*.txt"))) == FACTS


def test_the_shipped_document_differs_in_prose_alone() -> None:
    """Walked together, the seed and the shipped document differ in descriptions only."""
    seed = read_seed(shared_file("seeds/002_*.txt"))
    assert without_prose(shipped()) == without_prose(seed)


def test_the_seed_is_read_as_it_is() -> None:
    """The seed itself is a document that the gateway serves: each call finds its operation."""
    document = read_seed(shared_file("seeds/002_*.txt"))
    served = Gateway(_parsed(document))
    ours = Gateway(read_capability("port-action-runs"))
    assert served.notices == ()
    for own, other in ((served.tool_calls, ours.tool_calls), (served.rest_calls, ours.rest_calls)):
        assert [str(call.target) for call in own] == [str(call.target) for call in other]


def test_each_call_means_another_operation() -> None:
    """The eight calls by three names mean eight operations, over REST and as tools."""
    served = Gateway(read_capability("port-action-runs"))
    targets = [str(call.target) for call in served.tool_calls]
    assert len(set(targets)) == len(targets) == 8
    assert sorted(targets) == sorted(str(call.target) for call in served.rest_calls)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_document_has_nothing_without_effect(name: str) -> None:
    """Each document that comes along is read without a notice."""
    assert Gateway(read_capability(name)).notices == ()


@pytest.mark.parametrize(
    ("name", "specification", "left_out"),
    [
        # The token of changes is the client's own business; a tool gives one answer, not a stream.
        ("forgeportal-action-runs", "forgeportal", {"get_csrf_token"}),
        ("acp-runs", "acp-v0.1", {"get_run_stream"}),
    ],
)
def test_other_services_are_exposed_as_they_are_specified(
    name: str, specification: str, left_out: set[str]
) -> None:
    """Each specified operation is a tool, with its request, repeated where the other is."""
    tools = {
        call.name.replace("-", "_"): (call.target.request, call.operation.idempotent)
        for call in Gateway(read_capability(name)).tool_calls
    }
    specified = {
        operation["operationId"]: (
            f"{method.upper()} {path}",
            operation.get("x-idempotent", method in ("get", "put", "delete")),
        )
        for path, item in spec(specification)["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete")
        if operation["operationId"] not in left_out
    }
    assert tools == specified


def _parsed(document: dict[str, Any]) -> Capability:
    return parse_capability(yaml.safe_dump(document).encode(), "seed.yaml")
