"""Every operation of ForgePortal, against the emulator."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from actionruns import (
    AsyncForgePortalClient,
    BadRequest,
    Conflict,
    InvalidRequest,
    NotFound,
    RunState,
    ServerError,
)
from actionruns.core.codec import structure
from actionruns.core.model import UNSET
from actionruns.emulator import Emulator
from actionruns.forgeportal import ActionRun, StartedRun

pytestmark = pytest.mark.anyio

ACTION = "aaaa0000-0000-0000-0000-000000000001"
TEMPLATE = "cccc0000-0000-0000-0000-000000000001"
ENTITY = "dddd0000-0000-0000-0000-000000000001"
NOWHERE = "ffff0000-0000-0000-0000-000000000001"
API = "/forgeportal/api/v1"

# The three shapes of one run: a row, an object of the newer list, one of the older detail.
ROW: dict[str, Any] = {
    "id": "r",
    "action_id": "a",
    "template_run_id": "t",
    "step_id": "s",
    "requested_by": "alex@example.com",
    "status": "success",
    "retry_count": 1,
    "started_at": "2026-02-25T14:00:00Z",
    "finished_at": "2026-02-25T14:01:30Z",
    "created_at": "2026-02-25T13:59:58Z",
}
CAMEL: dict[str, Any] = {
    "id": "r",
    "actionId": "a",
    "templateRunId": "t",
    "stepId": "s",
    "requestedBy": "alex@example.com",
    "status": "success",
    "retryCount": 1,
    "startedAt": "2026-02-25T14:00:00Z",
    "finishedAt": "2026-02-25T14:01:30Z",
    "createdAt": "2026-02-25T13:59:58Z",
}
DETAIL = {"runId": CAMEL["id"], **{name: CAMEL[name] for name in CAMEL if name != "id"}}


@pytest.mark.parametrize("shape", [ROW, CAMEL, DETAIL], ids=["row", "list", "detail"])
def test_the_three_shapes_of_a_run_are_one(shape: dict[str, Any]) -> None:
    """Whichever the service writes, the fields are the same."""
    run = structure(shape, ActionRun)
    assert run == structure(ROW, ActionRun)
    assert (run.id, run.action_id, run.step_id, run.retry_count) == ("r", "a", "s", 1)
    assert run.started_at == datetime(2026, 2, 25, 14, tzinfo=UTC)
    assert (run.state, run.is_terminal) == (RunState.SUCCEEDED, True)
    assert dict(run.unknown_fields) == {}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", RunState.QUEUED),
        ("running", RunState.RUNNING),
        ("success", RunState.SUCCEEDED),
        ("failed", RunState.FAILED),
        ("canceled", RunState.CANCELED),
        ("paused", RunState.UNKNOWN),
    ],
)
def test_each_status_has_a_state(status: str, state: RunState) -> None:
    """The service's own word stays in ``status``."""
    run = structure({"id": "r", "status": status}, ActionRun)
    assert (run.state, run.status) == (state, status)


async def test_running_an_action(emulator: Emulator, forge: AsyncForgePortalClient) -> None:
    """Input, entity and key arrive; the run is queued."""
    started = await forge.action_runs.run_action(
        ACTION, input={"branch": "main"}, entity_id=ENTITY, idempotency_key="key-1"
    )
    assert (started.status, started.state, started.cached) == ("queued", RunState.QUEUED, UNSET)
    row = await emulator.forgeportal.run(started.id)
    assert (row["input"], row["entity_id"], row["idempotency_key"]) == (
        {"branch": "main"},
        ENTITY,
        "key-1",
    )


async def test_a_key_whose_run_has_succeeded_gives_that_run(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """No second run is made; the output comes along."""
    first = await forge.action_runs.run_action(ACTION, idempotency_key="key-1")
    await emulator.forgeportal.finish(first.id, output={"url": "u"})
    again = await forge.action_runs.run_action(ACTION, idempotency_key="key-1")
    assert again == StartedRun(id=first.id, status="success", cached=True, output={"url": "u"})


async def test_a_key_whose_run_goes_on_may_exist(forge: AsyncForgePortalClient) -> None:
    """The service answers 500; the error says what that may mean, after one request."""
    await forge.action_runs.run_action(ACTION, idempotency_key="key-1")
    with pytest.raises(ServerError, match=r"may exist.*idempotency_key") as caught:
        await forge.action_runs.run_action(ACTION, idempotency_key="key-1")
    assert (caught.value.attempts, caught.value.maybe_sent) == (1, True)


async def test_a_lost_answer_with_a_key_is_asked_for_again(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """The request was executed, so the repetition meets its key: nothing runs twice."""
    emulator.fail_next("POST", f"{API}/actions/{{action_id}}/run", reset="after")
    with pytest.raises(ServerError, match="may exist"):
        await forge.action_runs.run_action(ACTION, idempotency_key="key-1")
    page = await forge.action_runs.list_action_runs()
    assert [run.status for run in page.runs] == ["queued"]


async def test_running_no_action(forge: AsyncForgePortalClient) -> None:
    """An action that is not there is not found; an empty id is not even sent."""
    with pytest.raises(NotFound) as caught:
        await forge.action_runs.run_action(NOWHERE, idempotency_key="key-1")
    assert not caught.value.maybe_sent
    with pytest.raises(InvalidRequest, match="action_id is empty"):
        await forge.action_runs.run_action("")


@pytest.mark.parametrize("shape", ["snake", "camel"])
async def test_the_list_in_both_shapes(shape: Any) -> None:
    """As documented, and as newer portals write it."""
    async with (
        Emulator(auto_progress=False, forgeportal_list_shape=shape) as emulator,
        AsyncForgePortalClient(base_url=emulator.forgeportal_url, session_cookie="") as forge,
    ):
        run_id = await emulator.forgeportal.add_run()
        (run,) = (await forge.action_runs.list_action_runs()).runs
        assert (run.id, run.action_id) == (run_id, ACTION)
        assert isinstance(run.created_at, datetime)
        assert dict(run.unknown_fields) == {}


async def test_listing_runs_with_filters(emulator: Emulator, forge: AsyncForgePortalClient) -> None:
    """By status, entity and page; the page says how many there are in all."""
    await emulator.forgeportal.add_runs(5)
    await emulator.forgeportal.add_runs(3, status="failed", entity_id=ENTITY)
    runs = forge.action_runs
    page = await runs.list_action_runs(status="queued", limit=2, offset=4)
    assert len(page.runs) == 1
    assert page.pagination
    assert (page.pagination.limit, page.pagination.offset, page.pagination.total) == (2, 4, 5)
    assert len((await runs.list_action_runs(entity_id=ENTITY)).runs) == 3
    assert (await runs.list_action_runs(template_id=TEMPLATE)).runs == []


@pytest.mark.parametrize("limit", [0, 201])
async def test_a_page_is_1_to_200_runs(forge: AsyncForgePortalClient, limit: int) -> None:
    """The service would take another number instead, without a word."""
    with pytest.raises(InvalidRequest, match="limit must be at least 1 and at most 200"):
        await forge.action_runs.list_action_runs(limit=limit)


async def test_iterating_over_runs(emulator: Emulator, forge: AsyncForgePortalClient) -> None:
    """All pages, 200 runs each unless another size is given."""
    run_ids = await emulator.forgeportal.add_runs(450)
    route = f"{API}/action-runs"
    found = [run.id async for run in forge.action_runs.iter_action_runs()]
    assert set(found) == set(run_ids)
    assert emulator.requests.count("GET", route) == 3


async def test_the_details_of_a_run(emulator: Emulator, forge: AsyncForgePortalClient) -> None:
    """The newer detail is the row; the older one adds the links of the output."""
    run_id = await emulator.forgeportal.add_run()
    await emulator.forgeportal.start(run_id)
    await emulator.forgeportal.finish(run_id)
    run = await forge.action_runs.get_action_run(run_id)
    older = await forge.action_runs.get_action_run_with_links(run_id)
    assert (run.id, run.status, run.output) == (run_id, "success", older.output)
    assert run.started_at == older.started_at
    assert run.links is UNSET
    assert older.links


async def test_a_failed_run_tells_its_error(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """It stands in the output."""
    run_id = await emulator.forgeportal.add_run()
    await emulator.forgeportal.finish(run_id, "failed", output={"error": "no quota"})
    assert (await forge.action_runs.get_action_run(run_id)).output == {"error": "no quota"}


async def test_an_unknown_run_is_not_found(forge: AsyncForgePortalClient) -> None:
    """Whichever way it is asked for."""
    runs = forge.action_runs
    for ask in (
        runs.get_action_run,
        runs.get_action_run_with_links,
        runs.get_action_run_logs,
        runs.cancel_action_run,
    ):
        with pytest.raises(NotFound):
            await ask(NOWHERE)


async def test_the_older_list(emulator: Emulator, forge: AsyncForgePortalClient) -> None:
    """The caller's own runs, another user's, or an entity's."""
    await emulator.forgeportal.add_runs(2, user="someone@example.com")
    await emulator.forgeportal.add_runs(3, user="someone@example.com", entity_id=ENTITY)
    runs = forge.action_runs
    started = await runs.run_action(ACTION)
    assert [run.id for run in await runs.list_recent_action_runs()] == [started.id]
    theirs = await runs.list_recent_action_runs(requested_by="someone@example.com", limit=4)
    assert len(theirs) == 4
    assert len(await runs.list_recent_action_runs(entity_id=ENTITY)) == 3


async def test_canceling_a_run(emulator: Emulator, forge: AsyncForgePortalClient) -> None:
    """A queued run is canceled; one that runs is not, and the error says where it stands."""
    queued, running = await emulator.forgeportal.add_runs(2)
    await emulator.forgeportal.start(running)
    canceled = await forge.action_runs.cancel_action_run(queued)
    assert (canceled.id, canceled.state) == (queued, RunState.CANCELED)
    with pytest.raises(Conflict, match="running"):
        await forge.action_runs.cancel_action_run(running)


async def test_the_log_of_a_run(emulator: Emulator, forge: AsyncForgePortalClient) -> None:
    """All entries, oldest first, each with its time and level."""
    run_id = await emulator.forgeportal.add_run()
    await emulator.forgeportal.add_log(run_id, "one")
    await emulator.forgeportal.add_log(run_id, "two", "warn")
    entries = await forge.action_runs.get_action_run_logs(run_id)
    assert [(entry.level, entry.message) for entry in entries] == [("info", "one"), ("warn", "two")]
    assert all(isinstance(entry.ts, datetime) for entry in entries)


async def test_templates(forge: AsyncForgePortalClient) -> None:
    """The list, without steps, and one with them."""
    listed = {template.id: template for template in await forge.templates.list_templates()}
    template = await forge.templates.get_template(TEMPLATE)
    assert listed[TEMPLATE].name == template.name == "new_service"
    assert not listed[TEMPLATE].steps
    assert template.steps
    with pytest.raises(NotFound):
        await forge.templates.get_template(NOWHERE)


async def test_running_a_template(emulator: Emulator, forge: AsyncForgePortalClient) -> None:
    """A run with steps, each an action run; it is listed, and can be canceled."""
    started = await forge.templates.run_template(TEMPLATE, inputs={"name": "x"})
    assert started.state is RunState.RUNNING
    run = await forge.templates.get_template_run(started.id)
    assert (run.id, run.template_id, run.state) == (started.id, TEMPLATE, RunState.RUNNING)
    assert run.steps
    assert run.steps[0].status == "queued"
    page = await forge.templates.list_template_runs(status="running", limit=10)
    assert ([row.id for row in page.runs], page.total) == ([started.id], 1)
    assert page.runs[0].template_id == TEMPLATE
    assert [row.id async for row in forge.templates.iter_template_runs()] == [started.id]
    canceled = await forge.templates.cancel_template_run(started.id)
    assert canceled.state is RunState.CANCELED
    with pytest.raises(Conflict):
        await forge.templates.cancel_template_run(started.id)


async def test_a_template_id_has_to_be_a_uuid(forge: AsyncForgePortalClient) -> None:
    """The service says what is wrong with the body."""
    with pytest.raises(BadRequest) as caught:
        await forge.templates.run_template("new_service")
    assert caught.value.code == "ValidationError"


async def test_ten_runs_leave_at_once_and_the_eleventh_waits() -> None:
    """The service, which counts to ten a minute, never has to refuse; the client shows the wait."""
    async with (
        Emulator(auto_progress=False, forgeportal_run_limit=10) as emulator,
        AsyncForgePortalClient(base_url=emulator.forgeportal_url, session_cookie="") as forge,
    ):
        assert forge.run_action_wait == 0.0
        await asyncio.gather(*(forge.action_runs.run_action(ACTION) for _ in range(10)))
        assert 50 < forge.run_action_wait <= 61
        waiting = asyncio.create_task(forge.action_runs.run_action(ACTION, timeout=1))
        await forge.action_runs.list_action_runs()
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        statuses = [record.status for record in emulator.requests if record.method == "POST"]
        assert statuses == [202] * 10
        assert forge.run_template_wait == 0.0
