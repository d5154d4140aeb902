"""Waiting for runs, and watching them."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from actionruns import InvalidRequest, Outcome, RunState, UnprocessableEntity, WaitTimeout
from actionruns.acp import AcpClient, AsyncAcpV01Client, AsyncAcpV02Client
from actionruns.acp.v01 import RunInterrupt, RunResult
from actionruns.acp.v02 import WaitedStatefulRun
from actionruns.watching import Watch, WatchSettings
from tests.acp.servers import RUN, AcpServer

pytestmark = pytest.mark.anyio

RESULT = {"type": "result", "run_id": RUN, "status": "success", "result": {"text": "hi"}}
QUESTION = {"type": "interrupt", "interrupt": {"question": "sure?"}}


async def test_wait_until_the_end(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """A wait is over when the run has ended, and brings its output; 204 is no end."""
    server.statuses[RUN] = ["pending", "pending", "pending", "success"]
    server.held = 2
    server.outputs[RUN] = RESULT
    run = await acp.wait(RUN)
    assert run.state is RunState.SUCCEEDED
    assert isinstance(run.output, RunResult)
    assert run.output.result == {"text": "hi"}


async def test_the_server_is_asked_to_hold_its_answer(
    server: AcpServer, acp: AsyncAcpV01Client
) -> None:
    """While the run is pending, the question for its output is a long one."""
    server.statuses[RUN] = ["pending", "success"]
    await acp.wait(RUN)
    holds = [query["block_timeout"] for query in server.queries if "block_timeout" in query]
    assert holds == ["30"]


async def test_wait_of_version_0_2(server: AcpServer, acp_v02: AsyncAcpV02Client) -> None:
    """A wait of 0.2 asks `/wait`, and then the run itself."""
    server.statuses[RUN] = ["pending", "success"]
    server.outputs[RUN] = {"type": "result", "values": {"text": "hi"}}
    run = await acp_v02.wait(RUN)
    assert run.state is RunState.SUCCEEDED
    assert run.output
    assert run.output.type == "result"
    assert server.count("GET", f"/runs/{RUN}/wait") == 2  # to hold, and for the output


async def test_a_wait_without_end_is_broken_off(
    server: AcpServer, acp_v02: AsyncAcpV02Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F6: `/wait` blocks without limit; we break it off and ask again."""
    monkeypatch.setattr("actionruns.acp.v02.source.HOLD_SECONDS", 0.05)
    server.statuses[RUN] = ["pending", "pending", "success"]
    server.held = 1
    run = await acp_v02.wait(RUN)
    assert run.state is RunState.SUCCEEDED


async def test_a_run_on_a_thread(server: AcpServer, acp_v02: AsyncAcpV02Client) -> None:
    """`<thread id>/<run id>` is a run on a thread, asked for there."""
    server.statuses[RUN] = ["success"]
    run = await acp_v02.wait(f"t-1/{RUN}")
    assert isinstance(run, WaitedStatefulRun)
    assert {path for _, path in server.requests} == {
        f"/threads/t-1/runs/{RUN}",
        f"/threads/t-1/runs/{RUN}/wait",
    }


async def test_our_own_deadline(server: AcpServer, acp_v02: AsyncAcpV02Client) -> None:
    """Our timeout ends a wait whose server doesn't answer, with the run as last seen."""
    server.held = 1
    with pytest.raises(WaitTimeout) as caught:
        await acp_v02.wait(RUN, timeout=0.2)
    assert caught.value.ref == f"acp:{RUN}"
    assert caught.value.run.status == "pending"


async def test_an_interrupt_surfaces(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """On request, a wait is over when the run waits, and brings the question."""
    server.statuses[RUN] = ["pending", "interrupted"]
    server.outputs[RUN] = QUESTION
    run = await acp.wait(RUN, until_waiting=True)
    assert run.state is RunState.WAITING
    assert isinstance(run.output, RunInterrupt)
    assert run.output.interrupt == {"question": "sure?"}


async def test_the_answer_continues_the_same_wait(
    server: AcpServer, acp: AsyncAcpV01Client
) -> None:
    """A wait goes on over an interrupt, and ends with the run that was resumed meanwhile."""
    server.statuses[RUN] = ["interrupted"]
    waiting = asyncio.create_task(acp.wait(RUN, interval=0.01))
    await server.looked.wait()
    await acp.runs.resume_run(RUN, body={"answer": "yes"})
    run = await waiting
    assert run.state is RunState.SUCCEEDED
    assert server.bodies == [{"answer": "yes"}]


async def test_an_error_that_is_tried_again(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """F10: `error` that is `pending` again a moment later is no end."""
    server.statuses[RUN] = ["error", "pending", "error", "pending", "success"]
    run = await acp.wait(RUN)
    assert run.state is RunState.SUCCEEDED


async def test_an_error_that_stays(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """F10: `error` that is still there a moment later is the end."""
    server.statuses[RUN] = ["error"]
    run = await acp.wait(RUN)
    assert run.state is RunState.FAILED
    assert server.count("GET", f"/runs/{RUN}") == 4


async def test_an_output_that_fails_is_none(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """A run that has ended is returned, also when its output can't be had."""

    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.json_response("no", status=409)

    server.statuses[RUN] = ["timeout"]
    server.handlers["GET", f"/runs/{RUN}/output"] = [refuse]
    run = await acp.wait(RUN)
    assert (run.state, run.output) == (RunState.TIMED_OUT, None)


async def test_a_server_that_cannot_hold(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """A wait goes on with plain looks when the long question is refused."""

    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.json_response("no", status=409)

    server.handlers["GET", f"/runs/{RUN}/output"] = [refuse]
    server.statuses[RUN] = ["pending", "pending", "success"]
    assert (await acp.wait(RUN, interval=0.01)).state is RunState.SUCCEEDED


async def test_run_ids_are_texts(acp: AsyncAcpV01Client) -> None:
    """A wait for something else than an id is refused."""
    with pytest.raises(InvalidRequest, match="wait_all"):
        await acp.wait([RUN])  # type: ignore[arg-type]  # that is the case


async def test_watch_tells_each_change(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """A watch tells the states of a run in their order, WAITING among them."""
    server.statuses[RUN] = ["pending", "interrupted", "pending", "success"]
    states = [u.state async for u in acp.watch([RUN], interval=0.001)]
    assert states == [
        RunState.RUNNING,
        RunState.WAITING,
        RunState.RUNNING,
        RunState.SUCCEEDED,
    ]


async def test_many_runs_are_swept(server: AcpServer, acp_v02: AsyncAcpV02Client) -> None:
    """Many runs are followed by the lists of pending and of interrupted ones, by pages."""
    ids = [f"run-{n}" for n in range(450)]
    server.statuses = {run_id: ["pending"] for run_id in ids}
    server.statuses |= {run_id: ["interrupted"] for run_id in ids[-10:]}
    seen: dict[str, RunState] = {}
    async with acp_v02.watch(ids, interval=0.001) as watch:
        async for update in watch:
            seen[update.run_id] = update.state
            if len(seen) == len(ids):
                break
    assert seen[ids[0]] is RunState.RUNNING
    assert seen[ids[-1]] is RunState.WAITING
    pages = [(body["status"], body["offset"]) for body in server.bodies[:4]]
    assert pages == [("pending", 0), ("pending", 200), ("pending", 400), ("interrupted", 0)]
    assert server.requests[:4] == [("POST", "/runs/search")] * 4


async def test_runs_that_the_list_leaves_out(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """F12: a list that shows none of the runs, or fails, costs questions and loses nothing."""

    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.json_response({"detail": []}, status=422)

    ids = [f"run-{n}" for n in range(8)]
    server.statuses = {run_id: ["pending", "success"] for run_id in ids}
    server.handlers["POST", "/runs/search"] = [refuse]
    outcomes = await acp.wait_all(ids, interval=0.001)
    assert [outcome.succeeded for outcome in outcomes] == [True] * 8
    with pytest.raises(UnprocessableEntity):
        await acp.runs.search_runs(status="pending")


async def test_a_deleted_run_is_gone(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """F1: there is no status for a cancelled run; one that is unknown for a while is gone."""
    server.statuses[RUN] = ["pending", None]
    settings = WatchSettings(interval=0.001, not_found_grace=0.01)
    outcomes = [u.outcome async for u in Watch([(acp.source, [RUN])], settings)]
    assert outcomes == [None, Outcome.GONE]


async def test_the_blocking_form(server: AcpServer) -> None:
    """The blocking clients wait just so, in both versions."""
    server.statuses[RUN] = ["pending", "interrupted"]
    server.outputs[RUN] = QUESTION

    def wait() -> tuple[RunState, RunState]:
        with AcpClient(base_url=server.url, trust_env=False) as acp:
            first = acp.wait(RUN, until_waiting=True)
        with AcpClient(version="0.2", base_url=server.url, trust_env=False) as acp_v02:
            return first.state, acp_v02.wait(RUN, until_waiting=True).state

    assert await asyncio.to_thread(wait) == (RunState.WAITING, RunState.WAITING)
