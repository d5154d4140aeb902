from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from actionruns.emulator import Emulator
from actionruns.emulator.forgeportal import Action, ForgePortalControl, Step, Template
from tests.emulator.forgeportal.plain import CREATE_REPOSITORY, NEW_SERVICE, NOWHERE, Forge, failed

pytestmark = pytest.mark.anyio

STEPS = ["repository", "pull-request", "deploy"]


async def shown(forge: Forge, run_id: str) -> dict[str, Any]:
    """Return a template run."""
    answer = await forge("GET", f"/templates/runs/{run_id}")
    assert answer.status == 200, answer.json
    data: dict[str, Any] = answer.json["data"]
    return data


async def step_run(forge: Forge, run_id: str) -> dict[str, Any]:
    """Return the newest action run of a template run."""
    (newest, *_) = (await forge("GET", "/action-runs")).json["data"]
    row = await forge.get(newest["id"])
    assert row["template_run_id"] == run_id
    return row


async def test_templates(forge: Forge, control: ForgePortalControl) -> None:
    """Templates are listed and read, those that were added as well."""
    control.add(
        Template(id=NOWHERE, name="x", title="X", steps=(Step(id="a", action="deploy_service"),))
    )
    listed = (await forge("GET", "/templates")).json["data"]
    assert [template["id"] for template in listed][-1] == NOWHERE
    for template in listed:
        answer = await forge("GET", f"/templates/{template['id']}")
        assert answer.json == {"data": template}
    assert [step["stepId"] for step in listed[0]["steps"]] == STEPS
    assert listed[0]["steps"][0]["actionId"] == CREATE_REPOSITORY


async def test_run(forge: Forge) -> None:
    """Running a template answers 202; its first step is queued, the others are pending."""
    body = {"templateId": NEW_SERVICE.upper(), "inputs": {"name": "shop", "pat": "Bearer x"}}
    answer = await forge("POST", "/templates/run", body=body)
    assert answer.status == 202
    run_id = answer.json["data"]["runId"]
    assert answer.json == {"data": {"runId": run_id, "status": "running"}}
    data = await shown(forge, run_id)
    assert (data["runId"], data["templateId"]) == (run_id, NEW_SERVICE)
    assert (data["status"], data["currentStep"]) == ("running", "repository")
    assert (data["outputs"], data["finishedAt"]) == ({}, None)
    assert data["inputs"] == {"name": "shop", "pat": "Bearer [REDACTED]"}
    assert [step["stepId"] for step in data["steps"]] == STEPS
    assert [step["status"] for step in data["steps"]] == ["queued", "pending", "pending"]
    assert data["steps"][0].keys() == {
        "stepId", "actionId", "status", "outputs", "startedAt", "finishedAt",
    }  # fmt: skip
    row = await step_run(forge, run_id)
    assert (row["template_id"], row["step_id"]) == (NEW_SERVICE, "repository")
    assert row["input"] == data["inputs"]
    assert await forge.ids(templateId=NEW_SERVICE) == [row["id"]]


async def test_success(forge: Forge, control: ForgePortalControl) -> None:
    """Each step follows the one before; after the last one the template run has succeeded."""
    run_id = await forge.template()
    for number, step in enumerate(STEPS):
        data = await shown(forge, run_id)
        assert (data["currentStep"], data["status"]) == (step, "running")
        row = await step_run(forge, run_id)
        await control.start(row["id"])
        await control.finish(row["id"], output={"step": number})
    data = await shown(forge, run_id)
    assert (data["status"], data["currentStep"]) == ("success", None)
    assert data["outputs"] == {step: {"step": number} for number, step in enumerate(STEPS)}
    assert [step["outputs"] for step in data["steps"]] == [{"step": number} for number in range(3)]
    assert data["finishedAt"] == data["steps"][-1]["finishedAt"]


async def test_failure(forge: Forge, control: ForgePortalControl) -> None:
    """A step that fails for good ends the template run; one that is repeated doesn't."""
    run_id = await forge.template()
    row = await step_run(forge, run_id)
    for _ in range(3):
        await control.start(row["id"])
        await control.fail(row["id"])
        assert (await shown(forge, run_id))["status"] == "running"
    await control.start(row["id"])
    await control.fail(row["id"])
    data = await shown(forge, run_id)
    assert data["status"] == "failed"
    assert [step["status"] for step in data["steps"]] == ["failed", "pending", "pending"]


async def test_canceled_step(forge: Forge) -> None:
    """A step that is canceled by itself ends the template run."""
    run_id = await forge.template()
    row = await step_run(forge, run_id)
    await forge("POST", f"/actions/runs/{row['id']}/cancel")
    assert (await shown(forge, run_id))["status"] == "failed"


async def test_cancel(forge: Forge) -> None:
    """Canceling a template run cancels its step that is queued."""
    run_id = await forge.template()
    answer = await forge("POST", f"/templates/runs/{run_id}/cancel")
    assert answer.json == {"data": {"runId": run_id, "status": "canceled"}}
    data = await shown(forge, run_id)
    assert (data["status"], data["currentStep"]) == ("canceled", None)
    assert [step["status"] for step in data["steps"]] == ["canceled", "pending", "pending"]


async def test_cancel_while_working(forge: Forge, control: ForgePortalControl) -> None:
    """A step that runs goes on when its template run is canceled, and nothing follows it."""
    run_id = await forge.template()
    row = await step_run(forge, run_id)
    await control.start(row["id"])
    assert (await forge("POST", f"/templates/runs/{run_id}/cancel")).status == 200
    await control.finish(row["id"])
    data = await shown(forge, run_id)
    assert data["status"] == "canceled"
    assert [step["status"] for step in data["steps"]] == ["success", "pending", "pending"]


async def test_cancel_too_late(forge: Forge) -> None:
    """Only a template run that is running can be canceled."""
    run_id = await forge.template()
    path = f"/templates/runs/{run_id}/cancel"
    await forge("POST", path)
    message = f"Template run {run_id} cannot be canceled (status: canceled)"
    assert failed(await forge("POST", path), 409, "Conflict", message)


async def test_list(forge: Forge) -> None:
    """Template runs are listed as rows, newest first, by status, with the total of all."""
    ids = [await forge.template() for _ in range(4)]
    await forge("POST", f"/templates/runs/{ids[0]}/cancel")
    data = (await forge("GET", "/templates/runs", params={"limit": "2", "offset": "1"})).json[
        "data"
    ]
    assert list(data) == ["runs", "total"]
    assert ([row["id"] for row in data["runs"]], data["total"]) == (ids[2:0:-1], 4)
    assert data["runs"][0].keys() == {
        "id", "template_id", "requested_by", "status", "inputs", "current_step", "outputs",
        "started_at", "finished_at", "created_at",
    }  # fmt: skip
    data = (await forge("GET", "/templates/runs", params={"status": "canceled"})).json["data"]
    assert ([row["id"] for row in data["runs"]], data["total"]) == (ids[:1], 1)


@pytest.mark.parametrize(
    "body", [{}, {"templateId": "x"}, {"templateId": NEW_SERVICE, "inputs": 1}]
)
async def test_invalid(forge: Forge, body: Any) -> None:
    """A body that doesn't fit is a 400."""
    answer = await forge("POST", "/templates/run", body=body)
    assert (answer.status, answer.json["error"]) == (400, "ValidationError")


async def test_unknown(forge: Forge) -> None:
    """An unknown template or template run is a 404, an id that is no UUID a 500."""
    answer = await forge("POST", "/templates/run", body={"templateId": NOWHERE})
    assert failed(answer, 404, "NotFound", f"Template {NOWHERE} not found")
    answer = await forge("GET", f"/templates/{NOWHERE}")
    assert failed(answer, 404, "NotFound", f"Template {NOWHERE} not found")
    for method, path in (("GET", ""), ("POST", "/cancel")):
        answer = await forge(method, f"/templates/runs/{NOWHERE}{path}")
        assert failed(answer, 404, "NotFound", f"Template run {NOWHERE} not found")
        assert (await forge(method, f"/templates/runs/x{path}")).status == 500
    assert (await forge("GET", "/templates/x")).status == 500


async def test_by_itself(session: aiohttp.ClientSession) -> None:
    """The steps of a template run follow each other by themselves, each from the end before."""
    settings: Any = {"failure_rate": 0, "forgeportal_retry_rate": 0, "duration": (0.01, 0.03)}
    async with Emulator(forgeportal_claim_delay=(0, 0.01), **settings) as emulator:
        forge = Forge(emulator, session)
        run_id = await forge.template()
        for _ in STEPS:
            rows = (await forge("GET", "/action-runs")).json["data"]
            await emulator.forgeportal.ended(rows[0]["id"])
        data = await shown(forge, run_id)
        rows = (await forge("GET", "/action-runs")).json["data"]
    assert data["status"] == "success"
    assert [row["created_at"] for row in rows[:-1]] == [row["finished_at"] for row in rows[1:]]


async def test_restart(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    """Template runs survive a restart and go on, though an action of one's own may be missing."""
    mine = Action(id=NOWHERE, name="mine", title="Mine")
    steps = (Step(id="a", action="deploy_service"), Step(id="b", action="mine"))
    settings: Any = {"db": tmp_path / "db", "auto_progress": False}
    async with Emulator(**settings) as emulator:
        emulator.forgeportal.add(mine, Template(id=NOWHERE, name="x", title="X", steps=steps))
        forge = Forge(emulator, session)
        run_id, lost = await forge.template(), await forge.template(NOWHERE)
        before = [await shown(forge, each) for each in (run_id, lost)]
        runs = (await forge.ids())[::-1]
    async with Emulator(**settings) as emulator:
        forge = Forge(emulator, session)
        assert [await shown(forge, each) for each in (run_id, lost)] == before
        for each in runs:
            await emulator.forgeportal.finish(each)
        assert (await shown(forge, run_id))["currentStep"] == "pull-request"
        assert (await shown(forge, lost))["status"] == "failed"
        assert await forge.template() not in {run_id, lost}


def test_no_steps() -> None:
    """A template needs a step."""
    with pytest.raises(ValueError, match="steps"):
        Template(id=NOWHERE, name="x", title="X", steps=())


async def test_step_without_action(control: ForgePortalControl) -> None:
    """A template whose step names no action is refused."""
    with pytest.raises(KeyError, match="nothing"):
        control.add(
            Template(id=NOWHERE, name="x", title="X", steps=(Step(id="a", action="nothing"),))
        )
