from __future__ import annotations

import pytest

from actionruns.emulator.acp import Agent
from tests.emulator.acp.plain import NOWHERE, Acp, refused

pytestmark = pytest.mark.anyio


async def test_search(acp: Acp) -> None:
    """Agents are found by name and version, page by page."""
    agents = (await acp("POST", "/agents/search", {})).json
    names = [agent["metadata"]["ref"]["name"] for agent in agents]
    assert names == ["echo", "thinker", "streamer", "asker", "failer"]
    assert (await acp("POST", "/agents/search", {"limit": 2, "offset": 1})).json == agents[1:3]
    assert (await acp("POST", "/agents/search", {"name": "asker"})).json == agents[3:4]
    assert (await acp("POST", "/agents/search", {"version": "9"})).json == []
    assert refused(await acp("POST", "/agents/search", {"limit": 0}), 422)


async def test_get(acp: Acp) -> None:
    """An agent is answered by its id."""
    agent_id = acp.control.agent_id("thinker")
    agent = (await acp("GET", f"/agents/{agent_id}")).json
    assert (agent["agent_id"], agent["metadata"]["ref"]["name"]) == (agent_id, "thinker")
    assert refused(await acp("GET", f"/agents/{NOWHERE}"), 404, "Agent")
    assert refused(await acp("GET", f"/agents/{NOWHERE}/descriptor"), 404, "Agent")


@pytest.mark.parametrize("name", ["echo", "thinker", "streamer", "asker", "failer"])
async def test_descriptor(acp: Acp, name: str) -> None:
    """A descriptor claims what the agent does, and describes it."""
    answer = await acp("GET", f"/agents/{acp.control.agent_id(name)}/descriptor")
    assert answer.status == 200
    specs = answer.json["specs"]
    whole = "result" if acp.version == "0.1" else "values"
    assert specs["capabilities"] == {
        "threads": True,
        "interrupts": name == "asker",
        "callbacks": True,
        "streaming": {whole: True, "custom": name == "streamer"},
    }
    assert ("custom_streaming_update" in specs) is (name == "streamer")
    assert ("interrupts" in specs) is (name == "asker")


async def test_own_agent(acp: Acp) -> None:
    """An agent of one's own can be run as the others."""
    agent = Agent(
        id="acac0000-0000-4000-8000-00000000000f",
        name="adder",
        description="Adds.",
        reply=lambda given, _: {"sum": sum(given["terms"])},
    )
    acp.control.add(agent)
    run_id = await acp.create("adder", input={"terms": [1, 2]})
    await acp.control.advance(run_id)
    path = "output" if acp.version == "0.1" else "wait"
    answer = (await acp("GET", f"/runs/{run_id}/{path}")).json
    assert (answer["result"] if path == "output" else answer["output"]["values"]) == {"sum": 3}
