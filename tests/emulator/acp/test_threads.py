from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.acp.plain import NOWHERE, Acp, refused

pytestmark = pytest.mark.anyio


async def turn(acp: Acp, thread_id: str, given: Any) -> str:
    """Let the echo run once on a thread; return the run's id."""
    if acp.version == "0.1":
        run_id = await acp.create("echo", input=given, thread_id=thread_id)
    else:
        run_id = await acp.create("echo", input=given, path=f"/threads/{thread_id}/runs")
    await acp.control.advance(run_id)
    return run_id


async def test_unknown(acp: Acp) -> None:
    """A thread that isn't there is a 404 everywhere."""
    paths = ["", "/history"] + (["/state"] if acp.version == "0.1" else [])
    for path in paths:
        assert refused(await acp("GET", f"/threads/{NOWHERE}{path}"), 404, "Thread")
    assert refused(await acp("DELETE", f"/threads/{NOWHERE}"), 404, "Thread")


async def test_v01_life(v01: Acp) -> None:
    """A thread of 0.1 keeps its labels, its runs and the state that each of them left."""
    agent_id = v01.control.agent_id("echo")
    thread_id = await v01.thread(agent_id=agent_id, metadata={"team": "x"})
    thread = (await v01("GET", f"/threads/{thread_id}")).json
    expected = {"thread_id": thread_id, "agent_id": agent_id, "metadata": {"team": "x"}}
    assert thread == expected
    assert (await v01("GET", f"/threads/{thread_id}/state")).json == {}
    first, second = await turn(v01, thread_id, {"n": 1}), await turn(v01, thread_id, {"n": 2})
    history = (await v01("GET", f"/threads/{thread_id}/history")).json
    assert [run["run_id"] for run in history] == [first, second]
    states = [(await v01("GET", f"/runs/{it}/threadstate")).json for it in (first, second)]
    assert states == [{"turns": 1, "last": {"n": 1}}, {"turns": 2, "last": {"n": 2}}]
    assert (await v01("GET", f"/threads/{thread_id}/state")).json == states[1]


async def test_v01_state_of_a_pending_run(v01: Acp) -> None:
    """A run that hasn't succeeded has left no state."""
    run_id = await v01.create()
    assert refused(await v01("GET", f"/runs/{run_id}/threadstate"), 409)


async def test_v01_create(v01: Acp) -> None:
    """A thread of 0.1 has an agent."""
    assert refused(await v01("POST", "/threads", {}), 422, "agent_id")
    assert refused(await v01("POST", "/threads", {"agent_id": NOWHERE}), 404, "Agent")


async def test_v01_search(v01: Acp) -> None:
    """Threads of 0.1 are found by agent and labels, page by page."""
    echo, thinker = v01.control.agent_id("echo"), v01.control.agent_id("thinker")
    ids = [await v01.thread(agent_id=echo, metadata={"n": n}) for n in range(2)]
    ids.append(await v01.thread(agent_id=thinker))

    async def found(**body: Any) -> list[str]:
        return [it["thread_id"] for it in (await v01("POST", "/threads/search", body)).json]

    assert await found() == ids
    assert await found(agent_id=thinker) == ids[2:]
    assert await found(metadata={"n": 1}) == ids[1:2]
    assert await found(limit=1, offset=1) == ids[1:2]


async def test_delete(acp: Acp) -> None:
    """A thread without a pending run is deleted with its runs; one with such a run stays."""
    agent_id = acp.control.agent_id("echo")
    thread_id = await acp.thread(**({"agent_id": agent_id} if acp.version == "0.1" else {}))
    run_id = await turn(acp, thread_id, {})
    path = "/runs" if acp.version == "0.1" else f"/threads/{thread_id}/runs"
    more = {"thread_id": thread_id} if acp.version == "0.1" else {}
    pending = await acp.create("echo", path=path, **more)
    refusal = 409 if acp.version == "0.1" else 422
    assert refused(await acp("DELETE", f"/threads/{thread_id}"), refusal, "pending")
    await acp.control.advance(pending)
    assert (await acp("DELETE", f"/threads/{thread_id}")).status in {200, 204}
    assert refused(await acp("GET", f"/threads/{thread_id}"), 404)
    assert refused(await acp("GET", f"{path}/{run_id}"), 404)


async def test_v02_create(v02: Acp) -> None:
    """A thread of 0.2 may be given its id; a second one of this id is refused, or is the first."""
    body = {"thread_id": NOWHERE, "metadata": {"a": 1}}
    thread = (await v02("POST", "/threads", body)).json
    assert (thread["thread_id"], thread["metadata"]) == (NOWHERE, {"a": 1})
    assert thread["status"] == "idle"
    assert "values" not in thread
    assert refused(await v02("POST", "/threads", body), 409, NOWHERE)
    again = await v02("POST", "/threads", {"thread_id": NOWHERE, "if_exists": "do_nothing"})
    assert again.json == thread
    assert refused(await v02("POST", "/threads", {"thread_id": "mine"}), 422)


@pytest.mark.parametrize(
    ("agent", "advances", "status"),
    [
        ("echo", 0, "busy"),
        ("echo", 1, "idle"),
        ("asker", 1, "interrupted"),
        ("failer", 1, "error"),
    ],
)
async def test_v02_status(v02: Acp, agent: str, advances: int, status: str) -> None:
    """The status of a thread is what its last run leaves it in."""
    thread_id = await v02.thread()
    run_id = await v02.create(agent, path=f"/threads/{thread_id}/runs")
    for _ in range(advances):
        await v02.control.advance(run_id)
    assert (await v02("GET", f"/threads/{thread_id}")).json["status"] == status
    found = (await v02("POST", "/threads/search", {"status": status})).json
    assert [it["thread_id"] for it in found] == [thread_id]


async def test_v02_search(v02: Acp) -> None:
    """Threads of 0.2 are found by labels and by values of their state, page by page."""
    ids = [await v02.thread(metadata={"n": n}) for n in range(3)]
    await turn(v02, ids[2], "x")

    async def found(**body: Any) -> list[str]:
        return [it["thread_id"] for it in (await v02("POST", "/threads/search", body)).json]

    assert await found() == ids
    assert await found(metadata={"n": 1}) == ids[1:2]
    assert await found(values={"last": "x"}) == ids[2:]
    assert await found(limit=1, offset=1) == ids[1:2]
    assert refused(await v02("POST", "/threads/search", {"status": "done"}), 422)


async def test_v02_patch(v02: Acp) -> None:
    """Labels are merged and add nothing to the history; a state is a new entry of it."""
    thread_id = await v02.thread(metadata={"a": 1, "b": 1})
    path = f"/threads/{thread_id}"
    thread = (await v02("PATCH", path, {"metadata": {"b": 2}})).json
    assert thread["metadata"] == {"a": 1, "b": 2}
    assert (await v02("GET", f"{path}/history")).json == []
    messages = [{"role": "user", "content": "hello"}]
    thread = (await v02("PATCH", path, {"values": {"x": 1}, "messages": messages})).json
    assert (thread["values"], thread["messages"]) == ({"x": 1}, messages)
    thread = (await v02("PATCH", path, {"values": {"x": 2}})).json
    assert (thread["values"], thread["messages"]) == ({"x": 2}, messages)
    assert refused(await v02("PATCH", path, {"messages": [{"role": "user"}]}), 422)
    assert refused(await v02("PATCH", f"/threads/{NOWHERE}", {}), 404, "Thread")


async def test_v02_history(v02: Acp) -> None:
    """The history is listed from the latest state on, or from before one of them."""
    thread_id = await v02.thread()
    path = f"/threads/{thread_id}/history"
    runs = [await turn(v02, thread_id, text) for text in "abc"]
    history = (await v02("GET", path)).json
    assert [entry["values"]["last"] for entry in history] == ["c", "b", "a"]
    assert [entry["metadata"]["run_id"] for entry in history] == runs[::-1]
    assert (await v02("GET", path, params={"limit": "1"})).json == history[:1]
    before = history[0]["checkpoint"]["checkpoint_id"]
    assert (await v02("GET", path, params={"before": before})).json == history[1:]
    assert refused(await v02("GET", path, params={"before": NOWHERE}), 422)
    assert refused(await v02("GET", path, params={"limit": "0"}), 422)


async def test_v02_branch(v02: Acp) -> None:
    """A state can go on from an earlier entry; what it doesn't name is taken from there."""
    thread_id = await v02.thread()
    path = f"/threads/{thread_id}"
    await turn(v02, thread_id, "first")
    checkpoint = (await v02("GET", f"{path}/history")).json[0]["checkpoint"]
    await turn(v02, thread_id, "second")
    messages = [{"role": "user", "content": "again"}]
    body = {"checkpoint": checkpoint, "messages": messages}
    assert (await v02("PATCH", path, body)).json["values"]["last"] == "first"
    latest = (await v02("GET", f"{path}/history")).json[0]
    assert latest["metadata"]["parent"] == checkpoint["checkpoint_id"]
    unknown = {"checkpoint": {"checkpoint_id": NOWHERE}, "values": 1}
    assert refused(await v02("PATCH", path, unknown), 404, "Checkpoint")


async def test_v02_copy(v02: Acp) -> None:
    """A copy has the labels and the history of the thread, and a life of its own."""
    thread_id = await v02.thread(metadata={"a": 1})
    await turn(v02, thread_id, "a")
    await turn(v02, thread_id, "b")
    copy = (await v02("POST", f"/threads/{thread_id}/copy")).json
    assert copy["thread_id"] != thread_id
    assert (copy["metadata"], copy["values"]) == ({"a": 1}, {"turns": 2, "last": "b"})
    history = (await v02("GET", f"/threads/{copy['thread_id']}/history")).json
    assert [entry["values"]["last"] for entry in history] == ["b", "a"]
    assert history[0]["metadata"]["parent"] == history[1]["checkpoint"]["checkpoint_id"]
    await turn(v02, copy["thread_id"], "c")
    assert (await v02("GET", f"/threads/{thread_id}")).json["values"]["last"] == "b"
    assert refused(await v02("POST", f"/threads/{NOWHERE}/copy"), 404, "Thread")


async def test_deleted_beside_a_question(acp: Acp) -> None:
    """A thread whose run waits for an answer can be deleted, with that run."""
    more = {"agent_id": acp.control.agent_id("asker")} if acp.version == "0.1" else {}
    thread_id = await acp.thread(**more)
    path = "/runs" if acp.version == "0.1" else f"/threads/{thread_id}/runs"
    on = {"thread_id": thread_id} if acp.version == "0.1" else {}
    run_id = await acp.create("asker", path=path, **on)
    await acp.control.advance(run_id)
    assert (await acp("DELETE", f"/threads/{thread_id}")).status in {200, 204}
    assert refused(await acp("GET", f"{path}/{run_id}"), 404)
