from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from actionruns.emulator import Emulator
from actionruns.emulator.forgeportal import ForgePortalControl
from tests.emulator.forgeportal.plain import CREATE_REPOSITORY, NOWHERE, Forge, failed
from tests.emulator.forgeportal.seed import documented_list
from tests.emulator.plain import Answer

pytestmark = pytest.mark.anyio

ENTITY = "dddd0000-0000-0000-0000-000000000001"
DETAIL = {
    "id", "action_id", "template_id", "template_run_id", "step_id", "entity_id", "requested_by",
    "status", "input", "output", "error", "locked_at", "retry_count", "max_retries", "started_at",
    "finished_at", "created_at", "locked_by", "idempotency_key", "next_attempt_at",
}  # fmt: skip


def broken(answer: Answer, text: str) -> bool:
    """Tell whether an answer is that of the framework for an id that the database refuses."""
    return answer.status == 500 and bool(
        answer.json
        == {
            "statusCode": 500,
            "error": "Internal Server Error",
            "message": f'invalid input syntax for type uuid: "{text}"',
        }
    )


async def test_documented_shape(forge: Forge, control: ForgePortalControl) -> None:
    """The list has the members of the documented example, in its order."""
    run_id = await control.add_run()
    await control.start(run_id)
    await control.finish(run_id)
    example = documented_list()
    answer = (await forge("GET", "/action-runs", params={"limit": "20"})).json
    assert list(answer) == list(example)
    assert list(answer["data"][0]) == list(example["data"][0])
    types = {name: type(value) for name, value in answer["data"][0].items()}
    assert types == {name: type(value) for name, value in example["data"][0].items()}
    assert answer["pagination"] == {"limit": 20, "offset": 0, "total": 1}


async def test_detail(forge: Forge) -> None:
    """The detail has all columns of the run's row and its error."""
    run_id = await forge.run(input={"name": "shop"}, entityId=ENTITY, idempotencyKey="k")
    row = await forge.get(run_id)
    assert row.keys() == DETAIL
    expected = {
        "id": run_id,
        "action_id": CREATE_REPOSITORY,
        "entity_id": ENTITY,
        "requested_by": "dev@forgeportal.local",
        "status": "queued",
        "input": {"name": "shop"},
        "idempotency_key": "k",
        "output": {},
        "error": None,
        "started_at": None,
    }
    assert expected.items() <= row.items()


async def test_camel_list(session: aiohttp.ClientSession) -> None:
    """The list of newer versions has fewer members, in camel case; the detail stays a row."""
    async with Emulator(auto_progress=False, forgeportal_list_shape="camel") as emulator:
        forge = Forge(emulator, session)
        run_id = await forge.run()
        (row,) = (await forge("GET", "/action-runs")).json["data"]
        assert list(row) == [
            "id", "actionId", "stepId", "templateRunId", "requestedBy", "status", "retryCount",
            "startedAt", "finishedAt", "createdAt",
        ]  # fmt: skip
        assert (row["id"], row["actionId"]) == (run_id, CREATE_REPOSITORY)
        assert (await forge.get(run_id)).keys() == DETAIL


async def test_older_detail(forge: Forge, control: ForgePortalControl) -> None:
    """The older detail is in camel case and shows the links of the output by themselves."""
    run_id = await forge.run()
    await control.finish(run_id, output={"links": [{"title": "a", "url": "b"}], "x": 1})
    data = (await forge("GET", f"/actions/runs/{run_id}")).json["data"]
    assert list(data) == [
        "runId", "actionId", "entityId", "requestedBy", "status", "input", "output", "links",
        "retryCount", "maxRetries", "startedAt", "finishedAt", "createdAt",
    ]  # fmt: skip
    assert (data["runId"], data["status"]) == (run_id, "success")
    assert data["links"] == data["output"]["links"] == [{"title": "a", "url": "b"}]


async def test_older_detail_without_output(forge: Forge) -> None:
    """The older detail of a run that has given nothing yet has no links."""
    data = (await forge("GET", f"/actions/runs/{await forge.run()}")).json["data"]
    assert (data["output"], data["links"]) == ({}, [])


async def test_order(forge: Forge, control: ForgePortalControl) -> None:
    """The newest run comes first."""
    ids = await control.add_runs(3)
    assert await forge.ids() == ids[::-1]


async def test_pages(forge: Forge, control: ForgePortalControl) -> None:
    """Pages follow each other by offset, with the total of all runs."""
    ids = await control.add_runs(25)
    first = (await forge("GET", "/action-runs")).json
    second = (await forge("GET", "/action-runs", params={"offset": "20"})).json
    assert [row["id"] for row in first["data"] + second["data"]] == ids[::-1]
    assert first["pagination"] == {"limit": 20, "offset": 0, "total": 25}
    assert second["pagination"] == {"limit": 20, "offset": 20, "total": 25}


@pytest.mark.parametrize(
    ("params", "count", "shown"),
    [
        ({"limit": "7"}, 7, (7, 0)),
        ({"limit": "1000"}, 200, (200, 0)),
        ({"limit": "0"}, 0, (0, 0)),
        ({"limit": "7.9"}, 7, (7, 0)),
        ({"limit": " 7 runs"}, 7, (7, 0)),
        ({"limit": "many"}, 20, (None, 0)),
        ({"limit": "nan"}, 20, (None, 0)),
        ({"limit": "Infinity"}, 20, (None, 0)),
        ({"limit": ""}, 20, (None, 0)),
        ({"offset": "205"}, 5, (20, 205)),
        ({"offset": "-1"}, 20, (20, 0)),
        ({"offset": "x"}, 20, (20, None)),
        ({"offset": "1e30"}, 20, (20, 1)),
    ],
)
async def test_limits(
    forge: Forge, control: ForgePortalControl, params: Any, count: int, shown: Any
) -> None:
    """A limit or an offset out of its range is moved into it, and no number is no error."""
    await control.add_runs(210)
    answer = await forge("GET", "/action-runs", params=params)
    assert (answer.status, len(answer.json["data"])) == (200, count)
    assert answer.json["pagination"] == {"limit": shown[0], "offset": shown[1], "total": 210}


@pytest.mark.parametrize("path", ["/action-runs", "/actions/runs"])
async def test_negative_limit(forge: Forge, path: str) -> None:
    """A negative limit breaks the database's query: 500."""
    answer = await forge("GET", path, params={"limit": "-1"})
    assert (answer.status, answer.json["message"]) == (500, "LIMIT must not be negative")


@pytest.mark.parametrize("status", ["queued", "running", "success", "failed", "canceled"])
async def test_status_filter(forge: Forge, control: ForgePortalControl, status: str) -> None:
    """The list is narrowed to the runs with a status, and so is the total."""
    statuses = ("queued", "running", "success", "failed", "canceled")
    ids = {name: await control.add_run(status=name) for name in statuses}
    answer = (await forge("GET", "/action-runs", params={"status": status})).json
    assert [row["id"] for row in answer["data"]] == [ids[status]]
    assert answer["pagination"]["total"] == 1


async def test_filters(forge: Forge, control: ForgePortalControl) -> None:
    """The filters for entity, template and status hold together; an empty one is none."""
    plain = await control.add_run()
    queued = await control.add_run(entity_id=ENTITY)
    running = await control.add_run(entity_id=ENTITY, status="running")
    assert await forge.ids(entityId=ENTITY) == [running, queued]
    assert await forge.ids(entityId=ENTITY.upper()) == [running, queued]
    assert await forge.ids(entityId=ENTITY, status="queued") == [queued]
    assert await forge.ids(entityId=ENTITY, templateId=NOWHERE) == []
    assert await forge.ids(entityId="", status="") == [running, queued, plain]
    assert await forge.ids(status="unknown") == []


@pytest.mark.parametrize("name", ["entityId", "templateId"])
async def test_filter_no_uuid(forge: Forge, name: str) -> None:
    """A filter that is no UUID breaks the database's query: 500."""
    assert broken(await forge("GET", "/action-runs", params={name: "shop"}), "shop")


async def test_older_list(forge: Forge, control: ForgePortalControl) -> None:
    """The older list has one's own runs as rows, and counts what it shows."""
    own = await control.add_runs(3)
    other = await control.add_run(user="alex@acmecorp.com", entity_id=ENTITY)
    answer = (await forge("GET", "/actions/runs")).json
    assert list(answer["data"]) == ["runs", "total"]
    assert [row["id"] for row in answer["data"]["runs"]] == own[::-1]
    assert answer["data"]["runs"][0].keys() == DETAIL - {"error"}
    for params in ({"requestedBy": "alex@acmecorp.com"}, {"entityId": ENTITY}):
        data = (await forge("GET", "/actions/runs", params=params)).json["data"]
        assert ([row["id"] for row in data["runs"]], data["total"]) == ([other], 1)


async def test_older_list_limit(forge: Forge, control: ForgePortalControl) -> None:
    """The older list has at most 100 runs, 20 by default, and no way to the others."""
    await control.add_runs(120)
    for params, count in (({}, 20), ({"limit": "500"}, 100), ({"limit": "2", "offset": "1"}, 2)):
        data = (await forge("GET", "/actions/runs", params=params)).json["data"]
        assert len(data["runs"]) == data["total"] == count
        assert [row["id"] for row in data["runs"]] == await forge.ids(limit=count)
        assert data["runs"][0]["output"] == {}


async def test_unknown(forge: Forge) -> None:
    """An unknown run is a 404, each route with words of its own."""
    assert failed(await forge("GET", f"/action-runs/{NOWHERE}"), 404, "Not Found")
    for method, path in (("GET", ""), ("GET", "/logs"), ("POST", "/cancel")):
        answer = await forge(method, f"/actions/runs/{NOWHERE}{path}")
        assert failed(answer, 404, "NotFound", "Run not found")


async def test_no_uuid(forge: Forge) -> None:
    """An id that is no UUID breaks the database's query: 500 on every route."""
    assert broken(await forge("GET", "/action-runs/r_1"), "r_1")
    for method, path in (("GET", ""), ("GET", "/logs"), ("POST", "/cancel")):
        assert broken(await forge(method, f"/actions/runs/r_1{path}"), "r_1")
    assert broken(
        await forge("POST", "/actions/create_repository/run", body={}), "create_repository"
    )


async def test_upper_case_id(forge: Forge) -> None:
    """A UUID may be written in upper case."""
    run_id = await forge.run()
    assert (await forge.get(run_id.upper()))["id"] == run_id


async def test_logs(forge: Forge, control: ForgePortalControl) -> None:
    """The logs are one list, whole each time, oldest first."""
    run_id = await forge.run()
    path = f"/actions/runs/{run_id}/logs"
    assert (await forge("GET", path)).json == {"data": {"logs": []}}
    levels: Any = ("debug", "info", "warn", "error")
    for number in range(60):
        await control.add_log(run_id, f"line {number}", levels[number % 4])
    logs = (await forge("GET", path, params={"limit": "1"})).json["data"]["logs"]
    assert [entry["message"] for entry in logs] == [f"line {number}" for number in range(60)]
    assert [entry["level"] for entry in logs[:4]] == ["debug", "info", "warn", "error"]
    assert list(logs[0]) == ["ts", "level", "message"]


async def test_logs_are_apart(forge: Forge, control: ForgePortalControl) -> None:
    """A run's log has nothing of another run's."""
    first, second = await control.add_runs(2)
    await control.add_log(first, "first")
    assert (await forge("GET", f"/actions/runs/{second}/logs")).json == {"data": {"logs": []}}
