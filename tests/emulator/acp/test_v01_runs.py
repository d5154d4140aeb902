from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.emulator.acp.plain import NOWHERE, Acp, refused

pytestmark = pytest.mark.anyio


async def test_create(v01: Acp) -> None:
    """A new run is pending, keeps what it was created with, and has a thread of its own."""
    agent_id = v01.control.agent_id("echo")
    body = {"agent_id": agent_id, "input": {"a": 1}, "metadata": {"m": 2}, "config": {"c": 3}}
    run = (await v01("POST", "/runs", body)).json
    assert run["creation"] == body
    assert (run["status"], run["agent_id"]) == ("pending", agent_id)
    assert run["created_at"] == run["updated_at"]
    assert (await v01("GET", f"/runs/{run['run_id']}")).json == run
    assert (await v01("GET", f"/threads/{run['thread_id']}")).status == 200


@pytest.mark.parametrize(
    "members",
    [
        {"agent_id": "no uuid"},
        {"thread_id": 3},
        {"input": "text"},
        {"metadata": []},
        {"config": 1},
        {"webhook": "no url"},
        {"streaming": "values"},
        {"streaming": "custom"},
    ],
)
async def test_refused_creation(v01: Acp, members: dict[str, Any]) -> None:
    """A member that isn't as the protocol or the agent wants it is refused."""
    body = {"agent_id": v01.control.agent_id("echo"), **members}
    assert refused(await v01("POST", "/runs", body), 422)


async def test_unknown_names(v01: Acp) -> None:
    """An agent, thread or run that isn't there is a 404 everywhere."""
    agent_id = v01.control.agent_id("echo")
    assert refused(await v01("POST", "/runs", {"agent_id": NOWHERE}), 404, "Agent")
    body = {"agent_id": agent_id, "thread_id": NOWHERE}
    assert refused(await v01("POST", "/runs", body), 404, "Thread")
    for path in ("", "/output", "/stream", "/threadstate"):
        assert refused(await v01("GET", f"/runs/{NOWHERE}{path}"), 404, "Run")
    assert refused(await v01("POST", f"/runs/{NOWHERE}", {}), 404, "Run")
    assert refused(await v01("DELETE", f"/runs/{NOWHERE}"), 404, "Run")


async def test_delete(v01: Acp) -> None:
    """A deleted run is answered once more and is then gone."""
    run_id = await v01.create()
    answer = await v01("DELETE", f"/runs/{run_id}")
    assert (answer.status, answer.json["run_id"]) == (200, run_id)
    assert refused(await v01("GET", f"/runs/{run_id}"), 404)


async def test_output(v01: Acp) -> None:
    """The output of a run is its result, its question or its error; a pending one has none."""
    echo, asker, failer = [
        await v01.create(agent, input={"a": 1}) for agent in ("echo", "asker", "failer")
    ]
    assert (await v01("GET", f"/runs/{echo}/output")).status == 204
    for run_id in (echo, asker, failer):
        await v01.control.advance(run_id)
    outputs = [(await v01("GET", f"/runs/{it}/output")).json for it in (echo, asker, failer)]
    assert outputs == [
        {"type": "result", "run_id": echo, "status": "success", "result": {"a": 1}},
        {
            "type": "interrupt",
            "interrupt": {"type": "approval", "question": "May it go on?"},
        },
        {"type": "error", "run_id": failer, "errcode": 1, "description": "The agent failed"},
    ]


async def test_block_timeout(v01: Acp) -> None:
    """A request for the output waits for it, and is answered when it is there."""
    run_id = await v01.create("echo")
    path, route = f"/runs/{run_id}/output", "/acp/0.1/runs/{run_id}/output"
    waiting = asyncio.create_task(v01("GET", path, params={"block_timeout": "60"}))
    await v01.emulator.requests.reached(1, "GET", route)
    await v01.control.advance(run_id)
    assert (await waiting).json["type"] == "result"


async def test_block_timeout_expires(v01: Acp) -> None:
    """Without an output in time there is none."""
    run_id = await v01.create()
    answer = await v01("GET", f"/runs/{run_id}/output", params={"block_timeout": "1"})
    assert (answer.status, answer.json) == (204, None)


async def test_deleted_while_waited_for(v01: Acp) -> None:
    """Who waits for a run that is deleted gets a 404."""
    run_id = await v01.create()
    path, route = f"/runs/{run_id}/output", "/acp/0.1/runs/{run_id}/output"
    waiting = asyncio.create_task(v01("GET", path, params={"block_timeout": "60"}))
    await v01.emulator.requests.reached(1, "GET", route)
    await v01.control.delete(run_id)
    assert refused(await waiting, 404)


@pytest.mark.parametrize("text", ["-1", "1.5", "soon", ""])
async def test_refused_block_timeout(v01: Acp, text: str) -> None:
    """A time to wait is a whole number of seconds."""
    run_id = await v01.create()
    answer = await v01("GET", f"/runs/{run_id}/output", params={"block_timeout": text})
    assert refused(answer, 422, "block_timeout")


async def test_resume(v01: Acp) -> None:
    """An answer lets an interrupted run go on, without an output until it ends."""
    run_id = await v01.create("asker", input={"a": 1})
    await v01.control.advance(run_id)
    answer = await v01("POST", f"/runs/{run_id}", {"approved": True})
    assert (answer.status, answer.json["status"]) == (200, "pending")
    assert (await v01("GET", f"/runs/{run_id}/output")).status == 204
    await v01.control.advance(run_id)
    output = (await v01("GET", f"/runs/{run_id}/output")).json
    assert output["result"] == {"input": {"a": 1}, "answer": {"approved": True}}


async def test_resume_only_when_interrupted(v01: Acp) -> None:
    """A run that asks nothing can't be answered, pending or ended."""
    run_id = await v01.create("echo")
    assert refused(await v01("POST", f"/runs/{run_id}", {}), 409, "pending")
    await v01.control.advance(run_id)
    assert refused(await v01("POST", f"/runs/{run_id}", {}), 409, "success")


async def test_refused_answer(v01: Acp) -> None:
    """An answer is an object."""
    run_id = await v01.create("asker")
    await v01.control.advance(run_id)
    assert refused(await v01("POST", f"/runs/{run_id}", [1]), 422)
    assert await v01.status(run_id) == "interrupted"


async def test_search(v01: Acp) -> None:
    """Runs are found by agent, status and labels together, page by page, oldest first."""
    echoes = [await v01.create("echo", metadata={"n": n, "all": 1}) for n in range(3)]
    thinker = await v01.create("thinker", metadata={"all": 1})
    await v01.control.advance(echoes[0])

    async def found(**body: Any) -> list[str]:
        answer = await v01("POST", "/runs/search", body)
        assert answer.status == 200, answer.json
        return [run["run_id"] for run in answer.json]

    agent_id = v01.control.agent_id("echo")
    assert await found() == [*echoes, thinker]
    assert await found(limit=2, offset=1) == echoes[1:]
    assert await found(agent_id=agent_id.upper(), status="pending") == echoes[1:]
    assert await found(metadata={"all": 1, "n": 1}) == [echoes[1]]
    assert await found(metadata={"all": 1}, limit=1, offset=3) == [thinker]
    assert await found(offset=4) == []


async def test_default_page(v01: Acp) -> None:
    """A page holds ten runs unless the search says otherwise."""
    await v01.control.add_runs(12)
    assert len((await v01("POST", "/runs/search", {})).json) == 10


@pytest.mark.parametrize(
    "body",
    [{"limit": 0}, {"limit": 1001}, {"offset": -1}, {"status": "done"}, {"agent_id": "x"}, 1],
)
async def test_refused_search(v01: Acp, body: Any) -> None:
    """A search out of the limits is refused."""
    assert refused(await v01("POST", "/runs/search", body), 422)


async def test_busy_thread(v01: Acp) -> None:
    """A thread takes a run after the other, of one agent."""
    thread_id = await v01.thread(agent_id=v01.control.agent_id("echo"))
    run_id = await v01.create("echo", thread_id=thread_id)
    body = {"agent_id": v01.control.agent_id("echo"), "thread_id": thread_id}
    assert refused(await v01("POST", "/runs", body), 409, "pending")
    await v01.control.advance(run_id)
    assert (await v01("POST", "/runs", body)).status == 200
    other = {**body, "agent_id": v01.control.agent_id("thinker")}
    assert refused(await v01("POST", "/runs", other), 422, "another agent")
