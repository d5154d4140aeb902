from __future__ import annotations

import io
from typing import Any

import pytest

from actionruns.emulator import Emulator
from tests.emulator.plain import Plain, refused

pytestmark = pytest.mark.anyio


async def test_update_overwrites(port: Plain) -> None:
    """A PATCH overwrites the members it names and leaves the others."""
    run_id = await port.execute()
    path = f"/actions/runs/{run_id}"
    await port("PATCH", path, body={"link": "https://a", "summary": "one", "message": {"a": 1}})
    await port("PATCH", path, body={"link": ["https://b", "https://c"], "message": {"b": 2}})
    run = (await port("GET", path)).run
    assert run["link"] == ["https://b", "https://c"]
    assert run["summary"] == "one"
    assert run["message"] == {"b": 2}


@pytest.mark.parametrize("status", ["SUCCESS", "FAILURE"])
async def test_update_ends(port: Plain, status: str) -> None:
    """Setting SUCCESS or FAILURE sets endedAt, which a run in progress doesn't have."""
    run_id = await port.execute()
    assert "endedAt" not in (await port("GET", f"/actions/runs/{run_id}")).run
    answer = await port("PATCH", f"/actions/runs/{run_id}", body={"status": status})
    assert answer.status == 200
    assert answer.run["status"] == status
    assert answer.run["endedAt"] == answer.run["updatedAt"]


async def test_update_again(port: Plain) -> None:
    """Repeating the PATCH that ended a run is no error and keeps endedAt."""
    run_id = await port.execute()
    first = await port("PATCH", f"/actions/runs/{run_id}", body={"status": "SUCCESS"})
    again = await port("PATCH", f"/actions/runs/{run_id}", body={"status": "SUCCESS"})
    assert again.status == 200
    assert again.run["endedAt"] == first.run["endedAt"]


async def test_update_nothing(port: Plain) -> None:
    """A PATCH without a body changes nothing but who updated the run."""
    run_id = await port.execute()
    before = (await port("GET", f"/actions/runs/{run_id}")).run
    after = (await port("PATCH", f"/actions/runs/{run_id}")).run
    assert {**before, "updatedAt": after["updatedAt"]} == after


@pytest.mark.parametrize(
    "body",
    [
        {"state": "SUCCESS"},
        {"status": "IN_PROGRESS"},
        {"status": None},
        {"statusLabel": 1},
        {"link": {"url": "x"}},
        {"link": ["https://a", 1]},
        {"message": "text"},
        {"summary": ["x"]},
        {"externalRunId": 5},
        [],
    ],
)
async def test_update_refuses(port: Plain, body: Any) -> None:
    """A PATCH with an unknown member, or one of a wrong type or value, is refused with 422."""
    run_id = await port.execute()
    answer = await port("PATCH", f"/actions/runs/{run_id}", body=body)
    assert refused(answer, 422)
    assert "endedAt" not in (await port("GET", f"/actions/runs/{run_id}")).run


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'{"summary": "a"', b"NaN"])
async def test_broken_json(port: Plain, data: bytes) -> None:
    """A body that is no JSON is refused with 422."""
    run_id = await port.execute()
    answer = await port("POST", f"/actions/runs/{run_id}/logs", data=data)
    assert refused(answer, 422, "JSON")


async def test_large_body(port: Plain) -> None:
    """A body over 1 MiB is refused with 413, one just below is taken."""
    run_id = await port.execute()
    path = f"/actions/runs/{run_id}"
    empty = b'{"summary": ""}'
    for size, status in ((0, 200), (1, 413), (5_000_000, 413)):
        summary = b"x" * (1024 * 1024 - len(empty) + size)
        answer = await port("PATCH", path, data=io.BytesIO(empty.replace(b'""', b'"%b"' % summary)))
        assert answer.status == status
        assert status == 200 or refused(answer, 413, "too large")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/actions/runs/r_none", None),
        ("PATCH", "/actions/runs/r_none", {}),
        ("PATCH", "/actions/runs/r_none/approval", {"status": "APPROVE"}),
        ("GET", "/actions/runs/r_none/approvers", None),
        ("POST", "/actions/runs/r_none/logs", {"message": "x"}),
        ("GET", "/actions/runs/r_none/logs", None),
        ("POST", "/actions/none/runs", {"properties": {}}),
    ],
)
async def test_unknown_ids(port: Plain, method: str, path: str, body: Any) -> None:
    """An id that names nothing is answered with 404."""
    assert refused(await port(method, path, body=body), 404, "none")


@pytest.mark.parametrize("path", ["/nothing", "/actions", "/actions/runs/a/b/c"])
async def test_unknown_routes(port: Plain, path: str) -> None:
    """A route that doesn't exist is answered with Port's own kind of 404."""
    assert refused(await port("GET", path), 404, "not found")


async def test_unknown_method(port: Plain) -> None:
    """A method that a path doesn't have is answered with 404."""
    assert refused(await port("DELETE", "/actions/runs"), 404, "DELETE")


async def test_external_run_id(port: Plain) -> None:
    """A run can be given the id that its backend knows, and be found by it."""
    run_id = await port.execute()
    await port.execute()
    path = f"/actions/runs/{run_id}"
    answer = await port("PATCH", path, body={"externalRunId": "github-7"})
    assert answer.run["externalRunId"] == "github-7"
    found = await port("GET", "/actions/runs", params={"external_run_id": "github-7"})
    assert found.ids == [run_id]


async def test_newest_first(port: Plain) -> None:
    """Runs are listed newest first."""
    ids = [await port.execute() for _ in range(3)]
    assert (await port("GET", "/actions/runs")).ids == ids[::-1]


async def test_active(port: Plain, emulator: Emulator) -> None:
    """active=true lists the runs that haven't ended, active=false and no filter list all."""
    running, ended = await port.execute(), await port.execute()
    waiting = await port.execute("deploy_to_production", version="1")
    await emulator.finish(ended, "FAILURE")
    listed = {
        value: (await port("GET", "/actions/runs", params={"active": value})).ids
        for value in ("true", "false")
    }
    assert listed == {"true": [waiting, running], "false": [waiting, ended, running]}


async def test_filters(port: Plain, emulator: Emulator) -> None:
    """Each filter narrows the list, and all of them hold together."""
    plain = await port.execute()
    scaled = await port.execute("scale_microservice", entity="payments", replicas=2)
    unbound = await port.execute("rotate_secrets")
    ui = await emulator.add_run(user="auth0|alice", source="UI")
    automation = await emulator.add_run("rotate_secrets", source="AUTOMATION")
    cases: list[tuple[Any, list[str]]] = [
        ({"entity": "payments"}, [scaled]),
        ({"blueprint": "microservice"}, [ui, scaled, plain]),
        ({"action": "rotate_secrets"}, [automation, unbound]),
        ({"user_id": "auth0|alice"}, [ui]),
        ({"user_email": "alice@example.com"}, [ui]),
        ({"user_email": "demo@example.com"}, [automation, unbound, scaled, plain]),
        ({"user_email": "nobody@example.com"}, []),
        ({"user_email": "alice@example.com", "user_id": "demo"}, []),
        ({"user_email": "alice@example.com", "user_id": "auth0|alice"}, [ui]),
        ([("source", "UI")], [ui]),
        ([("source", "UI"), ("source", "AUTOMATION")], [automation, ui]),
        ({"action": "rotate_secrets", "source": "API"}, [unbound]),
        ({"action": "none"}, []),
    ]
    for params, expected in cases:
        assert (await port("GET", "/actions/runs", params=params)).ids == expected, params


@pytest.mark.parametrize(
    "params",
    [
        {"limit": "0"},
        {"limit": "1001"},
        {"limit": "many"},
        {"limit": "nan"},
        {"limit": "inf"},
        {"active": "1"},
        {"active": ""},
        {"version": "v3"},
        {"source": "CLI"},
        {"next": "not-a-cursor"},
        {"next": "WyJhIiwwXQ"},
        [("limit", "1"), ("limit", "2")],
    ],
)
async def test_list_refuses(port: Plain, params: Any) -> None:
    """A query parameter out of its type, limits or choices is refused with 422."""
    assert refused(await port("GET", "/actions/runs", params=params), 422)


async def test_exclude(port: Plain) -> None:
    """`exclude` leaves members out of each run; the id and unknown names don't matter."""
    await port.execute(name="payload", region='"payload":')
    everything = (await port("GET", "/actions/runs")).json["runs"][0]
    names = ["payload", "rawProperties", "impersonatedBy", "no\u001esuch", "id"]
    answer = await port("GET", "/actions/runs", params=[("exclude", name) for name in names])
    everything.pop("payload")
    everything.pop("rawProperties")
    assert answer.json["runs"] == [everything]


async def test_exclude_everything(port: Plain, emulator: Emulator) -> None:
    """Also members that a run always has can be left out; the id stays."""
    run_id = await port.execute()
    everything = (await port("GET", f"/actions/runs/{run_id}")).run
    port.emulator = emulator
    params = [("version", "v1"), *(("exclude", name) for name in everything)]
    row = (await port("GET", "/actions/runs", params=params)).json["runs"][0]
    assert row == {
        "id": run_id,
        "endedAt": None,
        "relatedEntityExists": False,
        "relatedBlueprintExists": True,
    }


async def test_v1(port: Plain, emulator: Emulator) -> None:
    """The v1 shape is the one of the published example of a run."""
    run_id = await port.execute(name="my-microservice", region="eu-west-1")
    answer = await port("GET", f"/actions/runs/{run_id}", params={"version": "v1"})
    moment = answer.run["createdAt"]
    assert answer.json == {
        "ok": True,
        "run": {
            "id": run_id,
            "status": "IN_PROGRESS",
            "blueprint": {"identifier": "microservice", "title": "Service"},
            "action": "create_microservice",
            "endedAt": None,
            "source": "API",
            "relatedEntityExists": False,
            "relatedBlueprintExists": True,
            "properties": {"name": "my-microservice", "region": "eu-west-1"},
            "createdAt": moment,
            "updatedAt": moment,
            "createdBy": "demo",
            "updatedBy": "demo",
        },
    }
    ended = await port("PATCH", f"/actions/runs/{run_id}?version=v1", body={"status": "SUCCESS"})
    assert ended.run["endedAt"] == ended.run["updatedAt"]
    assert (await port("GET", "/actions/runs", params={"version": "v1"})).json["runs"] == [
        ended.run
    ]


async def test_v1_of_entity(port: Plain) -> None:
    """A v1 run tells whether its entity still exists, a v2 run whether it is deleted."""
    run_id = await port.execute("scale_microservice", entity="checkout", replicas=1)
    path = f"/actions/runs/{run_id}"
    assert (await port("GET", path, params={"version": "v1"})).run["relatedEntityExists"] is True
    await port("DELETE", "/blueprints/microservice/entities/checkout")
    assert (await port("GET", path, params={"version": "v1"})).run["relatedEntityExists"] is False
    assert (await port("GET", path)).run["entity"]["deleted"] is True


async def test_default_version(session: Any) -> None:
    """Without a version, a run has the v1 shape, as in the published example."""
    async with Emulator(auto_progress=False) as emulator:
        port = Plain(emulator, session)
        run_id = await emulator.add_run()
        assert (await port("GET", f"/actions/runs/{run_id}")).run["action"] == "create_microservice"


async def test_trace_id(port: Plain) -> None:
    """Every answer has a trace id of its own, errors too."""
    answers = [await port("GET", path) for path in ("/actions/runs", "/actions/runs/x", "/x")]
    assert len({answer.headers["x-trace-id"] for answer in answers}) == 3
