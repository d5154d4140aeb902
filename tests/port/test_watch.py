"""Following Port's runs: by sweeping the list, against the emulator."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

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


async def test_a_list_without_a_cursor_is_swept_by_filters() -> None:
    """One page is all there is of each list: older runs are found by their action."""
    async with (
        Emulator(auto_progress=False, cursor=False) as emulator,
        AsyncPortClient(base_url=emulator.port_url, token="demo") as port,
    ):
        run_ids = await emulator.add_runs(800, "rotate_secrets")
        run_ids += await emulator.add_runs(800, "run_flaky_tests")
        run_ids += await emulator.add_runs(800, "create_microservice")
        async with Watch([(port.source, run_ids)], WatchSettings(interval=1e-6)) as watching:
            for _ in run_ids:
                assert (await anext(watching)).outcome is None
            # The newest thousand showed two actions; of the third, runs had to be asked for once.
            assert emulator.requests.count("GET", ONE) <= 800
            before = emulator.requests.count("GET", ONE)
            await emulator.finish(run_ids[0], "SUCCESS")
            update = await anext(watching)
            assert (update.run_id, update.outcome) == (run_ids[0], Outcome.ENDED)
            assert emulator.requests.count("GET", ONE) - before <= 3
        shot = watching.snapshot()
    assert shot.pages <= 5 * shot.rounds


async def test_what_no_filter_shows_is_asked_for_in_turn() -> None:
    """Of an action with more active runs than fit on a page, so many in a look as planned."""
    async with (
        Emulator(auto_progress=False, cursor=False) as emulator,
        AsyncPortClient(base_url=emulator.port_url, token="demo") as port,
    ):
        run_ids = await emulator.add_runs(1400, "rotate_secrets")
        settings = WatchSettings(interval=1e-6, max_in_flight=10)
        async with Watch([(port.source, run_ids)], settings) as watching:
            for _ in run_ids:
                assert (await anext(watching)).outcome is None
            await emulator.finish(run_ids[0], "SUCCESS")  # the oldest
            assert (await anext(watching)).run_id == run_ids[0]
            shot = watching.snapshot()
        assert shot.singles <= 40 * shot.rounds
    assert emulator.requests.count("GET", LIST) >= shot.rounds


async def test_an_update_tells_when_the_run_changed(
    emulator: Emulator, port: AsyncPortClient
) -> None:
    """By Port's clock: the end of a run that has ended, else its last change."""
    (run_id,) = await emulator.add_runs(1)
    async with port.watch([run_id], interval=0.01) as watching:
        first = await anext(watching)
        await emulator.finish(run_id, "SUCCESS")
        last = await anext(watching)
    assert first.run is not None
    assert last.run is not None
    assert (first.changed_at, last.changed_at) == (first.run.updated_at, last.run.ended_at)
    assert 0 <= (watching.snapshot().lag_p99 or 0) < 60


async def test_a_checkpoint_takes_up_a_watch_of_port(
    emulator: Emulator, port: AsyncPortClient, tmp_path: Path
) -> None:
    """What was told in the first life is not told in the second, in either form."""
    run_ids = await emulator.add_runs(5)
    file = tmp_path / "watch.db"
    async with port.watch(run_ids, interval=0.01, checkpoint=file) as watching:
        for _ in run_ids:
            await anext(watching)
    for run_id in run_ids:
        await emulator.finish(run_id, "FAILURE")

    def go_on() -> list[tuple[str, RunState | None, bool]]:
        with PortClient(base_url=emulator.port_url, token="demo") as client:
            updates = client.watch([], interval=0.01, checkpoint=file)
            return [(u.run_id, u.previous, u.redelivered) for u in updates]

    told = await asyncio.to_thread(go_on)
    # The last one of the first life was dealt with: its block was left without an exception.
    assert sorted(told) == sorted((run_id, RunState.RUNNING, False) for run_id in run_ids)
