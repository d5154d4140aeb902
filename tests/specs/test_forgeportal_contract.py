"""specs/forgeportal.yaml against what is known of ForgePortal, and against seed 003."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from actionruns.core.codec import decode
from actionruns.forgeportal import ActionRunPage
from actionruns.states import RunState
from tests.specs.documents import shared_file, spec, table
from tests.specs.facts import facts_of

SPEC = spec("forgeportal")
MODELS: dict[str, Any] = SPEC["components"]["schemas"]
FACTS = table("forgeportal_facts")
SEED = FACTS["seed"]


def operation_of(name: str) -> dict[str, Any]:
    """Return an operation of our specification by ``METHOD /path``."""
    method, path = name.split()
    operation: dict[str, Any] = SPEC["paths"][path][method.lower()]
    return operation


def test_operations_are_the_known_ones() -> None:
    """Nothing is missing, nothing is made up."""
    assert facts_of(SPEC).keys() == FACTS["operations"].keys()


@pytest.mark.parametrize("name", FACTS["operations"])
def test_an_operation_takes_what_is_known(name: str) -> None:
    """Each parameter and body member, with its place, type, limits and values."""
    assert facts_of(SPEC)[name]["request"] == FACTS["operations"][name]["request"]


@pytest.mark.parametrize("name", FACTS["operations"])
def test_an_operation_answers_as_is_known(name: str) -> None:
    """The statuses that lead to a result or to an error of its own."""
    assert sorted(operation_of(name)["responses"]) == FACTS["operations"][name]["answers"]


@pytest.mark.parametrize("name", FACTS["operations"])
def test_an_operation_is_paced_as_it_is_limited(name: str) -> None:
    """The two with a limit of their own are paced by it, others not."""
    assert operation_of(name).get("x-pace") == FACTS["operations"][name].get("pace")


SHAPES = [
    pytest.param(model, members, id=f"{model}: {shape}")
    for model, shapes in FACTS["shapes"].items()
    for shape, members in shapes.items()
]


@pytest.mark.parametrize(("model", "members"), SHAPES)
def test_each_shape_fits_the_model(model: str, members: list[str]) -> None:
    """Each member of each shape is a field under one of its names, and no field is meant twice."""
    owners = {
        name: field
        for field, schema in MODELS[model]["properties"].items()
        for name in (field, *schema.get("x-aliases", ()))
    }
    assert [name for name in members if name not in owners] == []
    assert len({owners[name] for name in members}) == len(members)
    assert set(MODELS[model]["required"]) <= {owners[name] for name in members}


@pytest.mark.parametrize("model", FACTS["statuses"])
def test_statuses_have_states(model: str) -> None:
    """The table of states knows exactly the known statuses, by names of RunState."""
    states = MODELS[model]["x-run"]["states"]
    assert list(states) == FACTS["statuses"][model]
    assert MODELS[model]["properties"]["status"]["x-known-values"] == list(states)
    assert set(states.values()) <= RunState.__members__.keys() - {"UNKNOWN"}


def test_the_seeds_operations_are_there() -> None:
    """List and detail under the base path, and the three that the seed refers to."""
    names = {f"GET {SEED['base']}", f"GET {SEED['base']}/{{runId}}", *SEED["others"]}
    assert names <= facts_of(SPEC).keys()


def test_the_seeds_parameters_are_there() -> None:
    """Each with the seed's type, default and range."""
    facts = facts_of(SPEC)
    taken = {
        **facts[f"GET {SEED['base']}"]["request"],
        **facts[f"GET {SEED['base']}/{{runId}}"]["request"],
    }
    types = {"string": "string", "uuid": "string:uuid", "number": "integer"}
    for name, stated in SEED["parameters"].items():
        found = taken["path runId" if name == "runId" else f"query {name}"]
        assert found["type"] == types[stated["type"]]
        assert found.get("default") == stated.get("default")
        if "range" in stated:
            assert [found["minimum"], found["maximum"]] == stated["range"]


_PARAMETER = re.compile(r"^([a-z]+(?:Id)?)(string|uuid|number)(\d*)([A-Z].*)$", re.MULTILINE)


def test_parameters_are_those_of_the_seed() -> None:
    """The committed parameters are those of the seed's tables, whose columns have run together."""
    found: dict[str, dict[str, Any]] = {}
    for name, kind, default, text in _PARAMETER.findall(shared_file("seeds/003_*.txt")):
        found[name] = {"type": kind}
        if default:
            found[name]["default"] = int(default)
        if span := re.search(r"\((\d+)\W(\d+)\)", text):
            found[name]["range"] = [int(span[1]), int(span[2])]
    assert found == SEED["parameters"]


def test_statuses_are_those_of_the_seed() -> None:
    """The seed lists them with the filter."""
    (listed,) = re.findall(r"Filter by status: (.+)", shared_file("seeds/003_*.txt"))
    assert listed.split(", ") == FACTS["statuses"]["ActionRun"]


def test_paths_are_those_of_the_seed() -> None:
    """Base path, and the operations that the seed refers to."""
    text = shared_file("seeds/003_*.txt")
    assert f"Base path: {SEED['base']}." in text
    named = re.findall(r"(GET|POST) (/api/v1/\S+)", text)
    paths = {f"{method} " + re.sub(r":([A-Za-z]+)", r"{\1}", path) for method, path in named}
    assert set(SEED["others"]) <= paths
    assert paths <= facts_of(SPEC).keys()


def test_the_seeds_example_is_a_page() -> None:
    """The answer that the seed shows decodes, with a field for each of its members."""
    text = shared_file("seeds/003_*.txt")
    example = text[text.index("\n{\n") : text.index("\n}\n\n") + 2]
    page = decode(example.encode(), ActionRunPage)
    (run,) = page.runs
    assert run.state is RunState.SUCCEEDED
    assert run.output == {"repoUrl": "https://github.com/acmecorp/my-service"}
    assert dict(run.unknown_fields) == {}
    assert list(json.loads(example)["data"][0]) == FACTS["shapes"]["ActionRun"]["documented row"]
    assert page.pagination
    assert page.pagination.total == 42
