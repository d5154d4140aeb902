"""specs/acp-v0.1.yaml and acp-v0.2.yaml against the facts of the protocol's documents."""

from __future__ import annotations

import pytest
import yaml

from tests.specs.documents import deviations, shared_file, spec, table
from tests.specs.facts import Difference, differences, facts_of

VERSIONS = {
    "acp-v0.1": ("acp_v0_1", "upstream/acp-v0.1.yaml"),
    "acp-v0.2": ("acp_v0_2", "upstream/acp-v0.2.3.json"),
}
"""By specification: how its tables begin, and where the protocol's document lies."""

_METHODS = ("get", "put", "post", "patch", "delete")


def ids_of(document: dict[str, dict[str, dict[str, dict[str, str]]]]) -> dict[str, str]:
    """Return the operation ids of a document by ``METHOD /path``."""
    return {
        f"{method.upper()} {path}": item[method]["operationId"]
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    }


def found(name: str) -> list[Difference]:
    """Return everything on which the protocol and our specification differ."""
    facts = table(f"{VERSIONS[name][0]}_facts")
    return list(differences(facts["operations"], facts_of(spec(name))))


@pytest.mark.parametrize("name", VERSIONS)
def test_every_difference_is_meant(name: str) -> None:
    """Each operation, parameter, body field and answer field is the protocol's, or is listed."""
    meant = deviations(f"{VERSIONS[name][0]}_deviations")
    assert [
        difference
        for difference in found(name)
        if not any(deviation.covers(difference) for deviation in meant)
    ] == []


@pytest.mark.parametrize("name", VERSIONS)
def test_every_deviation_is_needed(name: str) -> None:
    """A deviation that accounts for no difference has to go from the list."""
    differing = found(name)
    assert [
        deviation
        for deviation in deviations(f"{VERSIONS[name][0]}_deviations")
        if not any(deviation.covers(difference) for difference in differing)
    ] == []


@pytest.mark.parametrize("name", VERSIONS)
def test_every_deviation_has_a_reason(name: str) -> None:
    """Each deviation says why it is one."""
    meant = deviations(f"{VERSIONS[name][0]}_deviations")
    assert [deviation for deviation in meant if len(deviation.reason.split()) < 4] == []


@pytest.mark.parametrize(("name", "count"), [("acp-v0.1", 17), ("acp-v0.2", 30)])
def test_all_operations_are_there(name: str, count: int) -> None:
    """Each operation of the protocol is there, under its id in small letters."""
    ids = table(f"{VERSIONS[name][0]}_facts")["ids"]
    assert len(ids) == count
    assert ids_of(spec(name)) == {place: given.lower() for place, given in ids.items()}


@pytest.mark.parametrize("name", VERSIONS)
def test_table_is_what_the_document_says(name: str) -> None:
    """The committed facts and ids are those of the protocol's document."""
    start, path = VERSIONS[name]
    document = yaml.safe_load(shared_file(path))
    assert {"ids": ids_of(document), "operations": facts_of(document)} == table(f"{start}_facts")
