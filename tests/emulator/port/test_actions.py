from __future__ import annotations

import sys
from typing import Any

import pytest

from actionruns.emulator import Action, Blueprint, Emulator, User
from actionruns.errors import ConfigurationError
from tests.emulator.plain import Plain, refused

pytestmark = pytest.mark.anyio


async def test_execute(port: Plain) -> None:
    """Executing an action answers 202 with the run, in progress at once."""
    inputs = {"name": "my-microservice", "region": "eu-west-1"}
    answer = await port("POST", "/actions/create_microservice/runs", body={"properties": inputs})
    assert answer.status == 202
    run = answer.run
    assert run["id"].startswith("r_")
    assert run["status"] == "IN_PROGRESS"
    assert run["properties"] == inputs
    assert run["action"]["identifier"] == "create_microservice"
    assert run["blueprint"]["identifier"] == "microservice"
    assert run["createdBy"] == "demo"
    assert run["source"] == "API"
    assert run["payload"]["headers"] == {"RUN_ID": run["id"]}
    assert (await port("GET", f"/actions/runs/{run['id']}")).run == run


async def test_defaults(port: Plain) -> None:
    """Defaults of inputs stand in properties, what was sent in rawProperties."""
    run_id = await port.execute("deploy_to_production", version="1.2")
    run = (await port("GET", f"/actions/runs/{run_id}")).run
    assert run["properties"] == {"version": "1.2", "strategy": "rolling"}
    assert run["rawProperties"] == {"version": "1.2"}


@pytest.mark.parametrize(
    ("action", "inputs", "text"),
    [
        ("create_microservice", {"name": 7}, "properties/name"),
        ("create_microservice", {"nam": "x"}, "nam"),
        ("scale_microservice", {}, "replicas"),
        ("scale_microservice", {"replicas": 101}, "101"),
        ("deploy_to_production", {"version": "1", "strategy": "big bang"}, "big bang"),
    ],
)
async def test_inputs(port: Plain, action: str, inputs: Any, text: str) -> None:
    """Inputs that don't fit the action's schema are refused with 422."""
    answer = await port("POST", f"/actions/{action}/runs", body={"properties": inputs})
    assert refused(answer, 422, text)
    assert (await port("GET", "/actions/runs")).ids == []


@pytest.mark.parametrize(
    "body",
    [None, {}, {"properties": []}, {"properties": None}, {"properties": {}, "run_as": "x"}, "x"],
)
async def test_body(port: Plain, body: Any) -> None:
    """A body without properties, or with unknown members, is refused with 422."""
    assert refused(await port("POST", "/actions/rotate_secrets/runs", body=body), 422)


async def test_entity(port: Plain) -> None:
    """An action on an entity shows the entity in its run."""
    run_id = await port.execute("scale_microservice", entity="payments", replicas=3)
    run = (await port("GET", f"/actions/runs/{run_id}")).run
    assert run["entity"] == {
        "identifier": "payments",
        "title": "Payments",
        "icon": "Microservice",
        "deleted": False,
    }


async def test_entity_missing(port: Plain) -> None:
    """An action on an entity needs one that exists."""
    path, inputs = "/actions/scale_microservice/runs", {"replicas": 3}
    unnamed = await port("POST", path, body={"properties": inputs})
    assert refused(unnamed, 422, "entity")
    unknown = await port("POST", path, body={"properties": inputs, "entity": "ghost"})
    assert refused(unknown, 404, "ghost")


async def test_run_as(port: Plain) -> None:
    """run_as makes the run another user's, and tells who asked for it."""
    answer = await port(
        "POST",
        "/actions/rotate_secrets/runs",
        params={"run_as": "alice@example.com"},
        body={"properties": {}},
    )
    assert answer.run["createdBy"] == "auth0|alice"
    assert answer.run["impersonatedBy"] == "demo"


@pytest.mark.parametrize(("run_as", "status"), [("alice", 422), ("nobody@example.com", 404)])
async def test_run_as_nobody(port: Plain, run_as: str, status: int) -> None:
    """run_as has to be the address of a user."""
    answer = await port(
        "POST",
        "/actions/rotate_secrets/runs",
        params={"run_as": run_as},
        body={"properties": {}},
    )
    assert refused(answer, status)


async def test_own_action(port: Plain, emulator: Emulator) -> None:
    """Actions, blueprints and users of one's own can be added to a running emulator."""
    emulator.add(
        Blueprint(identifier="lamp", title="Lamp"),
        Action(
            identifier="switch",
            title="Switch",
            blueprint="lamp",
            inputs={"on": {"type": "boolean"}},
            approval="ANY",
            approvers=("eve",),
        ),
        User(id="eve", email="eve@example.com"),
    )
    run_id = await port.execute("switch", on=True)
    await emulator.approve(run_id, "eve")
    run = (await port("GET", f"/actions/runs/{run_id}")).run
    assert (run["blueprint"]["title"], run["status"]) == ("Lamp", "IN_PROGRESS")


async def test_added_before() -> None:
    """What is added before the start is there after it."""
    emulator = Emulator(auto_progress=False)
    emulator.add(Action(identifier="own", title="Own"))
    async with emulator:
        run_id = await emulator.add_run("own")
        assert (await emulator.run(run_id))["action"]["title"] == "Own"


async def test_approval_by_nobody() -> None:
    """An action that nobody may approve can't need approval."""
    with pytest.raises(ValueError, match="nobody"):
        Action(identifier="a", title="A", approval="ALL", approvers=())


async def test_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without jsonschema the emulator doesn't start, and says what to install."""
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    emulator = Emulator()
    with pytest.raises(ConfigurationError, match=r"actionruns\[emulator\]"):
        await emulator.__aenter__()
