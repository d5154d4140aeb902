from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from actionruns.emulator import Emulator
from actionruns.emulator.port.errors import PortError
from tests.emulator.plain import Plain, refused

pytestmark = pytest.mark.anyio


async def decide(port: Plain, run_id: str, status: str = "APPROVE", **more: Any) -> Any:
    """Send a decision."""
    return await port("PATCH", f"/actions/runs/{run_id}/approval", body={"status": status, **more})


async def approvers(port: Plain, run_id: str, *, pending: bool) -> Any:
    """Read the approvers."""
    params = {"include_pending_approvers": str(pending).lower()}
    answer = await port("GET", f"/actions/runs/{run_id}/approvers", params=params)
    assert answer.status == 200
    return answer.json["approvers"]


@pytest.fixture
async def reviewer(port: Plain, session: aiohttp.ClientSession) -> Plain:
    """A client with the credentials of the second approver."""
    reviewer = Plain(port.emulator, session)
    body = {"clientId": "reviewer", "clientSecret": "reviewer"}
    token = (await reviewer("POST", "/auth/access_token", body=body)).json["accessToken"]
    reviewer.headers = {"Authorization": f"Bearer {token}"}
    return reviewer


async def test_waiting(port: Plain) -> None:
    """A run of an action that needs approval waits, and hasn't been sent to its backend."""
    run_id = await port.execute("deploy_to_production", version="1")
    run = (await port("GET", f"/actions/runs/{run_id}")).run
    assert run["status"] == "WAITING_FOR_APPROVAL"
    assert run["requiredApproval"] == {"type": "ANY"}
    assert (run["approval"], run["payload"]) == (None, None)


async def test_approve(port: Plain) -> None:
    """An approval is answered with 201, and the run goes on."""
    run_id = await port.execute("deploy_to_production", version="1")
    answer = await decide(port, run_id, description="fine")
    assert answer.status == 201
    assert answer.run["status"] == "IN_PROGRESS"
    assert answer.run["approval"] == {
        "userId": "demo",
        "state": "APPROVED",
        "description": "fine",
    }
    assert answer.run["payload"]["headers"] == {"RUN_ID": run_id}


async def test_decline(port: Plain) -> None:
    """A declined run is over."""
    run_id = await port.execute("deploy_to_production", version="1")
    answer = await decide(port, run_id, "DECLINE")
    assert answer.status == 201
    assert answer.run["status"] == "DECLINED"
    assert answer.run["approval"] == {"userId": "demo", "state": "DECLINED"}
    assert answer.run["endedAt"] == answer.run["updatedAt"]
    assert refused(await port("PATCH", f"/actions/runs/{run_id}", body={}), 422, "finished")


async def test_all(port: Plain, reviewer: Plain) -> None:
    """With ALL a run goes on only when every approver has approved."""
    run_id = await port.execute("delete_environment", reason="old")
    assert (await decide(port, run_id)).run["status"] == "WAITING_FOR_APPROVAL"
    assert (await decide(reviewer, run_id)).run["status"] == "IN_PROGRESS"


async def test_all_declined(port: Plain, reviewer: Plain) -> None:
    """With ALL one approver is enough to decline."""
    run_id = await port.execute("delete_environment", reason="old")
    await decide(port, run_id)
    assert (await decide(reviewer, run_id, "DECLINE")).run["status"] == "DECLINED"


async def test_repeated(port: Plain, reviewer: Plain) -> None:
    """Repeating one's own decision changes nothing; another decision or user is refused."""
    run_id = await port.execute("deploy_to_production", version="1")
    first = await decide(port, run_id)
    again = await decide(port, run_id)
    assert (again.status, again.run) == (201, first.run)
    late = [await decide(port, run_id, "DECLINE"), await decide(reviewer, run_id)]
    for answer in late:
        assert refused(answer, 422, "not waiting")
        assert answer.json["error"] == "run_not_waiting_for_approval"


async def test_not_needed(port: Plain) -> None:
    """A run that needs no approval can't be approved."""
    assert refused(await decide(port, await port.execute()), 422, "not waiting")


async def test_not_permitted(port: Plain, session: aiohttp.ClientSession) -> None:
    """Who isn't an approver is refused with 403."""
    async with Emulator(credentials={"eve": "eve"}, api_keys={"key": "eve"}) as emulator:
        eve = Plain(emulator, session)
        eve.headers = {"Authorization": "key"}
        run_id = await eve.execute("deploy_to_production", version="1")
        answer = await decide(eve, run_id)
    assert refused(answer, 403, "not permitted")
    assert answer.json["error"] == "missing_permissions"


async def test_withdrawn(port: Plain) -> None:
    """Setting FAILURE withdraws a waiting run; it can't be set to SUCCESS."""
    run_id = await port.execute("deploy_to_production", version="1")
    path = f"/actions/runs/{run_id}"
    assert refused(await port("PATCH", path, body={"status": "SUCCESS"}), 422, "waiting")
    assert (await port("PATCH", path, body={"status": "FAILURE"})).run["status"] == "FAILURE"
    assert refused(await decide(port, run_id), 422, "not waiting")


async def test_approvers(port: Plain) -> None:
    """The approvers who decided are listed, and on request those who haven't."""
    run_id = await port.execute("delete_environment", reason="old")
    assert await approvers(port, run_id, pending=False) == []
    await decide(port, run_id, description="ok")
    decided = {"userId": "demo", "state": "APPROVED", "description": "ok"}
    assert await approvers(port, run_id, pending=False) == [decided]
    pending = {"userId": "reviewer", "state": "PENDING"}
    assert await approvers(port, run_id, pending=True) == [decided, pending]


async def test_no_approvers(port: Plain) -> None:
    """A run that needs no approval has no approvers, also when the parameter is left out."""
    run_id = await port.execute()
    assert await approvers(port, run_id, pending=True) == []
    assert (await port("GET", f"/actions/runs/{run_id}/approvers")).json["approvers"] == []


@pytest.mark.parametrize(
    "body",
    [None, {}, {"status": "APPROVED"}, {"status": "APPROVE", "by": "x"}, {"status": ["APPROVE"]}],
)
async def test_body(port: Plain, body: Any) -> None:
    """A decision that isn't one is refused with 422."""
    run_id = await port.execute("deploy_to_production", version="1")
    assert refused(await port("PATCH", f"/actions/runs/{run_id}/approval", body=body), 422)


async def test_control(emulator: Emulator) -> None:
    """A test can decide without a request, under the same rules."""
    approved = await emulator.add_run("deploy_to_production")
    declined = await emulator.add_run("deploy_to_production")
    await emulator.approve(approved, "reviewer")
    await emulator.decline(declined)
    assert (await emulator.run(approved))["status"] == "IN_PROGRESS"
    assert (await emulator.run(declined))["status"] == "DECLINED"
    with pytest.raises(PortError, match="not waiting"):
        await emulator.decline(approved)
