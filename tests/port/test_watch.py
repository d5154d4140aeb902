"""Following Port's runs: by sweeping the list, against the emulator."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

import actionruns
from actionruns import (
    AsyncPortClient,
    AuthenticationFailed,
    DecodeFailed,
    InvalidRequest,
    Outcome,
    PortClient,
    RunState,
    WaitTimeout,
    services,
)
from actionruns.emulator import Emulator
from actionruns.port import PortSource
from actionruns.watching import Watch, WatchSettings

pytestmark = pytest.mark.anyio

LIST = "/port/v1/actions/runs"
ONE = "/port/v1/actions/runs/{run_id}"


async def test_following_two_thousand_runs_takes_pages_and_completions(
    emulator: Emulator, port: AsyncPortClient
) -> None:
    """Not runs times intervals: each round reads the list's pages, each end asks once."""
    run_ids = await emulator.add_runs(2000)
    settings = WatchSettings(interval=1e-6)
    ended = 0
    rounds_with_changes = 0
    async with Watch([(port.source, run_ids)], settings) as watching:
        for _ in range(2000):
            assert (await anext(watching)).previous is None
        for begin in range(0, 2000, 500):
            for run_id in run_ids[begin : begin + 500]:
                await emulator.finish(run_id, "SUCCESS")
            rounds_with_changes += 1
            for _ in range(500):
                ended += (await anext(watching)).is_terminal
        rounds = watching.progress.rounds
    assert ended == 2000
    assert emulator.requests.count("GET", ONE) == 2000
    assert emulator.requests.count("GET", LIST) <= 2 * rounds


async def test_ten_thousand_runs_are_ten_requests(
    emulator: Emulator, port: AsyncPortClient
) -> None:
    """A look at 10,000 active runs reads ten pages."""
    run_ids = await emulator.add_runs(10_000)
    async with Watch([(port.source, run_ids)], WatchSettings(interval=3600)) as watching:
        seen = [await anext(watching) for _ in range(10_000)]
    assert {update.run_id for update in seen} == set(run_ids)
    assert emulator.requests.count("GET", LIST) == 10
    assert emulator.requests.count("GET", ONE) == 0


async def test_runs_that_move_by_themselves_are_followed_to_their_end() -> None:
    """Approvals, failures and successes, all of them once."""
    async with (
        Emulator(speed=200, seed=5) as emulator,
        AsyncPortClient(base_url=emulator.port_url, token="demo") as port,
    ):
        run_ids = await emulator.add_runs(200)
        run_ids += await emulator.add_runs(50, "deploy_to_production")
        updates = [update async for update in port.watch(run_ids, interval=0.01)]
        last = {update.run_id: update.run for update in updates if update.is_terminal}
        for run_id in run_ids:
            run = last[run_id]
            assert run is not None
            assert run.status == (await port.action_runs.get_action_run(run_id)).status
    assert Counter(update.outcome for update in updates)[Outcome.ENDED] == 250


async def test_wait_returns_the_ended_run(emulator: Emulator, port: AsyncPortClient) -> None:
    """It is asked for until it has ended."""
    run_id = await emulator.add_run()
    waiting = asyncio.create_task(port.wait(run_id, interval=0.001))
    await emulator.requests.reached(2, "GET", ONE)
    await emulator.finish(run_id, "FAILURE")
    assert (await waiting).state is RunState.FAILED


async def test_wait_all_gives_outcomes_in_order(emulator: Emulator, port: AsyncPortClient) -> None:
    """Ended runs and those that go on, in the order asked for."""
    run_ids = await emulator.add_runs(5)
    for run_id in run_ids[:3]:
        await emulator.finish(run_id, "SUCCESS")
    outcomes = await port.wait_all(run_ids, interval=0.001, timeout=0.2)
    assert [outcome.run_id for outcome in outcomes] == run_ids
    kinds = [outcome.outcome for outcome in outcomes]
    assert kinds == [Outcome.ENDED] * 3 + [Outcome.TIMED_OUT] * 2


async def test_a_wait_survives_failing_requests(emulator: Emulator, port: AsyncPortClient) -> None:
    """A reset and a 500 that outlive the retries do not end it."""
    run_id = await emulator.add_run()
    await emulator.finish(run_id, "SUCCESS")
    emulator.fail_next("GET", ONE, status=501, times=2)
    assert (await port.wait(run_id, interval=0.001)).state is RunState.SUCCEEDED


async def test_the_blocking_forms(emulator: Emulator, port: AsyncPortClient) -> None:
    """wait, wait_all and watch without a loop of the caller's."""
    run_ids = await emulator.add_runs(20)

    def follow() -> None:
        with PortClient(base_url=emulator.port_url, token="demo") as client:
            with pytest.raises(WaitTimeout):
                client.wait(run_ids[0], timeout=0.05, interval=0.01)
            updates = client.watch(run_ids, interval=0.01)
            assert next(iter(updates)).previous is None

    await asyncio.to_thread(follow)
    for run_id in run_ids:
        await emulator.finish(run_id, "SUCCESS")

    def follow_to_the_end() -> None:
        with PortClient(base_url=emulator.port_url, token="demo") as client:
            assert {u.state for u in client.watch(run_ids, interval=0.01)} == {RunState.SUCCEEDED}
            assert all(o.succeeded for o in client.wait_all(run_ids, interval=0.01))
            assert client.wait(run_ids[0]).state is RunState.SUCCEEDED

    await asyncio.to_thread(follow_to_the_end)


async def test_watching_by_reference(
    emulator: Emulator, port: AsyncPortClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`actionruns.watch` makes clients from the environment, or takes the caller's."""
    run_ids = await emulator.add_runs(5)
    for run_id in run_ids:
        await emulator.finish(run_id, "SUCCESS")
    refs = [f"port:{run_id}" for run_id in run_ids]
    monkeypatch.setenv("PORT_BASE_URL", emulator.port_url)
    monkeypatch.setenv("PORT_API_KEY", "demo")
    assert {u.ref async for u in actionruns.watch(refs)} == set(refs)
    assert {u.ref async for u in actionruns.watch(refs, clients={"port": port})} == set(refs)
    assert not port.closed


async def test_watching_by_reference_closes_the_clients_that_it_made(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client made for a watch is closed when the watch has ended or is closed."""
    run_id = await emulator.add_run()
    made: list[AsyncPortClient] = []

    def make() -> AsyncPortClient:
        made.append(AsyncPortClient(base_url=emulator.port_url, token="demo"))
        return made[-1]

    monkeypatch.setattr(services, "SERVICES", {"port": make})
    async with actionruns.watch([f"port:{run_id}"], interval=0.01) as left_early:
        await anext(left_early)
    async for update in actionruns.watch([f"port:{run_id}"], interval=0.01):
        if not update.is_terminal:
            await emulator.finish(run_id, "SUCCESS")
    assert [client.closed for client in made] == [True, True]


@pytest.mark.parametrize("refs", ["port:r_1", ["r_1"], ["mars:r_1"], ["port:"], [17]])
def test_references_that_are_none_are_refused(refs: list[str]) -> None:
    """The message shows how a run is referred to."""
    with pytest.raises(InvalidRequest, match="port:"):
        actionruns.watch(refs)


async def test_refused_credentials_end_a_watch(emulator: Emulator) -> None:
    """One clear error instead of a watch that learns nothing."""
    run_ids = await emulator.add_runs(10)
    async with AsyncPortClient(base_url=emulator.port_url, token="dead") as port:
        with pytest.raises(AuthenticationFailed):
            async for _ in port.watch(run_ids):
                pass


async def test_a_sweep_leaves_the_heavy_fields_out(
    emulator: Emulator, port: AsyncPortClient
) -> None:
    """Rows come without payload and properties; an ended run is complete."""
    run_ids = await emulator.add_runs(5)
    page = await port.source.active_page(None)
    assert {row.run_id for row in page.rows} == set(run_ids)
    assert not any("payload" in row.data or "properties" in row.data for row in page.rows)


async def test_a_list_without_runs_is_a_decode_error(
    emulator: Emulator, port: AsyncPortClient
) -> None:
    """A page without runs, or with a cursor that is no text, is not taken for a last one."""
    source: PortSource = port.source
    for body in ({"ok": True}, {"runs": [], "next": 5}, {"runs": [], "next": {"a": 1}}):
        emulator.fail_next("GET", LIST, status=200, body=body)
        with pytest.raises(DecodeFailed):
            await source.active_page(None)


@pytest.mark.parametrize("row", [{"id": ["x"], "status": "S"}, {"id": "r"}, {"status": "S"}, {}])
async def test_a_row_that_tells_no_status_is_left_out(
    emulator: Emulator, port: AsyncPortClient, row: dict[str, object]
) -> None:
    """One odd row spoils nothing: its run is asked for itself, as if the list had not shown it."""
    body = {"ok": True, "runs": [row, {"id": "r_1", "status": "IN_PROGRESS"}]}
    emulator.fail_next("GET", LIST, status=200, body=body)
    page = await port.source.active_page(None)
    assert [read.run_id for read in page.rows] == ["r_1"]
