"""Watch: every change once, every end once, whatever the service does."""

from __future__ import annotations

from typing import Any

import pytest

from actionruns.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    DecodeFailed,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RunGone,
    ServerError,
    WaitTimeout,
)
from actionruns.states import RunState
from actionruns.watching import Outcome, Watch, WatchSettings
from tests.watching.fakes import (
    FAST,
    FakeRun,
    FakeSource,
    collect,
    end_all_in_round,
    ids,
    last_by_run,
    watch,
)

pytestmark = pytest.mark.anyio


async def test_the_first_update_tells_the_state_at_the_start() -> None:
    """A run's first update has no previous state."""
    source = FakeSource(ids(5))
    watching = watch(source)
    updates = [await anext(watching) for _ in range(5)]
    await watching.aclose()
    assert {update.run_id for update in updates} == set(ids(5))
    assert {(update.previous, update.state) for update in updates} == {(None, RunState.RUNNING)}


async def test_each_change_is_told_once_and_in_order() -> None:
    """A run that is queued, running and done makes three updates, however many rounds pass."""
    source = FakeSource(ids(5))

    def move(number: int) -> None:
        for run in source.runs.values():
            run.status = "queued" if number < 4 else "running" if number < 8 else "success"

    source.each_round = move
    updates = [u for u in await collect(watch(source)) if u.run_id == "r_0"]
    assert [(u.previous, u.state) for u in updates] == [
        (None, RunState.QUEUED),
        (RunState.QUEUED, RunState.RUNNING),
        (RunState.RUNNING, RunState.SUCCEEDED),
    ]
    assert [u.outcome for u in updates] == [None, None, Outcome.ENDED]


async def test_following_costs_pages_and_completions() -> None:
    """Each round costs the list's pages, each end one question for the run."""
    source = FakeSource(ids(100), page_size=10)

    def end_some(number: int) -> None:
        for run_id in ids(100)[(number - 1) * 20 : number * 20]:
            source.end(run_id)

    source.each_round = end_some
    updates = await collect(watch(source))
    assert sum(update.is_terminal for update in updates) == 100
    # The last twenty are as few as end in a look: asking for each is as cheap as the list then.
    assert 100 <= len(source.singles) <= 120
    assert source.pages <= 8 + 6 + 4 + 2 + 2


async def test_an_end_is_told_from_the_runs_own_answer_only() -> None:
    """A row that says that the run has ended is confirmed by asking for the run."""
    source = FakeSource(ids(5))
    source.stale = {"r_3": "success"}
    source.each_round = end_all_in_round(source, 3)
    updates = await collect(watch(source))
    assert "r_3" in source.singles
    assert [u.state for u in updates if u.run_id == "r_3"] == [
        RunState.RUNNING,
        RunState.SUCCEEDED,
    ]


async def test_a_run_that_the_list_hides_is_followed_all_the_same() -> None:
    """Absence from the list is a hint: the run is asked for, less often while it stays active."""
    source = FakeSource(ids(5))
    source.hidden = {"r_1"}
    source.each_round = end_all_in_round(source, 30)
    updates = await collect(watch(source))
    assert [u.state for u in updates if u.run_id == "r_1"] == [
        RunState.RUNNING,
        RunState.SUCCEEDED,
    ]
    assert source.singles.count("r_1") <= 12


async def test_short_and_empty_pages_do_not_end_a_sweep() -> None:
    """Only the absence of a cursor ends the list."""
    source = FakeSource(ids(60), page_size=10)
    source.empty_pages = 1
    watching = watch(source)
    updates = [await anext(watching) for _ in range(60)]
    await watching.aclose()
    assert {update.run_id for update in updates} == set(ids(60))
    assert source.singles == []


async def test_a_cursor_that_repeats_does_not_hang_the_watch() -> None:
    """When the pages go in a circle, single runs are asked for instead."""
    source = FakeSource(ids(8), page_size=2)
    source.repeat_cursor = True
    for run_id in ids(8):
        source.end(run_id)
    updates = await collect(watch(source))
    assert {update.run_id for update in updates if update.is_terminal} == set(ids(8))


async def test_a_full_page_without_a_cursor_proves_nothing_about_older_runs() -> None:
    """Runs beyond the only page are asked for, and not taken as ended."""
    source = FakeSource(ids(10), page_size=4)
    source.cursors = False
    watching = watch(source)
    updates = [await anext(watching) for _ in range(10)]
    await watching.aclose()
    assert {update.state for update in updates} == {RunState.RUNNING}
    assert set(source.singles) == set(ids(10)[4:])


async def test_a_refused_list_is_replaced_by_single_questions() -> None:
    """Credentials that may not list may still ask for each run."""
    source = FakeSource(ids(6))
    source.list_error = PermissionDenied("no", status=403)
    for run_id in ids(6):
        source.end(run_id)
    updates = await collect(watch(source))
    assert {update.outcome for update in updates} == {Outcome.ENDED}
    assert source.pages == 1


async def test_few_runs_are_asked_for_one_by_one() -> None:
    """For a handful of runs the list is not read."""
    source = FakeSource(ids(2))
    for run_id in ids(2):
        source.end(run_id)
    await collect(watch(source))
    assert source.pages == 0


async def test_a_passing_failure_of_the_list_does_not_end_the_watch() -> None:
    """After a bad moment the next round goes on as if nothing had been."""
    source = FakeSource(ids(6))

    def fail_at_first(number: int) -> None:
        source.list_error = ServerError("bad moment", status=503) if number < 3 else None
        if number == 5:
            for run_id in ids(6):
                source.end(run_id)

    source.each_round = fail_at_first
    updates = await collect(watch(source))
    assert [u.outcome for u in last_by_run(updates).values()] == [Outcome.ENDED] * 6


async def test_a_list_that_fails_for_too_long_gives_all_runs_up() -> None:
    """When nothing can be learnt any more, each run has its own last update that says so."""
    source = FakeSource(ids(6))
    source.list_error = ServerError("down", status=503)
    settings = WatchSettings(interval=1e-6, give_up_after=1e-6)
    updates = await collect(watch(source, settings=settings))
    assert {u.outcome for u in updates} == {Outcome.FAILED_TO_FOLLOW}
    assert all(isinstance(u.error, ServerError) for u in updates)
    assert len(updates) == 6


async def test_an_unknown_run_has_a_grace_time() -> None:
    """404 just after creation is not the end: the grace starts anew with each success."""
    source = FakeSource(ids(1))
    missing = NotFound("not yet", status=404)
    source.errors["r_0"] = [missing, missing, None, missing, None]
    watching = watch(source)
    assert (await anext(watching)).state is RunState.RUNNING
    source.end("r_0")
    assert (await anext(watching)).outcome is Outcome.ENDED


async def test_a_run_unknown_for_longer_is_gone_and_the_others_go_on() -> None:
    """A lost run is its own outcome, never the watch's end."""
    source = FakeSource(ids(2))
    source.end("r_0")
    source.end("r_1")
    settings = WatchSettings(interval=1e-6, not_found_grace=1e-6)
    updates = last_by_run(await collect(watch(source, "r_0", "r_1", "lost", settings=settings)))
    assert updates["lost"].outcome is Outcome.GONE
    error = updates["lost"].error
    assert isinstance(error, RunGone)
    assert error.ref == "fake:lost"
    assert updates["r_0"].outcome is updates["r_1"].outcome is Outcome.ENDED


async def test_failures_do_not_end_the_following_of_a_run() -> None:
    """A run that could not be asked for is asked for again."""
    source = FakeSource(ids(1))
    failures = [ServerError("oops", status=500), ConnectionFailed("reset")]
    source.errors["r_0"] = [failures[0], None, *failures, None]
    watching = watch(source)
    assert (await anext(watching)).state is RunState.RUNNING
    source.end("r_0")
    (update,) = await collect(watching)
    assert update.outcome is Outcome.ENDED
    assert len(source.singles) == 5


async def test_a_run_that_keeps_failing_is_given_up_with_its_error() -> None:
    """What stood against following a run is in its last update."""
    source = FakeSource(ids(2))
    source.end("r_1")
    source.errors["r_0"] = [ServerError("always", status=500)]
    settings = WatchSettings(interval=1e-6, give_up_after=1e-6)
    updates = last_by_run(await collect(watch(source, settings=settings)))
    assert updates["r_0"].outcome is Outcome.FAILED_TO_FOLLOW
    assert isinstance(updates["r_0"].error, ServerError)
    assert updates["r_1"].outcome is Outcome.ENDED


async def test_for_a_row_that_cannot_be_decoded_the_run_is_asked() -> None:
    """A row is a hint: the run's own answer stands for it, and the other rows are told as usual."""
    source = FakeSource(ids(5))
    source.broken = {"r_2"}
    watching = watch(source)
    updates = last_by_run([await anext(watching) for _ in range(5)])
    await watching.aclose()
    assert {update.state for update in updates.values()} == {RunState.RUNNING}
    assert source.singles == ["r_2"]


async def test_a_run_that_can_never_be_decoded_is_given_up() -> None:
    """Its row is seen in every round, but nothing can be learnt of it."""
    source = FakeSource(ids(5))
    source.broken = {"r_2"}
    source.errors["r_2"] = [DecodeFailed("not a run")]
    settings = WatchSettings(interval=1e-6, give_up_after=1e-6)
    watching = watch(source, settings=settings)
    updates = last_by_run([await anext(watching) for _ in range(5)])
    await watching.aclose()
    assert updates["r_2"].outcome is Outcome.FAILED_TO_FOLLOW
    assert {u.state for i, u in updates.items() if i != "r_2"} == {RunState.RUNNING}


@pytest.mark.parametrize("count", [1, 10])
async def test_refused_credentials_end_the_watch_with_their_error(count: int) -> None:
    """Nothing can be followed then, so the error is raised, and not as an exception group."""
    source = FakeSource(ids(count))
    error = AuthenticationFailed("401", status=401)
    source.list_error = error
    source.errors = {run_id: [error] for run_id in ids(count)}
    with pytest.raises(AuthenticationFailed):
        await collect(watch(source))


async def test_a_timeout_of_a_run_never_seen_tells_the_last_failure() -> None:
    """What stood in the way is in the message, and is the error's cause."""
    source = FakeSource(ids(1))
    source.errors["r_0"] = [ServerError("the database is down", status=503)]
    settings = WatchSettings(interval=1e-6, timeout=0.02)
    (update,) = await collect(watch(source, settings=settings))
    assert "was not seen within 0.02 s; the last failure was: the database" in str(update.error)
    assert isinstance(update.error, WaitTimeout)
    assert isinstance(update.error.__cause__, ServerError)


async def test_the_timeout_gives_each_run_that_goes_on_a_last_update() -> None:
    """Runs that have ended are told as such, the others as timed out, with the run as last seen."""
    source = FakeSource(ids(5))
    source.end("r_0")
    settings = WatchSettings(interval=1e-6, timeout=0.05)
    updates = last_by_run(await collect(watch(source, settings=settings)))
    assert updates["r_0"].outcome is Outcome.ENDED
    assert [updates[i].outcome for i in ids(5)[1:]] == [Outcome.TIMED_OUT] * 4
    error = updates["r_1"].error
    assert isinstance(error, WaitTimeout)
    assert error.run == FakeRun("r_1")
    assert "status: running" in str(error)


async def test_the_timeout_cuts_a_request_that_hangs() -> None:
    """A server that does not answer cannot hold the watch beyond its timeout."""
    source = FakeSource(ids(2))
    source.gate.clear()
    settings = WatchSettings(interval=1e-6, timeout=0.02)
    updates = await collect(watch(source, settings=settings))
    assert [update.outcome for update in updates] == [Outcome.TIMED_OUT] * 2
    assert source.in_flight == 0


async def test_an_unknown_status_is_not_an_end() -> None:
    """A status that this version does not know goes on, until the service says that it is over."""
    source = FakeSource(ids(1))
    source.runs["r_0"].status = "hibernating"
    watching = watch(source)
    first = await anext(watching)
    source.runs["r_0"].ended = "2026-01-01T00:00:00Z"
    last = await anext(watching)
    assert (first.state, first.outcome) == (RunState.UNKNOWN, None)
    assert (last.state, last.outcome) == (RunState.UNKNOWN, Outcome.ENDED)


async def test_a_run_that_goes_back_is_told_so() -> None:
    """Running, queued, running is three updates and no end."""
    source = FakeSource(ids(5))

    def move(number: int) -> None:
        states = ["running", "queued", "running", "success"]
        source.runs["r_0"].status = states[min(number - 1, 3)]
        if number > 3:
            for run_id in ids(5):
                source.end(run_id)

    source.each_round = move
    updates = [u.state for u in await collect(watch(source)) if u.run_id == "r_0"]
    assert updates == [RunState.RUNNING, RunState.QUEUED, RunState.RUNNING, RunState.SUCCEEDED]


async def test_progress_counts() -> None:
    """The counters add up at the end."""
    source = FakeSource(ids(10))
    source.end("r_0")
    source.each_round = end_all_in_round(source, 2)
    settings = WatchSettings(interval=1e-6, not_found_grace=1e-6)
    watching = Watch([(source, [*source.runs, "lost"])], settings)
    await collect(watching)
    progress = watching.progress
    assert (progress.followed, progress.ended, progress.lost) == (0, 10, 1)
    assert progress.requests == source.pages + len(source.singles)


async def test_several_services_are_followed_together() -> None:
    """One watch may follow the runs of several sources."""
    one, other = FakeSource(ids(1)), FakeSource(["x"])
    other.service = "other"
    one.end("r_0")
    other.end("x")
    updates = await collect(Watch([(one, ids(1)), (other, ["x"])], FAST))
    ended = Outcome.ENDED
    assert {update.ref: update.outcome for update in updates} == {
        "fake:r_0": ended,
        "other:x": ended,
    }


async def test_no_runs_end_at_once() -> None:
    """Following nothing is no error and asks nothing."""
    source = FakeSource()
    assert await collect(Watch([(source, [])], FAST)) == []
    assert source.pages == 0


async def test_repeated_ids_are_followed_once() -> None:
    """The same id twice makes one last update."""
    source = FakeSource(ids(1))
    source.end("r_0")
    assert len(await collect(watch(source, "r_0", "r_0"))) == 1


@pytest.mark.parametrize(
    ("run_ids", "words"),
    [
        ("r_1", "write \\['r_1'\\]"),
        ([1], "holds 1"),
        ([""], "holds ''"),
        ([None], "holds None"),
        (["é", "\ud800"], "not valid Unicode"),
    ],
)
def test_run_ids_that_are_none_are_refused(run_ids: Any, words: str) -> None:
    """A text instead of a list, and ids that are no texts, are refused before anything is asked."""
    with pytest.raises(InvalidRequest, match=words):
        Watch([(FakeSource(), run_ids)], FAST)
