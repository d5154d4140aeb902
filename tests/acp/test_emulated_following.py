"""Streams and waits in both versions and forms, against the emulator and what goes wrong in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from actionruns import Outcome, RunState
from actionruns.emulator import Emulator, StreamBehaviour
from actionruns.emulator.acp import AcpControl
from tests.callers import FORMS, Caller, calling

pytestmark = pytest.mark.anyio

SAID = {"text": "All is well that ends"}

each_form = pytest.mark.parametrize("form", FORMS)
each_version = pytest.mark.parametrize("version", ["0.1", "0.2"])

World = tuple[Caller, AcpControl]


@asynccontextmanager
async def world(form: str, version: str, **settings: Any) -> AsyncIterator[World]:
    """An emulator and a client, with what makes calls of it and what moves its runs."""
    async with Emulator(**settings) as emulator:
        url = emulator.acp_url if version == "0.1" else emulator.acp_v02_url
        control = emulator.acp if version == "0.1" else emulator.acp_v02
        async with calling(
            "acp", form, version=version, base_url=url, api_key="", settle=0.02
        ) as call:
            yield call, control


def output_of(run: Any) -> Any:
    """Return the result of a run that has succeeded."""
    return getattr(run.output, "result", None) or run.output.values


async def resumed(call: Caller, version: str, run_id: str) -> None:
    def resume(client: Any) -> Any:
        if version == "0.1":
            return client.runs.resume_run(run_id, body={"approved": True})
        return client.stateless_runs.resume_stateless_run(run_id, body={"approved": True})

    await call(resume)


@each_form
@each_version
@pytest.mark.parametrize(
    "behaviour",
    [
        StreamBehaviour(),
        StreamBehaviour(heartbeat=0.005, bare_heartbeat=True),
        StreamBehaviour(ids="connection", replay=False),
        StreamBehaviour(chunk=1),
    ],
    ids=["good", "glued heartbeats (F7)", "ids anew, no replay (F8)", "in pieces"],
)
async def test_a_stream_to_the_end(form: str, version: str, behaviour: StreamBehaviour) -> None:
    """Whatever the server's streams are like, the run and its output come last."""
    async with world(form, version, speed=80, acp_stream=behaviour) as (call, control):
        run_id = await control.add_run("streamer")
        *events, last = await call(lambda client: client.stream(run_id, check_interval=0.5))
    assert {event.event for event in events} <= {"agent_event"}
    assert (last.event, last.data.state) == ("run", RunState.SUCCEEDED)
    assert output_of(last.data) == SAID


@each_form
@each_version
async def test_a_stream_that_never_ends(form: str, version: str) -> None:
    """F10: heartbeats for ever after an error don't hold the stream; the run says how it went."""
    behaviour = StreamBehaviour(heartbeat=0.01, bare_heartbeat=True, hang_after_error=True)
    async with world(form, version, speed=80, acp_stream=behaviour) as (call, control):
        run_id = await control.add_run("failer")
        *_, last = await call(lambda client: client.stream(run_id, check_interval=0.05))
    assert (last.event, last.data.state) == ("run", RunState.FAILED)
    assert last.data.output.type == "error"


@each_form
@each_version
@pytest.mark.parametrize("tells", [True, False])
async def test_a_stream_that_ends_at_a_question(form: str, version: str, tells: bool) -> None:
    """F9: with an event for it or without, the question comes; another stream goes on then."""
    behaviour = StreamBehaviour(interrupt_event=tells)
    async with world(form, version, speed=80, acp_stream=behaviour) as (call, control):
        run_id = await control.add_run("asker")
        *_, asked = await call(lambda client: client.stream(run_id))
        assert asked.data.state is RunState.WAITING
        assert asked.data.output.interrupt["question"] == "May it go on?"
        await resumed(call, version, run_id)
        *_, last = await call(lambda client: client.stream(run_id))
    assert last.data.state is RunState.SUCCEEDED


@each_form
@each_version
async def test_a_wait_over_a_question(form: str, version: str) -> None:
    """With `until_waiting` the wait returns at the question; without, at the end."""
    async with world(form, version, speed=80) as (call, control):
        run_id = await control.add_run("asker")
        asked = await call(lambda client: client.wait(run_id, until_waiting=True))
        assert (asked.state, asked.output.type) == (RunState.WAITING, "interrupt")
        await resumed(call, version, run_id)
        run = await call(lambda client: client.wait(run_id))
    assert run.state is RunState.SUCCEEDED
    assert output_of(run)["answer"] == {"approved": True}


@each_form
@each_version
async def test_a_wait_for_many(form: str, version: str) -> None:
    """Each run has its outcome, in the order given; one that is not there is none's end."""
    async with world(form, version, speed=50) as (call, control):
        ids = [await control.add_run(agent) for agent in ("echo", "failer", "thinker")]
        outcomes = await call(lambda client: client.wait_all(ids, interval=0.05))
    assert [it.run.state for it in outcomes] == [
        RunState.SUCCEEDED,
        RunState.FAILED,
        RunState.SUCCEEDED,
    ]
    assert [it.outcome for it in outcomes] == [Outcome.ENDED] * 3


@each_form
async def test_runs_on_threads(form: str) -> None:
    """Runs of 0.2 on threads are streamed, waited for and watched by both ids."""
    async with world(form, "0.2", speed=80) as (call, control):
        run_id = await control.add_run("streamer", on_thread=True)
        ref = f"{(await control.run(run_id))['thread_id']}/{run_id}"
        *_, last = await call(lambda client: client.stream(ref))
        run = await call(lambda client: client.wait(ref))
        updates = await call(lambda client: client.watch([ref]))
    assert last.data.run_id == run.run_id == run_id
    assert output_of(run) == output_of(last.data) == SAID
    assert [update.run_id for update in updates] == [ref]
