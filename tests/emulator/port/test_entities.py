from __future__ import annotations

from typing import Any

import pytest

from actionruns.emulator import Action, Blueprint, Emulator, Relation
from tests.emulator.plain import Answer, Plain, refused

pytestmark = pytest.mark.anyio

SERVICES = "/blueprints/microservice/entities"
DEPLOYMENTS = "/blueprints/deployment/entities"
ENVIRONMENTS = "/blueprints/environment/entities"
ENTITY = {"identifier": "cart", "title": "Cart", "properties": {"region": "eu"}, "relations": {}}


async def create(port: Plain, path: str = SERVICES, body: Any = None, **params: Any) -> Answer:
    """Create an entity."""
    return await port("POST", path, body=ENTITY if body is None else body, params=params)


async def messages(port: Plain, run_id: str) -> list[str]:
    """Return the messages in a run's log."""
    answer = await port("GET", f"/actions/runs/{run_id}/logs")
    return [entry["message"] for entry in answer.json["runLogs"]]


async def test_create(port: Plain) -> None:
    """A new entity is answered with 201 and read back."""
    answer = await create(port)
    assert (answer.status, answer.json) == (201, {"ok": True, "entity": ENTITY})
    assert (await port("GET", f"{SERVICES}/cart")).json["entity"] == ENTITY


async def test_identifier_made(port: Plain) -> None:
    """An entity without identifier gets one."""
    made = (await create(port, body={"title": "Nameless"})).json["entity"]["identifier"]
    assert (await port("GET", f"{SERVICES}/{made}")).json["entity"]["title"] == "Nameless"


async def test_taken(port: Plain) -> None:
    """Without upsert an identifier that exists is refused with 409."""
    await create(port)
    answer = await create(port)
    assert refused(answer, 409, "cart")
    assert answer.json["error"] == "identifier_taken"


async def test_upsert(port: Plain) -> None:
    """Upsert puts the entity in the place of the old one, merge into it."""
    await create(port)
    change = {"identifier": "cart", "properties": {"language": "Go"}}
    merged = await create(port, body=change, upsert="true", merge="true")
    assert merged.json["entity"] == ENTITY | {"properties": {"region": "eu", "language": "Go"}}
    replaced = await create(port, body=change, upsert="true")
    assert replaced.json["entity"] == change | {"relations": {}}


async def test_validation_only(port: Plain) -> None:
    """validation_only checks everything and changes nothing."""
    run_id = await port.execute()
    assert (await create(port, validation_only="true", run_id=run_id)).status == 201
    assert refused(await port("GET", f"{SERVICES}/cart"), 404)
    assert await messages(port, run_id) == []
    wrong = {"properties": {"region": 1}}
    assert refused(await create(port, body=wrong, validation_only="true"), 422)


@pytest.mark.parametrize(
    "body",
    [
        {"properties": {"region": 1}},
        {"properties": {"colour": "red"}},
        {"identifier": "."},
        {"identifier": "a b"},
        {"identifier": ""},
        {"identifier": "x" * 1001},
        {"identifier": {"combinator": "and", "rules": []}},
        {"team": {"combinator": "and", "rules": []}},
        {"team": [1]},
        {"title": 1},
        {"relations": {"unknown": "x"}},
        {"relations": {"environment": ["production"]}},
        {"relations": {"environment": 5}},
        {"relations": {"environment": {"combinator": "and", "rules": []}}},
    ],
)
async def test_refused(port: Plain, body: Any) -> None:
    """An entity that doesn't fit its blueprint or the route is refused with 422."""
    assert refused(await create(port, body=body), 422)


async def test_odd_identifier(port: Plain) -> None:
    """An identifier with a slash or letters of any script is taken, and found when encoded."""
    identifier = "équipe/котик@1"
    await create(port, body={"identifier": identifier})
    answer = await port("GET", f"{SERVICES}/%C3%A9quipe%2F%D0%BA%D0%BE%D1%82%D0%B8%D0%BA@1")
    assert answer.json["entity"]["identifier"] == identifier


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/blueprints/ghost/entities"),
        ("POST", "/blueprints/ghost/entities"),
        ("GET", f"{SERVICES}/ghost"),
        ("PUT", f"{SERVICES}/ghost"),
        ("PATCH", f"{SERVICES}/ghost"),
        ("DELETE", f"{SERVICES}/ghost"),
        ("POST", f"{SERVICES}?run_id=ghost"),
    ],
)
async def test_unknown(port: Plain, method: str, path: str) -> None:
    """A blueprint, entity or run that doesn't exist is answered with 404."""
    body: Any = {} if method in {"POST", "PUT", "PATCH"} else None
    assert refused(await port(method, path, body=body), 404, "ghost")


async def test_replace(port: Plain) -> None:
    """PUT puts the whole entity in the place of the old one."""
    await create(port)
    body: dict[str, Any] = {"icon": "Cart", "properties": {"language": "Go"}, "unknown": 1}
    answer = await port("PUT", f"{SERVICES}/cart", body=body)
    assert answer.status == 200
    assert answer.json["entity"] == {
        "identifier": "cart",
        "icon": "Cart",
        "properties": {"language": "Go"},
        "relations": {},
    }


async def test_change(port: Plain) -> None:
    """PATCH merges, and null removes."""
    await create(port, body={**ENTITY, "relations": {"environment": "production"}})
    body: dict[str, Any] = {
        "title": None,
        "team": "a",
        "properties": {"language": "Go", "region": None},
    }
    answer = await port("PATCH", f"{SERVICES}/cart", body=body)
    assert answer.status == 200
    assert answer.json["entity"] == {
        "identifier": "cart",
        "team": "a",
        "properties": {"language": "Go"},
        "relations": {"environment": "production"},
    }


async def test_change_unknown_member(port: Plain) -> None:
    """PATCH takes no unknown members."""
    await create(port)
    assert refused(await port("PATCH", f"{SERVICES}/cart", body={"colour": "red"}), 422)


async def test_rename(port: Plain) -> None:
    """A new identifier renames the entity, and relations follow it."""
    await create(port, body={"identifier": "cart", "relations": {"environment": "staging"}})
    renamed = await port("PATCH", f"{ENVIRONMENTS}/staging", body={"identifier": "test"})
    assert renamed.json["entity"]["identifier"] == "test"
    assert refused(await port("GET", f"{ENVIRONMENTS}/staging"), 404)
    assert (await port("GET", f"{SERVICES}/cart")).json["entity"]["relations"] == {
        "environment": "test"
    }
    taken = await port("PATCH", f"{ENVIRONMENTS}/test", body={"identifier": "production"})
    assert refused(taken, 409, "production")


async def test_related(port: Plain) -> None:
    """What a relation leads to has to exist, or is created when that is allowed."""
    body = {"identifier": "cart", "relations": {"environment": "moon"}}
    assert refused(await create(port, body=body), 404, "moon")
    allowed = await create(port, body=body, create_missing_related_entities="true")
    assert allowed.status == 201
    assert (await port("GET", f"{ENVIRONMENTS}/moon")).status == 200


async def test_required_relation(port: Plain) -> None:
    """A required relation has to be there."""
    assert refused(await create(port, DEPLOYMENTS, {"identifier": "d"}), 422, "service")


async def test_many(port: Plain, emulator: Emulator) -> None:
    """A relation to many leads to a list, and loses the members that are deleted or renamed."""
    emulator.add(
        Blueprint(
            identifier="team",
            title="Team",
            relations={"owns": Relation(target="microservice", many=True)},
        )
    )
    path = "/blueprints/team/entities"
    assert refused(await create(port, path, {"relations": {"owns": "payments"}}), 422, "array")
    owns = ["payments", "checkout"]
    await create(port, path, {"identifier": "core", "relations": {"owns": owns}})
    await port("DELETE", f"{SERVICES}/payments")
    await port("PATCH", f"{SERVICES}/checkout", body={"identifier": "till"})
    team = (await port("GET", f"{path}/core")).json["entity"]
    assert team["relations"] == {"owns": ["till"]}


async def test_delete(port: Plain) -> None:
    """A deleted entity is gone, and optional relations to it too."""
    assert (await port("DELETE", f"{ENVIRONMENTS}/production")).json == {"ok": True}
    assert refused(await port("GET", f"{ENVIRONMENTS}/production"), 404)
    payments = (await port("GET", f"{SERVICES}/payments")).json["entity"]
    assert payments["relations"] == {}


async def test_delete_dependents(port: Plain) -> None:
    """An entity that others need is deleted only together with them."""
    await create(port, DEPLOYMENTS, {"identifier": "d", "relations": {"service": "payments"}})
    assert refused(await port("DELETE", f"{SERVICES}/payments"), 422, '"d"')
    assert (await port("GET", f"{SERVICES}/payments")).status == 200
    run_id = await port.execute()
    params = {"delete_dependents": "true", "run_id": run_id}
    assert (await port("DELETE", f"{SERVICES}/payments", params=params)).status == 200
    assert refused(await port("GET", f"{DEPLOYMENTS}/d"), 404)
    assert sorted(await messages(port, run_id)) == [
        'Entity "d" of blueprint "deployment" was deleted',
        'Entity "payments" of blueprint "microservice" was deleted',
    ]


async def test_run_log(port: Plain) -> None:
    """Changes made on behalf of a run stand in its log."""
    run_id = await port.execute()
    params = {"run_id": run_id}
    path = f"{SERVICES}/cart"
    await create(port, run_id=run_id, upsert="true")
    await create(port, run_id=run_id, upsert="true")
    await port("PUT", path, body={}, params=params)
    await port("PATCH", path, body={}, params=params)
    await port("DELETE", path, params=params)
    verbs = [message.rsplit(" ", 1)[1] for message in await messages(port, run_id)]
    assert verbs == ["created", "updated", "updated", "updated", "deleted"]


async def test_run_state(port: Plain, emulator: Emulator) -> None:
    """Entities can be tied only to a run that is in progress."""
    waiting = await port.execute("deploy_to_production", version="1")
    assert refused(await create(port, run_id=waiting), 422, "not in progress")
    ended = await port.execute()
    await emulator.finish(ended)
    assert refused(await create(port, run_id=ended), 422, "finished")
    assert refused(await port("GET", f"{SERVICES}/cart"), 404)


async def test_list(port: Plain) -> None:
    """All entities of a blueprint are listed."""
    entities = (await port("GET", SERVICES)).json["entities"]
    assert [entity["identifier"] for entity in entities] == ["checkout", "payments"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ([("include", "title")], {"title": "Payments"}),
        ([("include", "properties.region")], {"properties": {"region": "eu-west-1"}}),
        (
            [("include", "properties"), ("exclude", "properties.region")],
            {"properties": {"language": "Python", "replicas": 3}},
        ),
        (
            [("exclude", name) for name in ("title", "icon", "properties")],
            {"identifier": "payments", "relations": {"environment": "production"}},
        ),
    ],
)
async def test_view(port: Plain, params: Any, expected: Any) -> None:
    """Include and exclude choose members and single properties."""
    answer = await port("GET", f"{SERVICES}/payments", params=params)
    assert answer.json["entity"] == expected


async def test_not_emulated(port: Plain) -> None:
    """A parameter whose effect isn't emulated is refused, not ignored."""
    params = {"attach_title_to_relation": "true"}
    assert refused(await port("GET", SERVICES, params=params), 422, "not emulated")


async def test_tutorial(port: Plain, emulator: Emulator) -> None:
    """The published tutorial works: read the inputs, create the entity, mark the run."""
    run_id = await port.execute(name="my microservice", region="eu-west-1")
    inputs = (await port("GET", f"/actions/runs/{run_id}")).run["properties"]
    body = {
        "identifier": inputs["name"].replace(" ", "_"),
        "title": inputs["name"],
        "properties": {"region": inputs["region"]},
    }
    created = await create(port, body=body, run_id=run_id, upsert="true")
    message = {"run_status": "New Entity created!", "new_entity": "my_microservice"}
    done = {"status": "SUCCESS", "link": "https://example.com/log", "message": message}
    answer = await port("PATCH", f"/actions/runs/{run_id}", body=done)
    assert created.json["entity"]["identifier"] == "my_microservice"
    assert {name: answer.run[name] for name in done} == done
    assert await messages(port, run_id) == [
        'Entity "my_microservice" of blueprint "microservice" was created'
    ]


async def test_entity_comes_back(port: Plain, emulator: Emulator) -> None:
    """A run shows whether its entity is deleted, and when it is there again."""
    emulator.add(Action(identifier="touch", title="T", blueprint="microservice", on_entity=True))
    run_id = await port.execute("touch", entity="checkout")
    states = []
    for method, path in (("DELETE", f"{SERVICES}/checkout"), ("POST", SERVICES)):
        await port(method, path, body={"identifier": "checkout"} if method == "POST" else None)
        states.append((await port("GET", f"/actions/runs/{run_id}")).run["entity"]["deleted"])
    assert states == [True, False]


async def test_circle(port: Plain, emulator: Emulator) -> None:
    """Entities that lead to themselves and each other are created and deleted together."""
    parent = Relation(target="node", required=True)
    emulator.add(Blueprint(identifier="node", title="Node", relations={"parent": parent}))
    path = "/blueprints/node/entities"
    await create(port, path, {"identifier": "a", "relations": {"parent": "a"}})
    await create(port, path, {"identifier": "b", "relations": {"parent": "a"}})
    await port("PATCH", f"{path}/a", body={"relations": {"parent": "b"}})
    assert refused(await port("DELETE", f"{path}/a"), 422, '"b"')
    assert (await port("DELETE", f"{path}/a", params={"delete_dependents": "true"})).status == 200
    assert (await port("GET", path)).json["entities"] == []
