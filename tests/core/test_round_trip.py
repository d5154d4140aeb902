"""What goes through a model comes out as it went in."""

from __future__ import annotations

import json
import re
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionruns.core.codec import decode, encode, structure, unstructure
from actionruns.core.model import UNSET
from actionruns.errors import DecodeFailed
from actionruns.port._generated.models import ActionRun
from tests.core.runs import Approval, Measure, Run, Step, Subject
from tests.specs.documents import shared_file

pytestmark = pytest.mark.usefixtures("either_way")

V1_RUN: dict[str, Any] = {
    "id": "r_1",
    "status": "IN_PROGRESS",
    "blueprint": {"identifier": "cluster", "title": "Cluster"},
    "action": "scale_cluster",
    "endedAt": None,
    "source": "UI",
    "relatedEntityExists": False,
    "relatedBlueprintExists": True,
    "properties": {"name": "alpha", "nodes": 3},
    "createdAt": "2022-12-07T12:53:52.916Z",
    "createdBy": "auth0|1",
}
V2_RUN: dict[str, Any] = {
    **V1_RUN,
    "endedAt": "2022-12-07T14:51:52.796Z",
    "action": {"identifier": "scale_cluster", "title": None, "icon": None, "deleted": False},
    "source": {"type": "AUTOMATION", "ruleIdentifier": "r"},
    "link": ["https://ci.test/1", "https://ci.test/2"],
    "requiredApproval": {"type": "ALL"},
    "response": [1, None, "text"],
    "statusLabel": None,
    "fromTheFuture": {"deep": [{"x": 1.5}]},
}


@pytest.mark.parametrize("body", [V1_RUN, V2_RUN], ids=["v1", "v2"])
def test_a_run_of_port_round_trips(body: dict[str, Any]) -> None:
    """A run of Port, in the old and in the new shape, is written back exactly."""
    assert json.loads(encode(decode(json.dumps(body).encode(), ActionRun))) == body


def test_the_tutorials_runs_round_trip() -> None:
    """Each run that the tutorial shows is written back exactly."""
    blocks = re.findall(r"```json.*?\n(.*?)```", shared_file("seeds/001_*.txt"), re.DOTALL)
    runs = [json.loads(block)["run"] for block in blocks if '"run": {' in block]
    assert [unstructure(structure(run, ActionRun)) for run in runs] == runs
    assert len(runs) == 2


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
times = st.datetimes(timezones=st.just(UTC))


def unknown(*known: str) -> st.SearchStrategy[dict[str, Any] | None]:
    """Unknown members: none, or some that the model has no name for."""
    keys = texts.filter(lambda key: key not in known)
    return st.none() | st.dictionaries(keys, json_values, min_size=1, max_size=3)


subjects = st.builds(
    Subject,
    identifier=texts,
    title=st.just(UNSET) | st.none() | texts,
    unknown_fields=unknown("identifier", "title"),
)
approvals = st.builds(
    Approval, type=st.sampled_from(["ALL", "ANY"]), unknown_fields=unknown("type")
)
KNOWN = (
    *("id", "status", "statusLabel", "action", "requiredApproval", "link", "response"),
    *("properties", "endedAt"),
)
runs = st.builds(
    Run,
    id=texts,
    status=texts,
    status_label=st.just(UNSET) | st.none() | texts,
    action=st.just(UNSET) | st.none() | texts | subjects,
    required_approval=st.just(UNSET) | st.none() | st.booleans() | approvals,
    link=st.just(UNSET) | st.none() | texts | st.lists(texts, max_size=3),
    response=st.just(UNSET) | st.none() | texts | st.lists(json_values, max_size=3),
    properties=st.just(UNSET) | st.none() | st.dictionaries(texts, json_values, max_size=3),
    ended_at=st.just(UNSET) | st.none() | times,
    unknown_fields=unknown(*KNOWN),
)
measures = st.builds(
    Measure,
    count=st.integers(-(2**63), 2**64 - 1),
    share=st.floats(allow_nan=False, allow_infinity=False),
    exact=st.booleans(),
    at=times,
    anything=json_values,
)
steps = st.recursive(
    st.builds(Step, name=texts),
    lambda inner: st.builds(
        Step,
        name=texts,
        after=st.just(UNSET) | st.none() | inner,
        inner=st.just(UNSET) | st.lists(inner, max_size=2),
        by_name=st.just(UNSET) | st.dictionaries(texts, inner, max_size=2),
    ),
    max_leaves=5,
)


@given(runs | measures | steps)
def test_unstructured_values_structure_to_the_same(value: Run | Measure | Step) -> None:
    """Structuring what was unstructured gives an equal model, whatever it holds."""
    assert structure(unstructure(value), type(value)) == value


@given(runs | measures | steps)
def test_encoded_values_decode_to_the_same(value: Run | Measure | Step) -> None:
    """Decoding what was encoded gives an equal model, through real JSON."""
    assert decode(encode(value), type(value)) == value


@given(st.dictionaries(texts, json_values, max_size=5), st.sampled_from([Run, Measure, Step]))
def test_any_object_is_decoded_or_refused(body: dict[str, Any], type_: Any) -> None:
    """Any JSON object either becomes a model that writes it back, or fails with a DecodeFailed."""
    try:
        value = decode(json.dumps(body).encode(), type_)
    except DecodeFailed:
        return
    assert unstructure(value) == body
