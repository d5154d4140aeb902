"""port.report: the runner's side."""

from __future__ import annotations

import asyncio

import anyio
import pytest

from actionruns import AsyncPortClient, NotFound, PortClient
from actionruns.emulator import Emulator

pytestmark = pytest.mark.anyio


async def new_run(port: AsyncPortClient) -> str:
    inputs = {"name": "a", "region": "b"}
    run = await port.action_runs.execute_action("create_microservice", properties=inputs)
    return run.id


async def test_leaving_the_block_marks_success(port: AsyncPortClient) -> None:
    """Logs and links are there, and the run has succeeded."""
    run_id = await new_run(port)
    async with port.report(run_id) as report:
        await report.log("half way")
        await report.label("Testing")
        await report.link("https://ci.example.com/1")
        await report.link("https://ci.example.com/2")
    run = await port.action_runs.get_action_run(run_id)
    assert run.status == "SUCCESS"
    assert run.link == ["https://ci.example.com/1", "https://ci.example.com/2"]
    assert report.ended
    logs = await port.action_runs.get_action_run_logs(run_id)
    assert "half way" in [log.message for log in logs]


async def test_an_exception_marks_failure_and_goes_on(port: AsyncPortClient) -> None:
    """The run's summary is the exception, without secrets, and the caller gets it."""
    run_id = await new_run(port)
    with pytest.raises(ZeroDivisionError):
        async with port.report(run_id):
            raise ZeroDivisionError("by zero, Authorization: Bearer abcdefghijk")
    run = await port.action_runs.get_action_run(run_id)
    assert run.status == "FAILURE"
    assert run.summary == "ZeroDivisionError: by zero, Authorization: Bearer ***"


async def test_a_cancelled_block_marks_failure(port: AsyncPortClient) -> None:
    """A run whose runner was cancelled does not stay in progress for ever."""
    run_id = await new_run(port)
    entered = asyncio.Event()

    async def work() -> None:
        async with port.report(run_id):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await port.action_runs.get_action_run(run_id)).status == "FAILURE"


async def test_a_block_that_is_out_of_time_marks_failure(port: AsyncPortClient) -> None:
    """Also a cancel scope, which cancels again and again, doesn't keep the end from being told."""
    run_id = await new_run(port)
    with anyio.CancelScope() as scope:
        async with port.report(run_id) as report:
            scope.cancel()
            await anyio.sleep_forever()
    # Not merely sent: the answer was waited for.
    assert (scope.cancelled_caught, report.ended) == (True, True)
    assert (await port.action_runs.get_action_run(run_id)).status == "FAILURE"


async def test_the_end_can_be_told_inside_the_block(port: AsyncPortClient) -> None:
    """What the block says goes before what leaving it would say."""
    failed, succeeded = await new_run(port), await new_run(port)
    async with port.report(failed) as report:
        await report.fail("tests are red")
    async with port.report(succeeded) as report:
        await report.succeed("all green")
    runs = [await port.action_runs.get_action_run(run_id) for run_id in (failed, succeeded)]
    assert [(run.status, run.summary) for run in runs] == [
        ("FAILURE", "tests are red"),
        ("SUCCESS", "all green"),
    ]


async def test_entity_changes_are_steps_of_the_run(port: AsyncPortClient) -> None:
    """Each change of an entity is in the run's log."""
    run_id = await new_run(port)
    async with port.report(run_id) as report:
        new = {"identifier": "svc", "properties": {"region": "a"}}
        await report.create_entity("microservice", entity=new)
        await report.create_entity("microservice", entity=new)  # which changes it
        await report.update_entity("microservice", "svc", entity={"title": "S"})
        await report.replace_entity("microservice", "svc", entity=new)
        await report.delete_entity("microservice", "svc")
    logs = await port.action_runs.get_action_run_logs(run_id)
    assert sum("svc" in log.message for log in logs) == 5


async def test_an_error_is_not_hidden_by_a_failing_last_word(
    emulator: Emulator, port: AsyncPortClient
) -> None:
    """When the failure cannot be reported, the block's own error carries a note of that."""
    with pytest.raises(ValueError, match="mine") as caught:
        async with port.report("r_unknown"):
            raise ValueError("mine")
    assert "r_unknown could not be marked FAILURE" in caught.value.__notes__[0]


async def test_the_same_refusal_is_told_once(port: AsyncPortClient) -> None:
    """A block that ends because its run does not exist needs no note that it does not exist."""
    with pytest.raises(NotFound) as caught:
        async with port.report("r_unknown") as report:
            await report.log("hello")
    assert not hasattr(caught.value, "__notes__")


async def test_a_run_that_does_not_exist_is_an_error(port: AsyncPortClient) -> None:
    """Marking success says so when there is nothing to mark."""
    with pytest.raises(NotFound):
        async with port.report("r_unknown"):
            pass


async def test_the_blocking_form_does_the_same(emulator: Emulator, port: AsyncPortClient) -> None:
    """``with`` instead of ``async with``, no ``await``, same names."""
    good, bad = await new_run(port), await new_run(port)

    def work() -> None:
        with PortClient(base_url=emulator.port_url, token="demo") as client:
            with client.report(good) as report:
                report.log("hello")
                report.link("https://ci.example.com/1")
            with pytest.raises(ZeroDivisionError), client.report(bad):
                raise ZeroDivisionError("oops")

    await asyncio.to_thread(work)
    assert (await port.action_runs.get_action_run(good)).status == "SUCCESS"
    assert (await port.action_runs.get_action_run(bad)).summary == "ZeroDivisionError: oops"
