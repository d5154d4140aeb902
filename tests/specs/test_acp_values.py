"""Values of the protocol against the models of specs/acp-v0.1.yaml and acp-v0.2.yaml."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from tests.specs.documents import spec

Node = dict[str, Any]
SPECS: dict[str, Node] = {name: spec(name) for name in ("acp-v0.1", "acp-v0.2")}
STATUSES = ["pending", "interrupted", "success", "error", "timeout"]


def misfits(name: str, model: str, value: object) -> list[str]:
    """Return what in a value does not fit a model of a specification."""
    schema = {"$ref": f"#/components/schemas/{model}", "components": SPECS[name]["components"]}
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)]


RUN: Node = {
    "run_id": "6d9e0d0a-33f6-4a6c-8c1c-0f3b0e8f8a11",
    "agent_id": "0f3b0e8f-33f6-4a6c-8c1c-6d9e0d0a8a11",
    "thread_id": None,
    "created_at": "2026-01-31T12:00:00.123456",
    "updated_at": "2026-01-31T12:00:01.123456",
    "status": "pending",
    "creation": {
        "agent_id": "0f3b0e8f-33f6-4a6c-8c1c-6d9e0d0a8a11",
        "input": {"query": "hello"},
        "metadata": None,
        "config": None,
        "webhook": None,
    },
}


@pytest.mark.parametrize(
    ("name", "model"), [("acp-v0.1", "Run"), ("acp-v0.2", "RunStateless")], ids=["0.1", "0.2"]
)
@pytest.mark.parametrize("status", [*STATUSES, "dreaming"])
def test_a_run_with_nulls_fits(name: str, model: str, status: str) -> None:
    """A run fits with null for what is not set, and in any status, known or not."""
    assert misfits(name, model, {**RUN, "status": status}) == []


@pytest.mark.parametrize("missing", ["run_id", "status"])
def test_a_run_without_identity_does_not_fit(missing: str) -> None:
    """A run without an id or a status is none."""
    run = {key: value for key, value in RUN.items() if key != missing}
    assert misfits("acp-v0.1", "Run", run) == [f"'{missing}' is a required property"]


@pytest.mark.parametrize(
    ("name", "model", "value"),
    [
        ("acp-v0.1", "RunOutput", {"type": "interrupt", "interrupt": {"ask": "really?"}}),
        ("acp-v0.2", "RunOutput", {"type": "result", "values": 3, "messages": None}),
        ("acp-v0.2", "RunOutput", {"type": "interrupt", "interrupt": "really?"}),
        ("acp-v0.2", "StreamedUpdate", {"type": "custom", "status": "pending", "update": {}}),
        ("acp-v0.2", "RunOutput", {"type": "thought", "text": "hm"}),
        ("acp-v0.2", "Message", {"role": "ai", "content": [{"type": "image", "url": "u"}]}),
    ],
    ids=["question", "result", "any question", "custom", "unknown kind", "blocks"],
)
def test_output_fits(name: str, model: str, value: object) -> None:
    """Outputs, updates and messages fit in each form, outputs also of a kind yet unknown."""
    assert misfits(name, model, value) == []


@pytest.mark.parametrize("name", SPECS)
def test_an_output_without_a_kind_does_not_fit(name: str) -> None:
    """What does not say its kind is no output."""
    assert misfits(name, "RunOutput", {"values": 3}) != []
