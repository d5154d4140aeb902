from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from actionruns.emulator import Emulator, EmulatorSettings
from actionruns.emulator.clock import Clock
from actionruns.emulator.lifecycle import plan
from actionruns.emulator.port.catalog import Catalog
from actionruns.emulator.port.execution import Execution
from actionruns.emulator.port.life import RunLife
from actionruns.emulator.schedule import Progress
from tests.emulator.plain import Plain
from tests.emulator.stores import open_store

pytestmark = pytest.mark.anyio

QUICK: Any = {"duration": (0.01, 0.05), "approval_delay": (0.01, 0.02)}


def seconds(run: dict[str, Any]) -> float:
    """Return how long a run took."""
    begun, ended = (datetime.fromisoformat(run[name]) for name in ("createdAt", "endedAt"))
    return (ended - begun) / timedelta(seconds=1)


async def test_ends_by_itself() -> None:
    """A run ends by itself, at the moment and with the outcome that its seed says."""
    async with Emulator(seed=5, failure_rate=0.5, duration=(0.2, 0.6), speed=10) as emulator:
        ids = await emulator.add_runs(10)
        runs = [await emulator.ended(run_id) for run_id in ids]
        plans = [plan(emulator.settings, number) for number in range(1, 11)]
    assert [run["status"] for run in runs] == [drawn.outcome for drawn in plans]
    assert {run["status"] for run in runs} == {"SUCCESS", "FAILURE"}
    for run, drawn in zip(runs, plans, strict=True):
        # Exactly when it was due, whenever the task came to it: up to two roundings to 1 ms.
        assert abs(seconds(run) - drawn.duration / 10) < 0.002
        assert run["updatedBy"] == "emulator"


async def test_flaky_action() -> None:
    """An action with a failure rate of its own fails that often."""
    async with Emulator(failure_rate=0, **QUICK) as emulator:
        ids = await emulator.add_runs(60, "run_flaky_tests")
        statuses = [(await emulator.ended(run_id))["status"] for run_id in ids]
    assert 20 < statuses.count("FAILURE") < 50


@pytest.mark.parametrize("action", ["deploy_to_production", "delete_environment"])
async def test_approved_by_itself(session: aiohttp.ClientSession, action: str) -> None:
    """The emulator decides for approvers who are silent, then the run goes its way."""
    async with Emulator(failure_rate=0, approval_rate=1, **QUICK) as emulator:
        run_id = await emulator.add_run(action)
        run = await emulator.ended(run_id)
        path = f"/actions/runs/{run_id}/approvers"
        approvers = (await Plain(emulator, session)("GET", path)).json["approvers"]
    assert (run["status"], run["approval"]["state"]) == ("SUCCESS", "APPROVED")
    expected = {"demo", "reviewer"} if action == "delete_environment" else {"demo"}
    assert {approver["userId"] for approver in approvers} == expected


async def test_declined_by_itself() -> None:
    """The emulator also declines, as often as set."""
    async with Emulator(approval_rate=0, **QUICK) as emulator:
        run = await emulator.ended(await emulator.add_run("deploy_to_production"))
    assert run["status"] == "DECLINED"


async def test_waits_for_people() -> None:
    """Without auto_approve nothing is planned for a run that waits, until somebody approves."""
    async with Emulator(auto_approve=False, failure_rate=0, **QUICK) as emulator:
        waiting = await emulator.add_run("deploy_to_production")
        await emulator.ended(await emulator.add_run())
        assert (await emulator.run(waiting))["status"] == "WAITING_FOR_APPROVAL"
        await emulator.approve(waiting)
        assert (await emulator.ended(waiting))["status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/actions/runs/{}", {"statusLabel": "working"}),
        ("POST", "/actions/runs/{}/logs", {"message": "working"}),
        ("POST", "/blueprints/microservice/entities?run_id={}", {"identifier": "made"}),
    ],
)
async def test_backend_takes_over(
    session: aiohttp.ClientSession, method: str, path: str, body: Any
) -> None:
    """Who reports on a run is its backend: the emulator doesn't end it any more."""
    async with Emulator(duration=(0.5, 0.5)) as emulator:
        taken, left = await emulator.add_runs(2)
        answer = await Plain(emulator, session)(method, path.format(taken), body=body)
        assert answer.status in {200, 201}
        await emulator.ended(left)  # which was due at the same moment
        assert (await emulator.run(taken))["status"] == "IN_PROGRESS"


async def test_never_stale(session: aiohttp.ClientSession) -> None:
    """No answer shows a run in progress after the moment at which it ended."""
    async with Emulator(duration=(0, 0.3)) as emulator:
        port = Plain(emulator, session)
        ids = await emulator.add_runs(50)
        shown: dict[str, float] = {}
        while True:
            asked = emulator._service.now()  # the emulator's own clock
            active = (await port("GET", "/actions/runs", params={"active": "true"})).ids
            shown |= dict.fromkeys(active, asked)
            if not active:
                break
        for run_id in ids:
            ended = datetime.fromisoformat((await emulator.run(run_id))["endedAt"]).timestamp()
            assert shown.get(run_id, 0) < ended + 0.001


async def test_restart(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    """What became due while the emulator was down happens at the start, at its due moment."""
    async with Emulator(db=tmp_path / "db", duration=(0.05, 0.05)) as emulator:
        ids = await emulator.add_runs(3)
        waiting = await emulator.add_run("deploy_to_production")
        before = [await emulator.run(run_id) for run_id in [*ids, waiting]]
    async with Emulator(db=tmp_path / "db", duration=(0.05, 0.05)) as emulator:
        after = [await emulator.ended(run_id) for run_id in ids]
        assert (await emulator.run(waiting)) | {"status": ""} == before[-1] | {"status": ""}
        listed = (await Plain(emulator, session)("GET", "/actions/runs")).ids
        new = await emulator.add_run()
    assert [run["createdAt"] for run in after] == [run["createdAt"] for run in before[:-1]]
    assert all(abs(seconds(run) - 0.05) < 0.002 for run in after)
    assert listed == [waiting, *ids[::-1]]
    assert new not in listed


async def test_order_of_time() -> None:
    """What is due is applied oldest first, in bounded batches, with a clock of the test's."""
    now = [1000.0]
    settings = EmulatorSettings(duration=(1, 9), failure_rate=0)
    catalog = Catalog(["demo"])
    life = RunLife(open_store(), settings, Clock(now=lambda: now[0]), catalog)
    execution = Execution(
        action=catalog.actions["rotate_secrets"],
        properties={},
        inputs={},
        user=catalog.users["demo"],
    )
    runs = [life.execute(execution) for _ in range(20)]
    by_due = [run.id for run in sorted(runs, key=lambda run: run.due_at or 0)]
    assert life.apply_due(1000.5, 5) == 0
    now[0] = 1010.0
    ended: list[str] = []
    while batch := life.apply_due(now[0], 5):
        assert batch == 5
        done = [run.id for run in runs if life.get(run.id).ended]
        ended += sorted(set(done) - set(ended), key=by_due.index)
    assert ended == by_due
    assert life.next_due() is None


async def test_nearer_plan() -> None:
    """A plan for a nearer moment wakes the task that sleeps for a later one."""

    class Service:
        def __init__(self) -> None:
            self.due: list[float] = []
            self.applied = asyncio.Event()

        def next_due(self) -> float | None:
            return min(self.due, default=None)

        def apply_due(self, now: float, limit: int) -> int:
            before = len(self.due)
            self.due = [due for due in self.due if due > now]
            self.applied.set()
            return before - len(self.due)

    service = Service()
    service.due = [asyncio.get_running_loop().time() + 1e6]
    progress = Progress(service, Clock(now=asyncio.get_running_loop().time))
    task = asyncio.create_task(progress.run())
    await asyncio.sleep(0)
    service.due.append(asyncio.get_running_loop().time())
    progress.planned(service.due[-1])
    await service.applied.wait()
    assert len(service.due) == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_vanished_action() -> None:
    """A waiting run whose action isn't there after a restart is left alone, not tried for ever."""
    now = [1000.0]
    catalog = Catalog(["demo"])
    life = RunLife(open_store(), EmulatorSettings(), Clock(now=lambda: now[0]), catalog)
    action = catalog.actions.pop("deploy_to_production")
    run = life.execute(
        Execution(action=action, properties={}, inputs={}, user=catalog.users["demo"])
    )
    now[0] = 2000.0
    assert life.apply_due(now[0], 5) == 1
    assert life.get(run.id).status == "WAITING_FOR_APPROVAL"
    assert life.next_due() is None
