from __future__ import annotations

import io
import sqlite3
from typing import Any

import pytest

from actionruns.emulator import Emulator
from actionruns.emulator.forgeportal import Action, ForgePortalControl
from tests.emulator.forgeportal.plain import CREATE_REPOSITORY, NOWHERE, Forge, failed

pytestmark = pytest.mark.anyio

RUN = f"/actions/{CREATE_REPOSITORY}/run"


async def test_run(forge: Forge) -> None:
    """Running an action answers 202 with the id of a run that is queued."""
    answer = await forge("POST", RUN, body={"input": {"name": "shop"}})
    assert answer.status == 202
    assert answer.json.keys() == {"data"}
    assert answer.json["data"].keys() == {"runId", "status"}
    assert answer.json["data"]["status"] == "queued"
    assert (await forge.get(answer.json["data"]["runId"]))["input"] == {"name": "shop"}


async def test_no_input(forge: Forge) -> None:
    """Without inputs a run has none; members that nobody knows are left out."""
    answer = await forge("POST", RUN, body={"priority": 1})
    assert (await forge.get(answer.json["data"]["runId"]))["input"] == {}


async def test_unknown_action(forge: Forge) -> None:
    """An action that isn't there is a 404."""
    answer = await forge("POST", f"/actions/{NOWHERE}/run", body={})
    assert failed(answer, 404, "NotFound", "Action not found")


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ([], [], "Expected object, received array"),
        (1, [], "Expected object, received number"),
        ("x", [], "Expected object, received string"),
        (True, [], "Expected object, received boolean"),
        ({"input": "x"}, ["input"], "Expected object, received string"),
        ({"input": None}, ["input"], "Expected object, received null"),
        ({"entityId": "shop"}, ["entityId"], "Invalid uuid"),
        ({"entityId": 1.5}, ["entityId"], "Expected string, received number"),
        ({"idempotencyKey": "k" * 256}, ["idempotencyKey"],
         "String must contain at most 255 character(s)"),
        ({"idempotencyKey": {}}, ["idempotencyKey"], "Expected string, received object"),
    ],
)  # fmt: skip
async def test_invalid_body(forge: Forge, body: Any, path: list[str], message: str) -> None:
    """A body that doesn't fit is a 400 that tells where and why, and nothing is run."""
    answer = await forge("POST", RUN, body=body)
    assert answer.status == 400
    assert answer.json.keys() == {"error", "message", "details"}
    assert answer.json["error"] == "ValidationError"
    (issue,) = answer.json["details"]
    assert (issue["path"], issue["message"]) == (path, message)
    assert await forge.ids() == []


async def test_many_issues(forge: Forge) -> None:
    """All that doesn't fit is told at once."""
    answer = await forge("POST", RUN, body={"input": [], "entityId": "x"})
    assert [issue["code"] for issue in answer.json["details"]] == ["invalid_type", "invalid_string"]


async def test_no_body(forge: Forge) -> None:
    """A run needs a body."""
    (issue,) = (await forge("POST", RUN)).json["details"]
    assert (issue["received"], issue["message"]) == ("undefined", "Required")


@pytest.mark.parametrize(
    ("kind", "data", "status", "code"),
    [
        ("application/json", b"", 400, "FST_ERR_CTP_EMPTY_JSON_BODY"),
        ("application/json", b"{", 400, "FST_ERR_CTP_INVALID_JSON_BODY"),
        ("application/json; charset=utf-8", b"\xff", 400, "FST_ERR_CTP_INVALID_JSON_BODY"),
        ("application/octet-stream", b"", 415, "FST_ERR_CTP_INVALID_MEDIA_TYPE"),
        ("application/x-www-form-urlencoded", b"a=b", 415, "FST_ERR_CTP_INVALID_MEDIA_TYPE"),
        ("application/json", b" " * (1 << 20) + b"{}", 413, "FST_ERR_CTP_BODY_TOO_LARGE"),
    ],
)
async def test_unreadable_body(
    forge: Forge, kind: str, data: bytes, status: int, code: str
) -> None:
    """A body that the framework can't read is its error, on routes without a body as well."""
    run_id = await forge.run()
    forge.headers = {"Content-Type": kind}
    for path in (RUN, f"/actions/runs/{run_id}/cancel"):
        answer = await forge("POST", path, data=io.BytesIO(data))
        assert (answer.status, answer.json["statusCode"], answer.json["code"]) == (
            status, status, code,
        )  # fmt: skip
        assert answer.json.keys() == {"statusCode", "code", "error", "message"}


async def test_largest_body(forge: Forge) -> None:
    """A body of 1 MiB is taken."""
    forge.headers = {"Content-Type": "application/json"}
    data = b'{"input": {}}'.ljust(1 << 20)
    assert (await forge("POST", RUN, data=data)).status == 202


async def test_text_body(forge: Forge) -> None:
    """A text is read, but it is no object."""
    forge.headers = {"Content-Type": "text/plain"}
    (issue,) = (await forge("POST", RUN, data=b"{}")).json["details"]
    assert issue["received"] == "string"


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("Authorization: Bearer abc.def", "Authorization: Bearer [REDACTED]"),
        ("use ghp_0123456789abcdefABCD please", "use [REDACTED] please"),
        ("github_pat_0123456789abcdefABCD", "[REDACTED]"),
        ("glpat-0123456789abcdefABCD", "[REDACTED]"),
        ("the bearers of news", "the bearers of news"),
        ("ghp_short", "ghp_short"),
        (17, 17),
    ],
)
async def test_redaction(forge: Forge, sent: Any, stored: Any) -> None:
    """Inputs are stored without their secrets, however deep they stand."""
    run_id = await forge.run(input={"a": sent, "b": [{"c": sent}]})
    assert (await forge.get(run_id))["input"] == {"a": stored, "b": [{"c": stored}]}


async def test_replay_after_success(forge: Forge, control: ForgePortalControl) -> None:
    """A key whose run has succeeded gives that run and its output again, with 200."""
    run_id = await forge.run(idempotencyKey="key")
    await control.finish(run_id, output={"x": 1})
    answer = await forge("POST", RUN, body={"input": {}, "idempotencyKey": "key"})
    assert answer.status == 200
    data = {"runId": run_id, "cached": True, "status": "success", "output": {"x": 1}}
    assert answer.json == {"data": data}
    assert await forge.ids() == [run_id]


@pytest.mark.parametrize("status", ["queued", "running", "failed", "canceled"])
async def test_replay_before_success(
    forge: Forge, control: ForgePortalControl, status: str
) -> None:
    """A key whose run hasn't succeeded breaks the table's unique index: 500, and one run."""
    run_id = await forge.run(idempotencyKey="key")
    await control.set_status(run_id, status)
    answer = await forge("POST", RUN, body={"input": {}, "idempotencyKey": "key"})
    assert answer.status == 500
    assert answer.json.keys() == {"statusCode", "error", "message"}
    assert "duplicate key" in answer.json["message"]
    assert await forge.ids() == [run_id]


async def test_replay_of_another_action(forge: Forge, control: ForgePortalControl) -> None:
    """A key is looked up before the action is: it may be that of no action at all."""
    run_id = await forge.run(idempotencyKey="key")
    await control.finish(run_id)
    answer = await forge("POST", f"/actions/{NOWHERE}/run", body={"idempotencyKey": "key"})
    assert (answer.status, answer.json["data"]["runId"]) == (200, run_id)


async def test_empty_key(forge: Forge, control: ForgePortalControl) -> None:
    """An empty key is never looked up, but can be used only once."""
    await control.finish(await forge.run(idempotencyKey=""))
    assert (await forge("POST", RUN, body={"idempotencyKey": ""})).status == 500


async def test_other_key(forge: Forge) -> None:
    """Another key, and no key at all, is another run."""
    keys: list[dict[str, str]] = [{"idempotencyKey": "a"}, {"idempotencyKey": "b"}, {}, {}]
    assert len({await forge.run(**key) for key in keys}) == 4


async def test_own_action(forge: Forge, control: ForgePortalControl) -> None:
    """Actions that were added are run like those that are there."""
    control.add(Action(id=NOWHERE, name="mine", title="Mine", output={"x": 1}))
    assert control.action_id("mine") == NOWHERE
    assert control.action_id("create_repository") == CREATE_REPOSITORY
    run_id = await forge.run(NOWHERE)
    await control.finish(run_id)
    assert (await forge.get(run_id))["output"] == {"x": 1}


async def test_cancel(forge: Forge) -> None:
    """A run that is queued can be canceled: it is over."""
    run_id = await forge.run()
    answer = await forge("POST", f"/actions/runs/{run_id}/cancel")
    assert (answer.status, answer.json) == (
        200,
        {"data": {"runId": run_id, "status": "canceled"}},
    )
    row = await forge.get(run_id)
    assert row["status"] == "canceled"
    assert row["finished_at"] is not None
    assert (row["started_at"], row["output"]) == (None, {})
    assert (await forge("GET", f"/actions/runs/{run_id}/logs")).json["data"]["logs"] == []


@pytest.mark.parametrize("status", ["running", "success", "failed", "canceled"])
async def test_cancel_too_late(forge: Forge, control: ForgePortalControl, status: str) -> None:
    """A run that isn't queued can't be canceled: 409, and it stays as it is."""
    run_id = await control.add_run(status=status)
    answer = await forge("POST", f"/actions/runs/{run_id}/cancel")
    message = f"Run {run_id} cannot be canceled (status: {status})"
    assert failed(answer, 409, "Conflict", message)
    assert (await forge.get(run_id))["status"] == status


async def test_cancel_between_attempts(forge: Forge, control: ForgePortalControl) -> None:
    """A run that waits for its next attempt is queued, so it can be canceled."""
    run_id = await forge.run()
    await control.start(run_id)
    await control.fail(run_id)
    assert (await forge("POST", f"/actions/runs/{run_id}/cancel")).status == 200
    assert (await forge.get(run_id))["status"] == "canceled"


async def test_database_keeps_keys_unique(emulator: Emulator) -> None:
    """Rows with the same key can't come into the table in any other way either."""
    life = emulator._forgeportal.life if emulator._forgeportal else None  # to go round the routes
    assert life is not None
    runs = [await emulator.forgeportal.run(await emulator.forgeportal.add_run()) for _ in "ab"]
    with pytest.raises(sqlite3.IntegrityError, match="idempotency_key"):
        life.runs.store.execute(
            "UPDATE forgeportal_runs SET idempotency_key = 'k' WHERE id IN (?, ?)",
            tuple(run["id"] for run in runs),
        )
