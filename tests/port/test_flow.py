"""The flow of Port's tutorial (seed 001), async and blocking, and every run operation."""

from __future__ import annotations

import asyncio

import pytest

from actionruns import AsyncPortClient, NotFound, PortClient, RunState, UnprocessableEntity
from actionruns.emulator import Emulator

pytestmark = pytest.mark.anyio

INPUTS = {"name": "my microservice", "region": "eu-west-1"}
LINK = "https://ci.example.com/jobs/3617893813"


async def test_the_tutorial_in_async_form(port: AsyncPortClient) -> None:
    """Token, run, an entity tied to it, SUCCESS with link and message, and the log."""
    executed = await port.action_runs.execute_action("create_microservice", properties=INPUTS)
    run = await port.action_runs.get_action_run(executed.id)
    assert run.status == "IN_PROGRESS"
    assert run.properties == INPUTS
    entity = await port.entities.create_entity(
        "microservice",
        entity={
            "identifier": "my_microservice",
            "title": "my microservice",
            "properties": {"region": "eu-west-1"},
        },
        run_id=run.id,
        upsert=True,
    )
    done = await port.action_runs.update_action_run(
        run.id,
        status="SUCCESS",
        link=LINK,
        message={"run_status": "New entity created!", "new_entity": entity.identifier},
    )
    assert (done.state, done.link) == (RunState.SUCCEEDED, LINK)
    assert done.message == {"run_status": "New entity created!", "new_entity": "my_microservice"}
    assert done.ended_at
    logs = await port.action_runs.get_action_run_logs(run.id)
    assert any("my_microservice" in log.message for log in logs)


async def test_the_tutorial_in_blocking_form(emulator: Emulator) -> None:
    """The same, with the same names, from a thread without a loop."""

    def tutorial() -> None:
        with PortClient(
            base_url=emulator.port_url,
            client_id="demo",
            client_secret="demo",
        ) as port:
            executed = port.action_runs.execute_action("create_microservice", properties=INPUTS)
            run = port.action_runs.get_action_run(executed.id)
            entity = port.entities.create_entity(
                "microservice",
                entity={"identifier": "my_microservice", "properties": {"region": "eu-west-1"}},
                run_id=run.id,
                upsert=True,
            )
            message = {"run_status": "New entity created!", "new_entity": entity.identifier}
            done = port.action_runs.update_action_run(
                run.id, status="SUCCESS", link=LINK, message=message
            )
            assert (done.state, done.link, done.message) == (RunState.SUCCEEDED, LINK, message)
            logs = list(port.action_runs.iter_action_run_logs(run.id))
            assert any("my_microservice" in log.message for log in logs)

    await asyncio.to_thread(tutorial)


async def test_an_approval_lets_a_run_go_on(emulator: Emulator, port: AsyncPortClient) -> None:
    """A run that waits for approval is WAITING, shows its approvers, and goes on when approved."""
    run = await port.action_runs.execute_action(
        "deploy_to_production",
        properties={"version": "1.2.3"},
    )
    assert run.state is RunState.WAITING
    approvers = await port.action_runs.get_action_run_approvers(
        run.id, include_pending_approvers=True
    )
    assert "demo" in {approver.user_id for approver in approvers}
    approved = await port.action_runs.approve_action_run(run.id, description="looks good")
    assert approved.state is RunState.RUNNING


async def test_a_declined_run_is_canceled(port: AsyncPortClient) -> None:
    """DECLINE ends the run before its work began."""
    run = await port.action_runs.execute_action(
        "deploy_to_production", properties={"version": "1.2.3"}
    )
    declined = await port.action_runs.approve_action_run(run.id, status="DECLINE")
    assert (declined.status, declined.state) == ("DECLINED", RunState.CANCELED)


async def test_a_log_may_end_its_run_once(port: AsyncPortClient) -> None:
    """After a log with a termination status the run cannot be changed."""
    run = await port.action_runs.execute_action("create_microservice", properties=INPUTS)
    await port.action_runs.add_action_run_log(run.id, message="half way")
    await port.action_runs.add_action_run_log(
        run.id, message="done", termination_status="SUCCESS", status_label="Deployed"
    )
    assert (await port.action_runs.get_action_run(run.id)).state is RunState.SUCCEEDED
    with pytest.raises(UnprocessableEntity):
        await port.action_runs.add_action_run_log(run.id, message="too late")


async def test_runs_are_found_by_their_external_id(port: AsyncPortClient) -> None:
    """An id of another system, set by update, is a filter of the list."""
    run = await port.action_runs.execute_action("create_microservice", properties=INPUTS)
    await port.action_runs.update_action_run(run.id, external_run_id="gh-17", status_label="Busy")
    page = await port.action_runs.get_action_runs(external_run_id="gh-17")
    assert [found.id for found in page.runs] == [run.id]


async def test_the_iterator_follows_short_and_empty_pages() -> None:
    """Only the absence of a cursor ends the list."""
    async with (
        Emulator(auto_progress=False, short_page_rate=0.4, empty_page_rate=0.3, seed=3) as emulator,
        AsyncPortClient(base_url=emulator.port_url, token="demo") as port,
    ):
        wanted = await emulator.add_runs(57)
        found = [run.id async for run in port.action_runs.iter_action_runs(limit=10)]
    assert found == wanted[::-1]


async def test_the_iterator_of_logs_pages_by_offset(port: AsyncPortClient) -> None:
    """More logs than one page holds come all, in order, once."""
    run = await port.action_runs.execute_action("create_microservice", properties=INPUTS)
    for number in range(7):
        await port.action_runs.add_action_run_log(run.id, message=f"line {number}")
    logs = [log.message async for log in port.action_runs.iter_action_run_logs(run.id, limit=3)]
    assert [text for text in logs if text.startswith("line")] == [f"line {n}" for n in range(7)]


async def test_excluded_fields_are_absent_and_not_none(
    emulator: Emulator, port: AsyncPortClient
) -> None:
    """What was not asked for is UNSET."""
    await emulator.add_run()
    page = await port.action_runs.get_action_runs(exclude=["properties", "payload"], version="v2")
    assert repr(page.runs[0].properties) == "UNSET"


async def test_entities_are_changed_replaced_and_deleted(port: AsyncPortClient) -> None:
    """The whole life of an entity, each step tied to the run."""
    run = await port.action_runs.execute_action("create_microservice", properties=INPUTS)
    entities = port.entities
    new = {"identifier": "svc", "properties": {"region": "a"}}
    await entities.create_entity("microservice", entity=new, run_id=run.id)
    await entities.update_entity("microservice", "svc", entity={"title": "S"}, run_id=run.id)
    changed = await entities.get_entity("microservice", "svc")
    assert (changed.title, changed.properties) == ("S", {"region": "a"})
    replacement = {"identifier": "svc", "properties": {}}
    await entities.replace_entity("microservice", "svc", entity=replacement, run_id=run.id)
    assert not (await entities.get_entity("microservice", "svc")).properties
    await entities.delete_entity("microservice", "svc", run_id=run.id)
    with pytest.raises(NotFound):
        await entities.get_entity("microservice", "svc")
