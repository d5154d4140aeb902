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
    """Templates are listed by name without their steps, those that were added as well."""
    steps = (Step(id="a", action="deploy_service"),)
    control.add(Template(id=NOWHERE, name="a_first", title="A", steps=steps))
    listed = (await forge("GET", "/templates")).json["data"]["templates"]
    assert [template["name"] for template in listed] == ["a_first", "new_service", "tested_change"]
    for template in listed:
        assert list(template) == [
            "id", "name", "version", "title", "description", "tags", "parameters",
        ]  # fmt: skip
        data = (await forge("GET", f"/templates/{template['id']}")).json["data"]
        assert data.items() >= template.items()
        assert data.keys() - template.keys() == {"steps", "outputs"}


async def test_template(forge: Forge) -> None:
    """A template has its steps, with their actions, and its outputs, as they are defined."""
    data = (await forge("GET", f"/templates/{NEW_SERVICE}")).json["data"]
    assert [step["id"] for step in data["steps"]] == STEPS
    assert data["steps"][0]["action"] == "create_repository@v1"
    assert data["outputs"]["version"] == "{{steps.deploy.outputs.version}}"


async def test_run(forge: Forge) -> None:
    """Running a template answers 202; its first step is queued, the others aren't there yet."""
    inputs = {"name": "shop", "pat": "Bearer x"}
    body = {"templateId": NEW_SERVICE.upper(), "inputs": inputs}
    answer = await forge("POST", "/templates/run", body=body)
    assert answer.status == 202
    run_id = answer.json["data"]["runId"]
    assert answer.json == {"data": {"runId": run_id, "status": "running"}}
    row = await step_run(forge, run_id)
    assert (row["template_id"], row["step_id"]) == (NEW_SERVICE, "repository")
    assert row["input"] == inputs
    assert await forge.ids(templateId=NEW_SERVICE) == [row["id"]]
    data = await shown(forge, run_id)
    created = data.pop("createdAt")
    assert data == {
        "runId": run_id,
        "templateId": NEW_SERVICE,
        "requestedBy": "dev@forgeportal.local",
        "status": "running",
        "currentStep": None,
        "steps": [
            {
                "stepId": "repository",
                "actionId": CREATE_REPOSITORY,
                "status": "queued",
                "outputs": {},
                "startedAt": None,
                "finishedAt": None,
            }
        ],
        "outputs": {"repoUrl": "", "version": ""},
        "finishedAt": None,
    }
    assert created == row["created_at"]


async def test_success(forge: Forge, control: ForgePortalControl) -> None:
    """Each step follows the one before; after the last one the template run has succeeded."""
    run_id = await forge.template()
    for number, step in enumerate(STEPS):
        data = await shown(forge, run_id)
        assert data["currentStep"] == ([None, *STEPS])[number]
        assert data["status"] == "running"
        assert [each["stepId"] for each in data["steps"]] == STEPS[: number + 1]
        row = await step_run(forge, run_id)
        assert row["step_id"] == step
        await control.start(row["id"])
        await control.finish(row["id"])
    data = await shown(forge, run_id)
    assert (data["status"], data["currentStep"]) == ("success", None)
    assert data["outputs"] == {
        "repoUrl": "https://github.com/acmecorp/my-service",
        "version": "1.4.2",
    }
    assert data["steps"][2]["outputs"]["version"] == "1.4.2"
    assert data["finishedAt"] == data["steps"][2]["finishedAt"]


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
    assert [step["status"] for step in data["steps"]] == ["failed"]


async def test_canceled_step(forge: Forge) -> None:
    """A template run whose step is canceled by itself stays running for ever."""
    run_id = await forge.template()
    row = await step_run(forge, run_id)
    await forge("POST", f"/actions/runs/{row['id']}/cancel")
    data = await shown(forge, run_id)
    assert (data["status"], data["steps"][0]["status"]) == ("running", "canceled")


async def test_cancel(forge: Forge) -> None:
    """Canceling a template run cancels its step that is queued."""
    run_id = await forge.template()
    answer = await forge("POST", f"/templates/runs/{run_id}/cancel")
    assert answer.json == {"data": {"runId": run_id, "status": "canceled"}}
    data = await shown(forge, run_id)
    assert data["finishedAt"] is not None
    assert (data["status"], data["steps"][0]["status"]) == ("canceled", "canceled")


async def test_cancel_while_working(forge: Forge, control: ForgePortalControl) -> None:
    """A worker that has a step when its template run is canceled goes on with the next one."""
    run_id = await forge.template()
    row = await step_run(forge, run_id)
    await control.start(row["id"])
    assert (await forge("POST", f"/templates/runs/{run_id}/cancel")).status == 200
    await control.finish(row["id"])
    data = await shown(forge, run_id)
    assert data["status"] == "canceled"
    assert [step["status"] for step in data["steps"]] == ["success", "queued"]


async def test_cancel_too_late(forge: Forge) -> None:
    """Only a template run that is running can be canceled."""
    run_id = await forge.template()
    path = f"/templates/runs/{run_id}/cancel"
    await forge("POST", path)
    message = f"Template run {run_id} cannot be canceled (status: canceled)"
    assert failed(await forge("POST", path), 409, "Conflict", message)


async def test_list(forge: Forge) -> None:
    """Template runs are listed as rows, newest first, by status, with the total of all."""
    ids = [await forge.template(name=str(number)) for number in range(4)]
    await forge("POST", f"/templates/runs/{ids[0]}/cancel")
    answer = await forge("GET", "/templates/runs", params={"limit": "2", "offset": "1"})
    data = answer.json["data"]
    assert list(data) == ["runs", "total"]
    assert ([row["id"] for row in data["runs"]], data["total"]) == (ids[2:0:-1], 4)
    assert list(data["runs"][0]) == [
        "id", "template_id", "requested_by", "status", "user_inputs", "step_outputs",
        "current_step", "created_at", "finished_at",
    ]  # fmt: skip
    assert data["runs"][0]["user_inputs"] == {"name": "2"}
    data = (await forge("GET", "/templates/runs", params={"status": "canceled"})).json["data"]
    assert ([row["id"] for row in data["runs"]], data["total"]) == (ids[:1], 1)


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({"limit": "0"}, "too_small", "Number must be greater than or equal to 1"),
        ({"limit": ""}, "too_small", "Number must be greater than or equal to 1"),
        ({"limit": "201"}, "too_big", "Number must be less than or equal to 200"),
        ({"limit": "x"}, "invalid_type", "Expected number, received nan"),
        ({"limit": "1.5"}, "invalid_type", "Expected integer, received float"),
        ({"offset": "-1"}, "too_small", "Number must be greater than or equal to 0"),
        ({"offset": "inf"}, "invalid_type", "Expected integer, received float"),
        ({"status": "queued"}, "invalid_enum_value", None),
        ({"status": ""}, "invalid_enum_value", None),
    ],
)
async def test_list_refuses(
    forge: Forge, params: dict[str, str], code: str, message: str | None
) -> None:
    """Unlike the list of action runs, that of template runs refuses what doesn't fit."""
    answer = await forge("GET", "/templates/runs", params=params)
    assert answer.status == 400
    assert answer.json.keys() == {"error", "details"}
    (issue,) = answer.json["details"]
    assert (issue["code"], issue["path"]) == (code, list(params))
    assert message is None or issue["message"] == message


@pytest.mark.parametrize(
    "body", [{}, {"templateId": "x"}, {"templateId": NEW_SERVICE, "inputs": 1}]
)
async def test_invalid(forge: Forge, body: Any) -> None:
    """A body that doesn't fit is a 400."""
    answer = await forge("POST", "/templates/run", body=body)
    assert (answer.status, answer.json["error"]) == (400, "ValidationError")


async def test_unknown(forge: Forge) -> None:
    """An unknown template or template run is a 404, an id that is no UUID a 500."""
    answer = await forge("GET", f"/templates/{NOWHERE}")
    assert failed(answer, 404, "NotFound", "Template not found")
    for method, path in (("GET", ""), ("POST", "/cancel")):
        answer = await forge(method, f"/templates/runs/{NOWHERE}{path}")
        assert failed(answer, 404, "NotFound", "Template run not found")
        assert (await forge(method, f"/templates/runs/x{path}")).status == 500
    assert (await forge("GET", "/templates/x")).status == 500


async def test_run_unknown(forge: Forge) -> None:
    """Running a template that isn't there is an invalid body, not a 404."""
    answer = await forge("POST", "/templates/run", body={"templateId": NOWHERE})
    assert failed(answer, 400, "ValidationError", f"Template not found: {NOWHERE}")


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
    """Template runs survive a restart and go on, unless their template isn't there any more."""
    steps = (Step(id="a", action="deploy_service"), Step(id="b", action="always_fails"))
    settings: Any = {"db": tmp_path / "db", "auto_progress": False}
    async with Emulator(**settings) as emulator:
        emulator.forgeportal.add(Template(id=NOWHERE, name="x", title="X", steps=steps))
        forge = Forge(emulator, session)
        run_id, lost = await forge.template(), await forge.template(NOWHERE)
        before = [await shown(forge, each) for each in (run_id, lost)]
        runs = (await forge.ids())[::-1]
    async with Emulator(**settings) as emulator:
        forge = Forge(emulator, session)
        assert [await shown(forge, each) for each in (run_id, lost)] == before
        for each in runs:
            await emulator.forgeportal.finish(each)
        assert len((await shown(forge, run_id))["steps"]) == 2
        assert (await shown(forge, lost))["status"] == "failed"
        assert await forge.template() not in {run_id, lost}


@pytest.mark.parametrize("missing", ["step", "action"])
async def test_other_definition(forge: Forge, control: ForgePortalControl, missing: str) -> None:
    """A template run fails whose template has lost the step, or the next step its action."""
    mine = Action(id=NOWHERE, name="mine", title="Mine")
    steps = (Step(id="a", action="deploy_service"), Step(id="b", action="mine"))
    control.add(mine, Template(id=NOWHERE, name="x", title="X", steps=steps))
    run_id = await forge.template(NOWHERE)
    if missing == "step":
        control.add(Template(id=NOWHERE, name="x", title="X", steps=steps[1:]))
    else:
        control.add(Action(id=NOWHERE, name="other", title="Other"))
    await control.finish((await step_run(forge, run_id))["id"])
    assert (await shown(forge, run_id))["status"] == "failed"


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
