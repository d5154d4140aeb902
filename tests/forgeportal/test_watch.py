"""Following ForgePortal's runs: by sweeping two lists, against the emulator."""

from __future__ import annotations

import asyncio

import pytest

import actionruns
from actionruns import (
    AsyncForgePortalClient,
    ForgePortalClient,
    Outcome,
    RunState,
    WaitTimeout,
    services,
)
from actionruns.emulator import Emulator
from actionruns.watching import Watch, WatchSettings

pytestmark = pytest.mark.anyio

LIST = "/forgeportal/api/v1/action-runs"
ONE = "/forgeportal/api/v1/action-runs/{run_id}"
TEMPLATE = "cccc0000-0000-0000-0000-000000000001"


async def test_two_thousand_runs_are_eleven_requests(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """A look at 2,000 queued runs reads eleven pages of queued and one of running ones."""
    run_ids = await emulator.forgeportal.add_runs(2000)
    async with Watch([(forge.source, run_ids)], WatchSettings(interval=3600)) as watching:
        seen = [await anext(watching) for _ in range(2000)]
    assert {update.run_id for update in seen} == set(run_ids)
    assert {update.state for update in seen} == {RunState.QUEUED}
    assert 10 <= emulator.requests.count("GET", LIST) <= 12
    assert emulator.requests.count("GET", ONE) == 0


async def test_queued_and_running_runs_are_found(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """The lists of both statuses are one sweep; each end is asked for once."""
    run_ids = await emulator.forgeportal.add_runs(20)
    for run_id in run_ids[::2]:
        await emulator.forgeportal.start(run_id)
    async with Watch([(forge.source, run_ids)], WatchSettings(interval=1e-3)) as watching:
        states = {(u := await anext(watching)).run_id: u.state for _ in run_ids}
        assert set(states.values()) == {RunState.QUEUED, RunState.RUNNING}
        for run_id in run_ids:
            await emulator.forgeportal.finish(run_id)
        updates = [update async for update in watching]
    assert [update.state for update in updates] == [RunState.SUCCEEDED] * 20
    assert {update.run_id for update in updates} == set(run_ids)


async def test_a_run_that_goes_back_has_not_ended(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """A failed attempt is a way from running to queued, not an end; the last one is."""
    (run_id,) = await emulator.forgeportal.add_runs(1)
    control = emulator.forgeportal
    async with Watch([(forge.source, [run_id])], WatchSettings(interval=1e-3)) as watching:
        assert (await anext(watching)).state is RunState.QUEUED
        await control.start(run_id)
        assert (await anext(watching)).state is RunState.RUNNING
        await control.fail(run_id)
        update = await anext(watching)
        assert (update.state, update.previous) == (RunState.QUEUED, RunState.RUNNING)
        assert (update.outcome, update.is_terminal) == (None, False)
        await control.start(run_id)
        assert (await anext(watching)).state is RunState.RUNNING
        await control.finish(run_id, "failed")
        last = await anext(watching)
    assert (last.state, last.outcome) == (RunState.FAILED, Outcome.ENDED)


async def test_runs_that_move_by_themselves_are_followed_to_their_end() -> None:
    """With failing attempts, retries and a list whose pages move: each end is the run's own."""
    async with (
        Emulator(
            speed=500, seed=5, forgeportal_retry_rate=0.5, forgeportal_retry_delay=5.0
        ) as emulator,
        AsyncForgePortalClient(base_url=emulator.forgeportal_url, session_cookie="") as forge,
    ):
        run_ids = await emulator.forgeportal.add_runs(300)
        last = {
            update.run_id: update
            async for update in forge.watch(run_ids, interval=0.01)
            if update.is_terminal
        }
        assert last.keys() == set(run_ids)
        for run_id in run_ids:
            assert last[run_id].run is not None
            run = await forge.action_runs.get_action_run(run_id)
            assert last[run_id].run == run


async def test_a_run_hidden_by_moving_pages_is_asked_for(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """Absence from the list is a hint: a run that no page shows is not gone, and has not ended."""
    run_ids = await emulator.forgeportal.add_runs(10)
    emulator.fail_next("GET", LIST, body={"data": [], "pagination": {}}, times=2)
    async with Watch([(forge.source, run_ids)], WatchSettings(interval=3600)) as watching:
        seen = [await anext(watching) for _ in run_ids]
    assert {(update.state, update.outcome) for update in seen} == {(RunState.QUEUED, None)}
    assert emulator.requests.count("GET", ONE) == 10


async def test_an_answer_without_rows_is_no_empty_list(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """A page that lacks its list says nothing of the runs; they are asked for."""
    run_ids = await emulator.forgeportal.add_runs(10)
    emulator.fail_next("GET", LIST, body={"error": None})
    async with Watch([(forge.source, run_ids)], WatchSettings(interval=1e-3)) as watching:
        seen = [await anext(watching) for _ in run_ids]
    assert {update.state for update in seen} == {RunState.QUEUED}


async def test_a_run_whose_worker_has_died_is_stale(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """It is reported as stale after the limit, not followed for ever; others go on."""
    (dead,) = await emulator.forgeportal.add_runs(1, status="running", age=7200)
    (queued,) = await emulator.forgeportal.add_runs(1, age=7200)
    (fresh,) = await emulator.forgeportal.add_runs(1, status="running", age=60)
    run_ids = [dead, queued, fresh]
    async with forge.watch(run_ids, interval=1e-3, stale_after=3600) as watching:
        updates = [await anext(watching) for _ in range(4)]
        stale = updates[-1]
        assert (stale.run_id, stale.outcome) == (dead, Outcome.STALE)
        assert (stale.state, stale.is_terminal) == (RunState.RUNNING, False)
        assert "longer than 3600 s" in str(stale.error)
        await emulator.forgeportal.finish(queued)
        await emulator.forgeportal.finish(fresh)
        last = {update.run_id: update.outcome async for update in watching}
    assert last == {queued: Outcome.ENDED, fresh: Outcome.ENDED}


async def test_waiting_for_a_stale_run_ends(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """The error says for how long the run has been running."""
    (dead,) = await emulator.forgeportal.add_runs(1, status="running", age=7200)
    with pytest.raises(WaitTimeout, match="worker may have died"):
        await forge.wait(dead, interval=1e-3, stale_after=3600)
    (outcome,) = await forge.wait_all([dead], interval=1e-3, stale_after=3600)
    assert (outcome.outcome, outcome.state) == (Outcome.STALE, RunState.RUNNING)


async def test_wait_goes_over_a_retry(emulator: Emulator, forge: AsyncForgePortalClient) -> None:
    """The run that is returned has ended for good."""
    run_id = await emulator.forgeportal.add_run()
    waiting = asyncio.create_task(forge.wait(run_id, interval=1e-3))
    await emulator.forgeportal.start(run_id)
    await emulator.forgeportal.fail(run_id)
    asked = emulator.requests.count("GET", ONE)
    await emulator.requests.reached(asked + 2, "GET", ONE)
    await emulator.forgeportal.finish(run_id)
    assert (await waiting).state is RunState.SUCCEEDED


async def test_wait_all_gives_outcomes_in_order(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """Ended runs and those that go on, in the order asked for."""
    run_ids = await emulator.forgeportal.add_runs(5)
    for run_id in run_ids[:3]:
        await emulator.forgeportal.finish(run_id)
    outcomes = await forge.wait_all(run_ids, interval=1e-3, timeout=0.3)
    assert [outcome.run_id for outcome in outcomes] == run_ids
    kinds = [outcome.outcome for outcome in outcomes]
    assert kinds == [Outcome.ENDED] * 3 + [Outcome.TIMED_OUT] * 2


async def test_the_blocking_forms(emulator: Emulator) -> None:
    """wait, wait_all and watch without a loop of the caller's."""
    run_ids = await emulator.forgeportal.add_runs(5)

    def follow() -> None:
        with ForgePortalClient(base_url=emulator.forgeportal_url, session_cookie="demo") as client:
            with pytest.raises(WaitTimeout):
                client.wait(run_ids[0], timeout=0.05, interval=0.01)
            assert next(iter(client.watch(run_ids, interval=0.01))).previous is None

    await asyncio.to_thread(follow)
    for run_id in run_ids:
        await emulator.forgeportal.finish(run_id)

    def follow_to_the_end() -> None:
        with ForgePortalClient(base_url=emulator.forgeportal_url, session_cookie="demo") as client:
            assert {u.state for u in client.watch(run_ids, interval=0.01)} == {RunState.SUCCEEDED}
            assert all(outcome.succeeded for outcome in client.wait_all(run_ids, interval=0.01))
            assert client.wait(run_ids[0]).state is RunState.SUCCEEDED

    await asyncio.to_thread(follow_to_the_end)


async def test_two_services_in_one_watch(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`actionruns.watch` follows Port's and ForgePortal's runs together."""
    run_id = await emulator.forgeportal.add_run()
    await emulator.forgeportal.finish(run_id)
    port_id = await emulator.add_run()
    await emulator.finish(port_id, "SUCCESS")
    monkeypatch.setenv("FORGEPORTAL_URL", emulator.forgeportal_url)
    monkeypatch.setenv("FORGEPORTAL_SESSION", "demo")
    monkeypatch.setenv("PORT_BASE_URL", emulator.port_url)
    monkeypatch.setenv("PORT_API_KEY", "demo")
    refs = {f"forgeportal:{run_id}", f"port:{port_id}"}
    updates = [update async for update in actionruns.watch(refs)]
    assert {update.ref for update in updates} == refs
    assert {update.state for update in updates} == {RunState.SUCCEEDED}
    assert "forgeportal" in services.SERVICES


async def test_a_watch_by_reference_has_a_stale_limit(
    emulator: Emulator, forge: AsyncForgePortalClient
) -> None:
    """A dead worker's run is told as such over several services, too."""
    (dead,) = await emulator.forgeportal.add_runs(1, status="running", age=7200)
    watching = actionruns.watch(
        [f"forgeportal:{dead}"], clients={"forgeportal": forge}, interval=1e-3, stale_after=3600
    )
    assert [update.outcome async for update in watching] == [None, Outcome.STALE]


async def test_template_runs_are_followed() -> None:
    """A watch of their own follows the runs of templates to their end."""
    async with (
        Emulator(auto_progress=False, forgeportal_template_limit=None) as emulator,
        AsyncForgePortalClient(base_url=emulator.forgeportal_url, session_cookie="") as forge,
    ):
        ids = [(await forge.templates.run_template(TEMPLATE)).id for _ in range(5)]
        source = forge.template_source
        page = await source.active_page(None)
        assert {source.from_row(row).state for row in page.rows} == {RunState.RUNNING}
        assert ({row.run_id for row in page.rows}, page.cursor) == (set(ids), None)
        seen: dict[str, list[RunState]] = {run_id: [] for run_id in ids}
        async with Watch([(source, ids)], WatchSettings(interval=0.01)) as watch:
            async for update in watch:
                seen[update.run_id].append(update.state)
                if not update.is_terminal:
                    await forge.templates.cancel_template_run(update.run_id)
    assert list(seen.values()) == [[RunState.RUNNING, RunState.CANCELED]] * 5


async def test_pages_of_template_runs() -> None:
    """A full page of running template runs is followed by another one."""
    rows = [{"id": f"t{n}", "status": "running"} for n in range(199)] + [{"id": "t"}]
    async with (
        Emulator(auto_progress=False) as emulator,
        AsyncForgePortalClient(base_url=emulator.forgeportal_url, session_cookie="") as forge,
    ):
        route = "/forgeportal/api/v1/templates/runs"
        emulator.fail_next("GET", route, status=200, body={"data": {"runs": rows, "total": 201}})
        page = await forge.template_source.active_page(None)
        last = await forge.template_source.active_page(page.cursor)
        asked = [record.query for record in emulator.requests]
    assert (len(list(page.rows)), page.cursor, last.rows, last.cursor) == (199, "200", [], None)
    assert asked == [f"status=running&limit=200&offset={offset}" for offset in (0, 200)]
