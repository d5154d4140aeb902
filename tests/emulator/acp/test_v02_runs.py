from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.emulator.acp.plain import NOWHERE, Acp, refused

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["stateless", "on a thread"])
async def runs(request: pytest.FixtureRequest, v02: Acp) -> str:
    """Path of the runs."""
    return "/runs" if request.param == "stateless" else f"/threads/{await v02.thread()}/runs"


def route_of(runs: str) -> str:
    """Return the route's template of a path of runs."""
    return "/acp/0.2/runs" if runs == "/runs" else "/acp/0.2/threads/{thread_id}/runs"


async def test_create(v02: Acp, runs: str) -> None:
    """A new run is pending and keeps what it was created with, defaults included."""
    body = {"agent_id": v02.control.agent_id("echo"), "input": [1], "metadata": {"m": 2}}
    body["on_disconnect"] = "continue"
    run = (await v02("POST", runs, body)).json
    alone = {"on_completion": "delete"}
    on_thread = {"stream_subgraphs": False, "if_not_exists": "reject"}
    own = alone if runs == "/runs" else on_thread
    assert run["creation"] == {**body, "multitask_strategy": "reject", **own}
    assert run["status"] == "pending"
    assert (await v02("GET", f"{runs}/{run['run_id']}")).json == run


async def test_default_agent(v02: Acp, runs: str) -> None:
    """A run that names no agent is that of the first one."""
    run = (await v02("POST", runs, {})).json
    assert run["agent_id"] == v02.control.agent_id("echo")


@pytest.mark.parametrize(
    "members",
    [
        {"agent_id": 1},
        {"input": None},
        {"metadata": []},
        {"config": {"tags": [1]}},
        {"config": {"recursion_limit": "x"}},
        {"webhook": ""},
        {"stream_mode": "result"},
        {"stream_mode": ["custom"]},
        {"on_disconnect": "stay"},
        {"multitask_strategy": "wait"},
        {"after_seconds": 1.5},
    ],
)
async def test_refused_creation(v02: Acp, runs: str, members: dict[str, Any]) -> None:
    """A member that isn't as the protocol or the agent wants it is refused."""
    for path in ("", "/stream", "/wait"):
        assert refused(await v02("POST", runs + path, members), 422)


async def test_unknown_names(v02: Acp, runs: str) -> None:
    """An agent or run that isn't there is a 404 everywhere."""
    assert refused(await v02("POST", runs, {"agent_id": NOWHERE}), 404, "Agent")
    for path in ("", "/wait", "/stream"):
        assert refused(await v02("GET", f"{runs}/{NOWHERE}{path}"), 404, "Run")
    assert refused(await v02("POST", f"{runs}/{NOWHERE}", {}), 404, "Run")
    assert refused(await v02("POST", f"{runs}/{NOWHERE}/cancel"), 404, "Run")
    assert refused(await v02("DELETE", f"{runs}/{NOWHERE}"), 404, "Run")


async def test_kinds_are_apart(v02: Acp) -> None:
    """A run on a thread is no stateless one, nor on another thread, and the other way round."""
    first, second = await v02.thread(), await v02.thread()
    alone = await v02.create()
    threaded = await v02.create(path=f"/threads/{first}/runs")
    for path in (f"/threads/{first}/runs/{alone}", f"/runs/{threaded}"):
        assert refused(await v02("GET", path), 404)
    assert refused(await v02("GET", f"/threads/{second}/runs/{threaded}"), 404)
    assert [run["run_id"] for run in (await v02("POST", "/runs/search", {})).json] == [alone]


async def test_delete(v02: Acp, runs: str) -> None:
    """A deleted run is gone."""
    run_id = await v02.create(path=runs)
    answer = await v02("DELETE", f"{runs}/{run_id}")
    assert (answer.status, answer.json) == (204, None)
    assert refused(await v02("GET", f"{runs}/{run_id}"), 404)


async def test_wait(v02: Acp, runs: str) -> None:
    """A wait is answered when the run is no longer pending, with the run and its output."""
    run_id = await v02.create("echo", path=runs, input="hello")
    route = f"{route_of(runs)}/{{run_id}}/wait"
    waiting = asyncio.create_task(v02("GET", f"{runs}/{run_id}/wait"))
    await v02.emulator.requests.reached(1, "GET", route)
    await v02.control.advance(run_id)
    answer = (await waiting).json
    assert answer["run"] == await v02.control.run(run_id)
    assert answer["output"] == {"type": "result", "values": "hello"}


async def test_outputs(v02: Acp, runs: str) -> None:
    """A wait gives a question or an error, too, and is answered at once afterwards."""
    outputs = []
    run_id = ""
    for agent in ("asker", "failer"):
        run_id = await v02.create(agent, path=runs)
        await v02.control.advance(run_id)
        outputs.append((await v02("GET", f"{runs}/{run_id}/wait")).json["output"])
    assert outputs == [
        {"type": "interrupt", "interrupt": {"type": "approval", "question": "May it go on?"}},
        {"type": "error", "run_id": run_id, "errcode": 1, "description": "The agent failed"},
    ]


@pytest.mark.parametrize("on_disconnect", ["cancel", "continue"])
async def test_create_and_wait(v02: Acp, runs: str, on_disconnect: str) -> None:
    """A run can be started and waited for in one request."""
    body = {"input": {"a": 1}, "on_disconnect": on_disconnect}
    waiting = asyncio.create_task(v02("POST", f"{runs}/wait", body))
    run_id = await started(v02, runs, "wait")
    await v02.control.advance(run_id)
    answer = (await waiting).json
    assert (answer["run"]["run_id"], answer["output"]["values"]) == (run_id, {"a": 1})


async def started(v02: Acp, runs: str, how: str) -> str:
    """Return the id of the run that a request has started."""
    await v02.emulator.requests.reached(1, "POST", f"{route_of(runs)}/{how}")
    if runs == "/runs":
        found = (await v02("POST", "/runs/search", {})).json
    else:
        found = (await v02("GET", runs)).json
    return str(found[-1]["run_id"])


@pytest.mark.parametrize("how", ["wait", "stream"])
async def test_cancelled_with_the_connection(v02: Acp, runs: str, how: str) -> None:
    """A run whose client goes away is cancelled, which is what the protocol's default says."""
    request = asyncio.create_task(v02("POST", f"{runs}/{how}", {}))
    run_id = await started(v02, runs, how)
    request.cancel()
    assert (await v02.control.settled(run_id))["status"] == "interrupted"


async def test_goes_on_without_the_connection(v02: Acp, runs: str) -> None:
    """A run that is to go on does."""
    request = asyncio.create_task(v02("POST", f"{runs}/wait", {"on_disconnect": "continue"}))
    gone = await started(v02, runs, "wait")
    request.cancel()
    # Another one whose end tells that the server has had time to notice.
    other = asyncio.create_task(v02("POST", "/runs/wait", {"metadata": {"other": 1}}))
    await v02.emulator.requests.reached(2 if runs == "/runs" else 1, "POST", "/acp/0.2/runs/wait")
    found = (await v02("POST", "/runs/search", {"metadata": {"other": 1}})).json
    other.cancel()
    await v02.control.settled(found[0]["run_id"])
    assert await v02.status(gone) == "pending"


@pytest.mark.parametrize("params", [{}, {"wait": "true", "action": "interrupt"}])
async def test_cancel(v02: Acp, runs: str, params: dict[str, str]) -> None:
    """A cancelled run is no longer pending; cancelling it again changes nothing."""
    run_id = await v02.create(path=runs)
    for _ in range(2):
        answer = await v02("POST", f"{runs}/{run_id}/cancel", params=params)
        assert (answer.status, answer.json) == (204, None)
        assert await v02.status(run_id) == "interrupted"


async def test_cancel_and_roll_back(v02: Acp) -> None:
    """A run that is rolled back is gone with what it added to the history."""
    thread_id = await v02.thread()
    path = f"/threads/{thread_id}"
    run_id = ""
    for _ in range(2):
        run_id = await v02.create("echo", path=f"{path}/runs")
        await v02.control.advance(run_id)
    assert len((await v02("GET", f"{path}/history")).json) == 2
    query = {"action": "rollback"}
    assert (await v02("POST", f"{path}/runs/{run_id}/cancel", params=query)).status == 204
    assert len((await v02("GET", f"{path}/history")).json) == 1
    assert refused(await v02("GET", f"{path}/runs/{run_id}"), 404)


@pytest.mark.parametrize("params", [{"wait": "yes"}, {"action": "stop"}])
async def test_refused_cancel(v02: Acp, runs: str, params: dict[str, str]) -> None:
    """A parameter that the protocol doesn't know is refused, and the run goes on."""
    run_id = await v02.create(path=runs)
    assert refused(await v02("POST", f"{runs}/{run_id}/cancel", params=params), 422)
    assert await v02.status(run_id) == "pending"


async def test_resume(v02: Acp, runs: str) -> None:
    """An answer that the agent takes lets an interrupted run go on; nothing else does."""
    run_id = await v02.create("asker", path=runs)
    assert refused(await v02("POST", f"{runs}/{run_id}", {}), 409, "pending")
    await v02.control.advance(run_id)
    assert refused(await v02("POST", f"{runs}/{run_id}", "yes"), 422)
    answer = await v02("POST", f"{runs}/{run_id}", {"approved": True})
    assert (answer.status, answer.json["status"]) == (200, "pending")
    await v02.control.advance(run_id)
    output = (await v02("GET", f"{runs}/{run_id}/wait")).json["output"]
    assert output["values"] == {"input": None, "answer": {"approved": True}}


async def test_resume_after_cancel(v02: Acp, runs: str) -> None:
    """A cancelled run goes on with anything, and still asks its own question."""
    run_id = await v02.create("asker", path=runs)
    await v02("POST", f"{runs}/{run_id}/cancel")
    assert (await v02("POST", f"{runs}/{run_id}", "go on")).json["status"] == "pending"
    await v02.control.advance(run_id)
    output = (await v02("GET", f"{runs}/{run_id}/wait")).json["output"]
    assert output["interrupt"]["type"] == "approval"


async def test_thread_of_its_own(v02: Acp) -> None:
    """The thread of a stateless run is deleted when it ends, unless it is to be kept."""
    threads = {}
    for choice in ("delete", "keep"):
        run_id = await v02.create("echo", on_completion=choice)
        threads[choice] = (await v02.control.run(run_id))["thread_id"]
        assert (await v02("GET", f"/threads/{threads[choice]}")).json["status"] == "busy"
        await v02.control.advance(run_id)
    assert refused(await v02("GET", f"/threads/{threads['delete']}"), 404)
    kept = (await v02("GET", f"/threads/{threads['keep']}")).json
    assert (kept["status"], kept["values"]) == ("idle", {"turns": 1, "last": {}})


async def test_missing_thread(v02: Acp) -> None:
    """A thread that isn't there is a 404, or is made if the run says so."""
    path = f"/threads/{NOWHERE}/runs"
    assert refused(await v02("POST", path, {}), 404, "Thread")
    assert refused(await v02("GET", path), 404, "Thread")
    assert (await v02("POST", path, {"if_not_exists": "create"})).status == 200
    assert (await v02("GET", f"/threads/{NOWHERE}")).json["thread_id"] == NOWHERE
    body = {"if_not_exists": "create"}
    assert refused(await v02("POST", "/threads/mine/runs", body), 422)


async def test_list(v02: Acp) -> None:
    """The runs of a thread are listed page by page, oldest first."""
    path = f"/threads/{await v02.thread()}/runs"
    ids = [await v02.create(path=path, multitask_strategy="enqueue") for _ in range(3)]
    await v02.create()

    async def found(**params: str) -> list[str]:
        return [run["run_id"] for run in (await v02("GET", path, params=params)).json]

    assert await found() == ids
    assert await found(limit="1", offset="1") == ids[1:2]
    assert refused(await v02("GET", path, params={"limit": "0"}), 422)
    assert refused(await v02("GET", path, params={"offset": "-1"}), 422)


class TestBusyThread:
    """What becomes of a run that is pending when another one is started on its thread."""

    @pytest.fixture
    async def path(self, v02: Acp) -> str:
        """Path of the thread's runs."""
        return f"/threads/{await v02.thread()}/runs"

    async def test_reject(self, v02: Acp, path: str) -> None:
        """By default, and when it is said, the new one is refused."""
        first = await v02.create(path=path)
        for body in ({}, {"multitask_strategy": "reject"}):
            for how in ("", "/wait", "/stream"):
                assert refused(await v02("POST", path + how, body), 409, "pending")
        assert await v02.status(first) == "pending"

    async def test_rollback(self, v02: Acp, path: str) -> None:
        """The other one is deleted."""
        first = await v02.create(path=path)
        second = await v02.create(path=path, multitask_strategy="rollback")
        assert refused(await v02("GET", f"{path}/{first}"), 404)
        assert await v02.status(second) == "pending"

    async def test_interrupt(self, v02: Acp, path: str) -> None:
        """The other one is stopped."""
        first = await v02.create(path=path)
        second = await v02.create(path=path, multitask_strategy="interrupt")
        assert await v02.status(first) == "interrupted"
        assert await v02.status(second) == "pending"

    async def test_interrupted(self, v02: Acp, path: str) -> None:
        """One that waits for an answer isn't pending, and in nobody's way."""
        await v02.control.advance(await v02.create("asker", path=path))
        assert (await v02("POST", path, {})).status == 200
