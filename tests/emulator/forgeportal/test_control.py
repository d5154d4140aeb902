from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from actionruns.emulator import Emulator
from actionruns.emulator.forgeportal import ForgePortalControl
from actionruns.errors import ConfigurationError
from tests.emulator.forgeportal.plain import CREATE_REPOSITORY, NOWHERE, Forge

pytestmark = pytest.mark.anyio


async def test_not_running() -> None:
    """There is nothing to control before the start and after the end."""
    emulator = Emulator()
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="isn't running"):
            _ = emulator.forgeportal
        with pytest.raises(ConfigurationError, match="isn't running"):
            _ = emulator.forgeportal_url
        async with emulator:
            await emulator.forgeportal.add_run()


async def test_add_runs(forge: Forge, control: ForgePortalControl) -> None:
    """Many runs are added in one call, in their order, over the size of a batch and any limit."""
    ids = await control.add_runs(4_500, input={"a": 1}, user="x@y")
    assert len(set(ids)) == 4_500
    assert await forge.ids(limit=200, offset=4_300) == ids[199::-1]
    row = await forge.get(ids[0])
    assert (row["action_id"], row["input"], row["requested_by"]) == (
        CREATE_REPOSITORY, {"a": 1}, "x@y",
    )  # fmt: skip


async def test_seeds() -> None:
    """The same seed gives the same ids, another seed others."""
    ids = []
    for seed in (1, 1, 2):
        async with Emulator(seed=seed) as emulator:
            ids.append(await emulator.forgeportal.add_run())
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("status", "started", "finished", "output"),
    [
        ("queued", False, False, False),
        ("running", True, False, False),
        ("success", True, True, True),
        ("failed", True, True, True),
        ("canceled", False, True, False),
    ],
)
async def test_add_with_status(
    control: ForgePortalControl, status: str, started: bool, finished: bool, output: bool
) -> None:
    """A run can be there with any status, and has what belongs to it."""
    row = await control.run(await control.add_run(status=status))
    names = ("started_at", "finished_at", "output")
    assert row["status"] == status
    assert [bool(row[name]) for name in names] == [started, finished, output]
    assert (row["locked_by"] is not None) is (status == "running")


async def test_age(control: ForgePortalControl) -> None:
    """A run can be older than the emulator: one whose worker died an hour ago."""
    fresh = await control.run(await control.add_run())
    row = await control.run(await control.add_run(status="running", age=3_600))
    moments = [datetime.fromisoformat(text) for text in (row["started_at"], fresh["created_at"])]
    assert 3_599 < (moments[1] - moments[0]).total_seconds() <= 3_600.001
    assert row["created_at"] == row["started_at"]


async def test_dead_worker() -> None:
    """A run that was added as running is moved by nobody."""
    quick: Any = {"duration": (0.01, 0.01), "forgeportal_claim_delay": (0, 0.01)}
    async with Emulator(failure_rate=0, **quick) as emulator:
        control = emulator.forgeportal
        dead = await control.add_run(status="running")
        left = await control.add_run()
        await control.abandon(left)
        await control.ended(await control.add_run())
        assert (await control.run(dead))["status"] == "running"
        assert (await control.run(left))["status"] == "queued"


async def test_moves(forge: Forge, control: ForgePortalControl) -> None:
    """A run is started, goes back to the queue, is started again and ends, as told."""
    run_id = await forge.run()
    seen = []
    for move in (control.start, control.fail, control.start, control.finish):
        await move(run_id)
        row = await forge.get(run_id)
        seen.append((row["status"], row["retry_count"]))
    row = await forge.get(run_id)
    assert seen == [("running", 0), ("queued", 1), ("running", 1), ("success", 1)]
    assert row["output"]["repoUrl"]
    assert row["error"] is None


async def test_moves_refused(control: ForgePortalControl) -> None:
    """A run is only started from the queue, only fails while it runs, and ends once."""
    run_id = await control.add_run()
    with pytest.raises(ValueError, match="not running"):
        await control.fail(run_id)
    await control.start(run_id)
    with pytest.raises(ValueError, match="not queued"):
        await control.start(run_id)
    await control.finish(run_id)
    with pytest.raises(ValueError, match="over already"):
        await control.finish(run_id)


async def test_finish_failed(forge: Forge, control: ForgePortalControl) -> None:
    """A run can be ended as failed before its last attempt; it says why, twice."""
    run_id = await forge.run()
    await control.finish(run_id, "failed")
    row = await forge.get(run_id)
    assert (row["status"], row["retry_count"]) == ("failed", 0)
    assert row["output"] == {"error": row["error"]}


async def test_unknown_status(forge: Forge, control: ForgePortalControl) -> None:
    """A run can have a status that nobody knows, while it lives and at its end."""
    run_id = await forge.run()
    await control.set_status(run_id, "paused")
    assert (await forge.get(run_id))["finished_at"] is None
    assert await forge.ids(status="paused") == [run_id]
    await control.finish(run_id, "exploded")
    row = await forge.get(run_id)
    assert (row["status"], row["finished_at"] is None) == ("exploded", False)


async def test_unknown_run(control: ForgePortalControl) -> None:
    """What isn't there can't be moved."""
    calls = (
        control.start, control.fail, control.finish, control.abandon, control.delete,
        control.run, control.ended,
    )  # fmt: skip
    for call in calls:
        with pytest.raises(LookupError, match=NOWHERE):
            await call(NOWHERE)
    for other in (control.set_status, control.add_log):
        with pytest.raises(LookupError, match=NOWHERE):
            await other(NOWHERE, "x")
    with pytest.raises(KeyError, match="nothing"):
        await control.add_run("nothing")


async def test_delete(forge: Forge, control: ForgePortalControl) -> None:
    """A run that was removed is nowhere."""
    run_id, other = await control.add_runs(2)
    await control.delete(run_id)
    assert (await forge("GET", f"/action-runs/{run_id}")).status == 404
    assert await forge.ids() == [other]


async def test_ended(forge: Forge, control: ForgePortalControl) -> None:
    """Waiting for a run ends with the run, also when a request ends it; then it ends at once."""
    run_id = await forge.run()
    waiting = asyncio.ensure_future(control.ended(run_id))
    await asyncio.sleep(0)
    await forge("POST", f"/actions/runs/{run_id}/cancel")
    assert (await waiting)["status"] == "canceled"
    assert (await control.ended(run_id))["status"] == "canceled"


async def test_deleted_while_waiting(control: ForgePortalControl) -> None:
    """Waiting for a run that was removed meanwhile ends with an error."""
    run_id = await control.add_run()
    waiting = asyncio.ensure_future(control.ended(run_id))
    await asyncio.sleep(0)
    await control.delete(run_id)
    with pytest.raises(LookupError, match=run_id):
        await waiting


async def test_who_waits_is_let_go() -> None:
    """Who waits for the end of a run is let go when the emulator stops."""
    async with Emulator(auto_progress=False) as emulator:
        control = emulator.forgeportal
        waiting = asyncio.ensure_future(control.ended(await control.add_run()))
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await waiting
