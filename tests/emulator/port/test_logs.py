from __future__ import annotations

from typing import Any

import pytest

from actionruns.emulator import Emulator
from tests.emulator.plain import Plain, refused

pytestmark = pytest.mark.anyio


async def add(port: Plain, run_id: str, message: str = "x", **more: Any) -> Any:
    """Add a log entry."""
    return await port("POST", f"/actions/runs/{run_id}/logs", body={"message": message, **more})


async def test_add(port: Plain) -> None:
    """A log entry is answered with 201 and read back."""
    run_id = await port.execute()
    answer = await add(port, run_id, "first")
    assert answer.status == 201
    assert answer.json["runLog"] | {"id": "", "createdAt": ""} == {
        "id": "",
        "runId": run_id,
        "message": "first",
        "createdBy": "demo",
        "createdAt": "",
    }
    read = await port("GET", f"/actions/runs/{run_id}/logs")
    assert read.json == {"ok": True, "runLogs": [answer.json["runLog"]]}


async def test_pages(port: Plain) -> None:
    """Entries are read oldest first, at most 50 at once, from an offset."""
    run_id, other = await port.execute(), await port.execute()
    for number in range(53):
        await add(port, run_id, str(number))
    await add(port, other, "another run's")

    async def messages(**params: Any) -> list[int]:
        answer = await port("GET", f"/actions/runs/{run_id}/logs", params=params)
        return [int(entry["message"]) for entry in answer.json["runLogs"]]

    assert await messages() == list(range(50))
    assert await messages(limit=2) == [0, 1]
    assert await messages(offset=50) == [50, 51, 52]
    assert await messages(limit=1, offset=52) == [52]
    assert await messages(offset=60) == []


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 51}, {"offset": -1}, {"offset": "x"}, {"offset": "1e99"}]
)
async def test_page_limits(port: Plain, params: Any) -> None:
    """A limit or an offset out of its range is refused with 422."""
    run_id = await port.execute()
    assert refused(await port("GET", f"/actions/runs/{run_id}/logs", params=params), 422)


@pytest.mark.parametrize("status", ["SUCCESS", "FAILURE"])
async def test_terminate(port: Plain, status: str) -> None:
    """A log with terminationStatus ends the run and sets its label."""
    run_id = await port.execute()
    answer = await add(port, run_id, terminationStatus=status, statusLabel="Done")
    assert answer.status == 201
    run = (await port("GET", f"/actions/runs/{run_id}")).run
    assert (run["status"], run["statusLabel"]) == (status, "Done")
    assert "endedAt" in run


async def test_terminated(port: Plain) -> None:
    """After a log has terminated a run, nothing can be changed in it any more."""
    run_id = await port.execute()
    await add(port, run_id, terminationStatus="SUCCESS")
    before = (await port("GET", f"/actions/runs/{run_id}")).run
    answers = [
        await add(port, run_id, terminationStatus="SUCCESS"),
        await add(port, run_id),
        await port("PATCH", f"/actions/runs/{run_id}", body={"summary": "x"}),
        await port(
            "POST",
            f"/blueprints/microservice/entities?run_id={run_id}",
            body={"identifier": "late"},
        ),
    ]
    for answer in answers:
        assert refused(answer, 422, "already finished")
        assert answer.json["error"] == "run_exhausted"
    assert (await port("GET", f"/actions/runs/{run_id}")).run == before
    assert len((await port("GET", f"/actions/runs/{run_id}/logs")).json["runLogs"]) == 1


async def test_after_end(port: Plain, emulator: Emulator) -> None:
    """A run ended otherwise takes log entries, but none that would end it again."""
    run_id = await port.execute()
    await emulator.finish(run_id)
    assert (await add(port, run_id)).status == 201
    assert refused(await add(port, run_id, terminationStatus="FAILURE"), 422, "already finished")
    assert (await port("GET", f"/actions/runs/{run_id}")).run["status"] == "SUCCESS"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": 1},
        {"message": "x", "level": "INFO"},
        {"message": "x", "terminationStatus": "DONE"},
        {"message": "x", "statusLabel": None},
    ],
)
async def test_body(port: Plain, body: Any) -> None:
    """An entry without message, with unknown members or wrong types is refused with 422."""
    run_id = await port.execute()
    assert refused(await port("POST", f"/actions/runs/{run_id}/logs", body=body), 422)
