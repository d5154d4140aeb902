from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from actionruns.emulator import Emulator
from actionruns.emulator.acp import Agent
from actionruns.emulator.acp.catalog import Catalog
from actionruns.emulator.acp.life import Order, RunLife
from actionruns.emulator.clock import Clock
from actionruns.emulator.settings import EmulatorSettings
from tests.emulator.acp.plain import Acp
from tests.emulator.stores import open_store

pytestmark = pytest.mark.anyio


class World:
    """Runs whose clock is set by hand."""

    def __init__(self, speed: float = 1.0) -> None:
        self.now = 1000.0
        self.catalog = Catalog()
        self.settings = EmulatorSettings(speed=speed, duration=(10, 10))
        clock = Clock(speed, now=lambda: self.now)
        self.life = RunLife(open_store(), self.settings, clock, self.catalog, "0.2")

    def start(self, agent: str = "thinker", **creation: object) -> str:
        """Create a run and return its id."""
        order = Order(agent=self.catalog.named(agent), creation=creation)
        return self.life.create(order).id

    def status_at(self, run_id: str, now: float) -> str:
        """Return the status of a run at a moment."""
        self.now = now
        self.life.apply_due(now, 100)
        run = self.life.runs.get(run_id)
        assert run is not None
        return run.status


def test_duration() -> None:
    """A run takes as long as is drawn, and ends at that moment."""
    world = World()
    run_id = world.start()
    assert world.life.next_due() == 1010
    assert world.status_at(run_id, 1009.9) == "pending"
    assert world.status_at(run_id, 1020) == "success"
    run = world.life.runs.get(run_id)
    assert run is not None
    assert run.updated_at == 1010
    assert world.life.next_due() is None


def test_speed() -> None:
    """A run lives so much faster as the speed says, the time before its start included."""
    world = World(speed=10)
    run_id = world.start(after_seconds=30)
    assert world.status_at(run_id, 1003.9) == "pending"
    assert world.status_at(run_id, 1004) == "success"


def test_words() -> None:
    """The words are spread over the duration."""
    world = World()
    run_id = world.start("streamer")
    said = []
    for now in (1000, 1002, 1004, 1009, 1011):
        world.status_at(run_id, now)
        run = world.life.runs.get(run_id)
        assert run is not None
        said.append((run.said, run.status))
    assert said == [(0, "pending"), (1, "pending"), (2, "pending"), (5, "pending"), (5, "success")]


def test_queue() -> None:
    """A run that waits for its turn starts when the one before is no longer pending."""
    world = World()
    agent = world.catalog.named("thinker")
    thread = world.life.threads.create()
    first = world.life.create(Order(agent=agent, creation={}, thread_id=thread.id))
    orders = [Order(agent=agent, creation={}, thread_id=thread.id, queued=True)] * 2
    second, third = [world.life.create(order) for order in orders]
    assert world.status_at(first.id, 1010) == "success"
    assert world.status_at(second.id, 1019) == "pending"
    assert world.status_at(second.id, 1020) == "success"
    found = world.life.runs.get(third.id)
    assert found is not None
    world.life.delete(found)
    assert world.life.next_due() is None


def test_agent_that_is_gone() -> None:
    """A run of an agent that isn't there any more has an error."""
    world = World()
    agent = Agent(id="acac0000-0000-4000-8000-0000000000aa", name="own", description="Own.")
    world.catalog.add(agent)
    run_id = world.start("own")
    del world.catalog.agents[agent.id]
    assert world.status_at(run_id, 1010) == "error"


@pytest.mark.parametrize("version", ["0.1", "0.2"])
async def test_by_itself(session: aiohttp.ClientSession, version: str) -> None:
    """Runs progress by themselves until they end or ask."""
    async with Emulator(speed=1000) as emulator:
        acp = Acp(emulator, session, version)
        names = ("echo", "thinker", "streamer", "asker", "failer")
        ids = [await acp.create(name) for name in names]
        ends = [(await acp.control.settled(run_id))["status"] for run_id in ids]
    assert ends == ["success", "success", "success", "interrupted", "error"]


@pytest.mark.parametrize("version", ["0.1", "0.2"])
async def test_restart(session: aiohttp.ClientSession, tmp_path: Path, version: str) -> None:
    """Runs, questions and what is due are kept over a restart."""
    path = tmp_path / "runs.db"
    async with Emulator(auto_progress=False, db=path) as emulator:
        acp = Acp(emulator, session, version)
        asker, thinker = await acp.create("asker"), await acp.create("thinker")
        await acp.control.advance(asker)
        before = await acp.control.run(asker)
    async with Emulator(auto_progress=False, db=path) as emulator:
        acp = Acp(emulator, session, version)
        assert (await acp("GET", f"/runs/{asker}")).json == before
        assert (await acp("POST", f"/runs/{asker}", {"approved": True})).status == 200
        await acp.control.advance(asker)
        assert await acp.status(asker) == "success"
        assert await acp.create() not in {asker, thinker}
