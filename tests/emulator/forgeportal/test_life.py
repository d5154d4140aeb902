from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from actionruns.emulator import Emulator, EmulatorSettings
from actionruns.emulator.clock import Clock
from actionruns.emulator.forgeportal.attempts import attempt, retry_delay
from actionruns.emulator.forgeportal.catalog import Catalog
from actionruns.emulator.forgeportal.life import Order, RunLife
from actionruns.emulator.forgeportal.run_store import Run
from tests.emulator.forgeportal.plain import Forge
from tests.emulator.stores import open_store

pytestmark = pytest.mark.anyio

QUICK: Any = {
    "duration": (0.01, 0.03),
    "forgeportal_claim_delay": (0.0, 0.02),
    "forgeportal_retry_delay": 0.01,
}


def moment(text: str) -> float:
    """Return a timestamp as epoch seconds."""
    return datetime.fromisoformat(text).timestamp()


class Lab:
    """Runs with a clock of the test's own."""

    def __init__(self, **settings: Any) -> None:
        self.now = 1_000.0
        self.settings = EmulatorSettings(**settings)
        self.catalog = Catalog()
        clock = Clock(self.settings.speed, now=lambda: self.now)
        self.life = RunLife(open_store(), self.settings, clock, self.catalog)

    def create(self, action: str = "create_repository") -> Run:
        """Create a run."""
        order = Order(action=self.catalog.action(action), user="a@b", input={})
        return self.life.create(order)

    def get(self, run: Run) -> Run:
        """Return a run as it is now."""
        found = self.life.runs.get(run.id)
        assert found is not None
        return found

    def history(self, run: Run) -> list[tuple[float, str, int]]:
        """Let time pass until nothing is due; return moment, status and retries after each move."""
        seen = []
        while (due := self.life.next_due()) is not None:
            self.now = due
            assert self.life.apply_due(due, 10) == 1
            row = self.get(run).row
            seen.append((due, row["status"], row["retry_count"]))
        return seen


async def test_succeeds() -> None:
    """A run is queued, runs and succeeds, when its seed says, with what its action gives."""
    lab = Lab(failure_rate=0, forgeportal_retry_rate=0)
    run = lab.create()
    drawn = attempt(lab.settings, 1, 0, 3)
    started = 1_000 + drawn.claim
    ended = started + drawn.duration
    assert lab.history(run) == [(started, "running", 0), (ended, "success", 0)]
    assert lab.get(run).row["output"] == lab.catalog.action("create_repository").output


async def test_fails_at_last() -> None:
    """A run that is drawn to fail goes back to the queue until its retries are used up."""
    lab = Lab(failure_rate=1)
    run = lab.create()
    statuses = [(status, retries) for _, status, retries in lab.history(run)]
    assert statuses == [
        ("running", 0), ("queued", 1), ("running", 1), ("queued", 2),
        ("running", 2), ("queued", 3), ("running", 3), ("failed", 3),
    ]  # fmt: skip
    row = lab.get(run).row
    assert row["output"] == {"error": "The emulated action failed"}
    assert row["finished_at"] is not None


async def test_started_once() -> None:
    """A run keeps the moment of its first start over its attempts."""
    lab = Lab(failure_rate=1)
    run = lab.create()
    first = lab.history(run)[0][0]
    assert moment(lab.get(run).row["started_at"]) == pytest.approx(first, abs=0.001)


async def test_next_attempt() -> None:
    """A run that goes back says when it will be tried again, and isn't tried before."""
    lab = Lab(failure_rate=1)
    run = lab.create()
    for _ in range(2):
        lab.now = lab.life.next_due() or 0
        lab.life.apply_due(lab.now, 1)
    row = lab.get(run).row
    assert (row["status"], row["locked_by"]) == ("queued", None)
    assert moment(row["next_attempt_at"]) == pytest.approx(lab.now + 30, abs=0.001)
    assert lab.now + 30 <= (lab.life.next_due() or 0) <= lab.now + 31


async def test_locked_while_running() -> None:
    """Only a run that is running is locked; when it was to be tried again stays in its row."""
    lab = Lab(failure_rate=1, forgeportal_max_retries=1)
    run = lab.create()
    locked = []
    while (due := lab.life.next_due()) is not None:
        lab.life.apply_due(due, 1)
        row = lab.get(run).row
        locked.append((row["status"], row["locked_by"], row["next_attempt_at"] is None))
    assert locked == [
        ("running", "worker-1", True),
        ("queued", None, False),
        ("running", "worker-1", False),
        ("failed", None, False),
    ]


def test_delays_double() -> None:
    """The delay to the next attempt doubles from 30 to 600 seconds."""
    settings = EmulatorSettings()
    delays = [retry_delay(settings, retry) for retry in range(8)]
    assert delays == [30, 60, 120, 240, 480, 600, 600, 600]


def test_retry_rate() -> None:
    """As many attempts as set fail though the run succeeds, but not the last one."""
    settings = EmulatorSettings(failure_rate=0, forgeportal_retry_rate=0.3)
    drawn = [attempt(settings, number, 0, 3).succeeds for number in range(4_000)]
    assert 0.67 < sum(drawn) / 4_000 < 0.73
    assert all(attempt(settings, number, 3, 3).succeeds for number in range(200))


def test_failure_rate() -> None:
    """As many runs as set fail, at each attempt; an action's own rate goes before."""
    settings = EmulatorSettings(failure_rate=0.2, forgeportal_retry_rate=0)
    failing = [number for number in range(4_000) if not attempt(settings, number, 0, 3).succeeds]
    assert 0.17 < len(failing) / 4_000 < 0.23
    assert not any(attempt(settings, number, 3, 3).succeeds for number in failing)
    assert all(attempt(settings, number, 0, 3, 0.0).succeeds for number in failing)


async def test_action_with_own_rules() -> None:
    """An action's own numbers of failures and retries hold for its runs."""
    lab = Lab(failure_rate=0)
    run = lab.create("always_fails")
    assert run.row["max_retries"] == 0
    assert [status for _, status, _ in lab.history(run)] == ["running", "failed"]


async def test_vanished_action() -> None:
    """A run whose action isn't there after a restart lives on without its output."""
    lab = Lab(failure_rate=0, forgeportal_retry_rate=0)
    run = lab.create()
    lab.catalog.actions.clear()
    assert [status for _, status, _ in lab.history(run)] == ["running", "success"]
    assert lab.get(run).row["output"] == {}


async def test_log_of_a_life() -> None:
    """Each attempt, its failure and the end are in the log, with their levels."""
    lab = Lab(failure_rate=1, forgeportal_max_retries=1)
    run = lab.create()
    lab.history(run)
    levels = [entry["level"] for entry in lab.life.logs.all(run.id)]
    assert levels == ["info", "warn", "info", "error"]


async def test_ends_by_itself(session: aiohttp.ClientSession) -> None:
    """Runs end by themselves, as their seed says, sped up."""
    settings: Any = {"failure_rate": 0.3, "forgeportal_retry_rate": 0.4, "duration": (1, 3)}
    async with Emulator(speed=100, forgeportal_retry_delay=1, seed=3, **settings) as emulator:
        ids = await emulator.forgeportal.add_runs(30)
        rows = [await emulator.forgeportal.ended(run_id) for run_id in ids]
        assert await Forge(emulator, session).ids(status="queued") == []
    doomed = [not attempt(emulator.settings, number, 3, 3).succeeds for number in range(1, 31)]
    assert [row["status"] == "failed" for row in rows] == doomed
    assert any(row["status"] == "success" and row["retry_count"] for row in rows)
    for row in rows:
        assert moment(row["created_at"]) <= moment(row["started_at"]) < moment(row["finished_at"])


async def test_never_stale(session: aiohttp.ClientSession) -> None:
    """No answer shows a run as active after the moment at which it ended."""
    async with Emulator(failure_rate=0, **QUICK) as emulator:
        forge = Forge(emulator, session)
        ids = await emulator.forgeportal.add_runs(50)
        shown: dict[str, float] = {}
        while True:
            asked = emulator._service.now()  # the emulator's own clock
            rows = (await forge("GET", "/action-runs", params={"limit": "200"})).json["data"]
            active = [row["id"] for row in rows if row["finished_at"] is None]
            shown |= dict.fromkeys(active, asked)
            if not active:
                break
        for run_id in ids:
            ended = moment((await emulator.forgeportal.run(run_id))["finished_at"])
            assert shown.get(run_id, 0) < ended + 0.001


async def test_restart(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    """Runs, logs and what was due survive a restart; new runs don't take the ids of old ones."""
    async with Emulator(db=tmp_path / "db", auto_progress=False) as emulator:
        ids = await emulator.forgeportal.add_runs(2)
        await emulator.forgeportal.start(ids[0])
        forge = Forge(emulator, session)
        paths = [f"/action-runs/{ids[0]}", f"/actions/runs/{ids[0]}/logs", "/action-runs"]
        before = [(await forge("GET", path)).json for path in paths]
    async with Emulator(db=tmp_path / "db", auto_progress=False) as emulator:
        forge = Forge(emulator, session)
        assert [(await forge("GET", path)).json for path in paths] == before
        assert await forge.run() not in ids


async def test_due_while_down(tmp_path: Path) -> None:
    """What became due while the emulator was down happens at the start."""
    settings: Any = {"db": tmp_path / "db", "failure_rate": 0, **QUICK}
    async with Emulator(**settings) as emulator:
        ids = await emulator.forgeportal.add_runs(3)
    async with Emulator(**settings) as emulator:
        rows = [await emulator.forgeportal.ended(run_id) for run_id in ids]
    assert [row["status"] for row in rows] == ["success"] * 3
