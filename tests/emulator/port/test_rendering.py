from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from actionruns.emulator.port.rendering import page_body, parse, render, run_body

REFERENCE = {"identifier": "a", "title": "A", "icon": None, "deleted": False}
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
RUNS = st.builds(
    lambda run, extra: {**extra, **run, "id": run["id"]},
    st.fixed_dictionaries(
        {
            "id": st.text(),
            "status": st.text(),
            "action": st.just(REFERENCE),
            "properties": st.dictionaries(st.text(), VALUES, max_size=3),
            "requiredApproval": st.sampled_from([False, {"type": "ANY"}]),
        },
        optional={
            "blueprint": st.just(REFERENCE),
            "entity": st.sampled_from([REFERENCE, {**REFERENCE, "deleted": True}]),
            "payload": VALUES,
            "endedAt": st.text(),
            "summary": st.text(),
        },
    ),
    st.dictionaries(st.sampled_from(["message", "link", "approval"]), VALUES),
)


def order(run: dict[str, Any]) -> dict[str, Any]:
    """Put the id first, as every run has it."""
    return {"id": run["id"], **run}


def v1(run: dict[str, Any]) -> dict[str, Any]:
    """Say in plain code what the v1 shape is."""
    shown = {name: value for name, value in run.items() if name != "payload"}
    if shown["requiredApproval"] is False:
        del shown["requiredApproval"]
    shown["action"] = "a"
    if "blueprint" in run:
        shown["blueprint"] = {"identifier": "a", "title": "A"}
    shown["relatedEntityExists"] = "entity" in run and not run["entity"]["deleted"]
    shown["relatedBlueprintExists"] = "blueprint" in run
    shown.setdefault("endedAt", None)
    return shown


@given(RUNS)
def test_round_trip(run: dict[str, Any]) -> None:
    """A stored run is read back as it was, whatever its members hold."""
    assert parse(render(order(run))) == run


@given(
    runs=st.lists(RUNS, max_size=4),
    dropped=st.lists(
        st.sampled_from(["id", "status", "payload", "properties", "endedAt", "action"]) | st.text()
    ),
    cursor=st.none() | st.text(),
)
def test_page(runs: list[dict[str, Any]], dropped: list[str], cursor: str | None) -> None:
    """A page holds the runs in either shape, without what is excluded, and the cursor."""
    stored = [render(order(run)) for run in runs]
    gone = {*dropped} - {"id"}
    tail = {} if cursor is None else {"next": cursor}
    for version, shape in (("v2", dict), ("v1", v1)):
        body = json.loads(page_body(stored, version, dropped, cursor))  # type: ignore[arg-type] # a literal in a loop
        rows = [
            {name: value for name, value in shape(run).items() if name not in gone} for run in runs
        ]
        assert body == {"ok": True, "runs": rows, **tail}


@given(RUNS)
def test_run(run: dict[str, Any]) -> None:
    """One run is rendered as a page of it would be."""
    stored = render(order(run))
    assert json.loads(run_body(stored, "v2")) == {"ok": True, "run": run}
    assert json.loads(run_body(stored, "v1")) == {"ok": True, "run": v1(run)}
