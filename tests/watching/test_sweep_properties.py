"""Whatever a service does: each end is told once, none is invented, and the price is the plan's."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionruns.errors import ActionRunsError, WaitTimeout
from actionruns.states import RunState
from actionruns.watching import Outcome, RunUpdate, Watch, WatchSettings
from tests.watching.fakes import STATES, FakeRun
from tests.watching.simulation import EPOCH, Fault, Habits, History, Paging, SimulatedSource
from tests.watching.virtual import run_virtually

EXAMPLES = int(os.environ.get("ACTIONRUNS_EXAMPLES", "150"))
"""Histories that are tried; ``ACTIONRUNS_EXAMPLES=10000`` before a release."""

TIMEOUT = 300.0
GRACE = 20.0
# Time in which a run that has ended is seen, at the latest: a few looks at the longest interval,
# twice as long after a refusal.
SLACK = 120.0

seconds = st.floats(0.0, 40.0, width=16)
statuses = st.sampled_from(["queued", "running", "strange"])
histories = st.builds(
    History,
    phases=st.lists(st.tuples(seconds, statuses), max_size=4),
    end=st.sampled_from(["success", "failure", "success", "running"]),
    vanishes=st.none() | st.none() | seconds,
    hidden=st.just((0.0, 0.0)) | st.tuples(seconds, st.floats(0.0, 400.0, width=16)),
    broken=st.sampled_from([False, False, False, True]),
    part=st.sampled_from("abc"),
)
habits = st.builds(
    Habits,
    paging=st.sampled_from(Paging),
    page_size=st.integers(1, 6),
    lag=st.sampled_from([0.0, 0.0, 3.0]),
    page_seconds=st.sampled_from([0.0, 0.05, 2.0]),
    single_seconds=st.sampled_from([0.0, 0.02, 1.0]),
    empty_pages=st.integers(0, 2),
    faults=st.dictionaries(st.integers(2, 60), st.sampled_from(Fault), max_size=6),
    skew=st.sampled_from([0.0, -3600.0, 3600.0]),
    hold=st.sampled_from([None, None, 30.0]),
)
fleets = st.lists(histories, min_size=1, max_size=14).map(
    lambda found: {f"r_{number}": history for number, history in enumerate(found)}
)
tempi = st.builds(
    WatchSettings,
    interval=st.none() | st.sampled_from([0.5, 5.0]),
    timeout=st.just(TIMEOUT),
    not_found_grace=st.just(GRACE),
    max_in_flight=st.integers(1, 8),
)


@attrs.define
class Told:
    """An update, and when it was told on the time of the simulation."""

    update: RunUpdate[FakeRun]
    at: float


async def follow(
    source: SimulatedSource, watch: Watch[FakeRun], told: list[Told], most: int = 10**6
) -> None:
    """Take down what a watch tells, at most so many updates."""
    source.look = lambda: watch.progress.rounds
    async for update in watch:
        told.append(Told(update, source.now()))
        if len(told) >= most:
            break


def check_updates(source: SimulatedSource, told: list[Told]) -> None:
    """Check that each change was told once, and each run's last word is true."""
    last: dict[str, RunUpdate[FakeRun]] = {}
    for item in told:
        update, before = item.update, last.get(item.update.run_id)
        history = source.histories[update.run_id]
        assert before is None or before.outcome is None, "told after its last update"
        assert update.previous == (None if before is None else before.state)
        if update.outcome in (None, Outcome.ENDED):
            assert update.run is not None
            assert before is None or before.run is None or update.run.status != before.run.status
        if update.outcome is Outcome.ENDED:
            assert item.at >= history.end_time, "an end was invented"
            assert update.run is not None
            assert (update.run.status, history.ends) == (history.end, True)
        if update.outcome is Outcome.GONE:
            assert history.vanishes is not None, "a run that is there was called gone"
            assert item.at >= history.end_time + history.vanishes + GRACE - 1e-6, "no grace"
        last[update.run_id] = update
    assert last.keys() == source.histories.keys(), "a run was lost"
    for run_id, update in last.items():
        check_outcome(source.histories[run_id], update, slack(source))


def slack(source: SimulatedSource) -> float:
    """Return the time in which an end is seen: each further refusal may double the interval."""
    faults = source.habits.faults
    refusals = [n for n in faults if faults[n] is Fault.RATE and n <= source.requests]
    return SLACK * 2.0 ** max(0, len(refusals) - 1)


def check_outcome(history: History, update: RunUpdate[FakeRun], slack: float) -> None:
    """Check that a run's last update is what had to be told of it."""
    if update.outcome is Outcome.TIMED_OUT:
        assert isinstance(update.error, WaitTimeout)
        in_time = history.ends and history.vanishes is None
        assert not (in_time and history.end_time + slack < TIMEOUT), "an end was missed"
    else:
        assert update.outcome in (Outcome.ENDED, Outcome.GONE)


def check_requests(source: SimulatedSource, watch: Watch[FakeRun], shortest: float) -> None:
    """Check that no look cost more than its plan allows."""
    count = len(source.histories)
    # Held answers follow each other within a look, but some on end at most without a pause.
    at_most = TIMEOUT / shortest if source.habits.hold else 1
    assert source.requests <= (TIMEOUT / shortest + 60) * count * 3
    for (look, run_id), times in source.asked.items():
        assert times <= at_most, f"{run_id} was asked for {times} times in look {look}"
        was_shown = (look, run_id) in source.shown and not source.histories[run_id].broken
        assert not was_shown, (
            f"{run_id} was asked for although the list of look {look} has shown it"
        )
    longest_list = -(-count // source.habits.page_size) + source.habits.empty_pages + 1
    parts = len({history.part for history in source.histories.values()})
    assert max(source.pages.values(), default=0) <= max(longest_list, 1 + parts)
    assert watch.progress.rounds <= TIMEOUT / (0.9 * shortest) + 2


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(fleet=fleets, habits=habits, tempo=tempi)
def test_every_end_is_told_once_and_none_is_invented(
    fleet: dict[str, History], habits: Habits, tempo: WatchSettings
) -> None:
    """Over random histories of runs, with lists that lag, shift, hide, break and refuse."""
    source = SimulatedSource(fleet, habits)
    watch = Watch([(source, list(fleet))], tempo)

    told: list[Told] = []

    async def simulate() -> None:
        async with watch:
            await follow(source, watch, told)

    run_virtually(simulate())
    check_updates(source, told)
    check_requests(source, watch, tempo.interval or tempo.shortest)


@attrs.frozen
class Life:
    """One life of the process that watches.

    Attributes:
        told: What it was told.
        killed: Whether it was killed with its last update in hand.
        over: Whether the watch came to its end.
    """

    told: list[Told]
    killed: bool = False
    over: bool = False


async def live(source: SimulatedSource, checkpoint: Path, most: int | None) -> Life:
    """Follow all runs until all is told, or until so many updates: then the process is killed."""
    settings = WatchSettings(timeout=TIMEOUT, not_found_grace=GRACE)
    watch = Watch([(source, list(source.histories))], settings, checkpoint=checkpoint)
    told: list[Told] = []
    try:
        await follow(source, watch, told, most or 10**6)
    except ActionRunsError:  # its first look met a fault
        return Life(told)
    finally:
        await watch.aclose()  # as a kill would: what was handed out last stays in flight
    killed = len(told) == most
    return Life(told, killed, over=not killed)


def joined(lives: list[Life]) -> list[Told]:
    """Return what all lives were told, what came twice once."""
    whole: list[Told] = []
    was_killed = False
    for life in lives:
        for number, item in enumerate(life.told):
            is_first = number == 0
            assert item.update.redelivered == (is_first and was_killed)
            if item.update.redelivered:
                before = whole.pop().update
                assert attrs.evolve(item.update, redelivered=False, error=None) == attrs.evolve(
                    before, redelivered=False, error=None
                )
                assert str(item.update.error) == str(before.error)
            whole.append(item)
        was_killed = life.killed or (was_killed and not life.told)
    # A watch that is out of time leaves its runs to the next.
    last = {item.update.run_id: item for item in whole}
    return [
        item
        for item in whole
        if item.update.outcome is not Outcome.TIMED_OUT or last[item.update.run_id] is item
    ]


@settings(
    max_examples=max(20, EXAMPLES // 5),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(fleet=fleets, habits=habits, kills=st.lists(st.integers(1, 12), max_size=3))
def test_a_watch_goes_on_where_the_last_one_was_killed(
    fleet: dict[str, History], habits: Habits, kills: list[int]
) -> None:
    """Over several lives of a process nothing is lost, and only what was in flight comes twice."""
    source = SimulatedSource(fleet, habits)

    async def simulate(checkpoint: Path) -> list[Life]:
        lives = [await live(source, checkpoint, most) for most in kills]
        while not lives or not lives[-1].over:
            lives.append(await live(source, checkpoint, None))
        return lives

    with tempfile.TemporaryDirectory() as folder:
        lives = run_virtually(simulate(Path(folder) / "checkpoint.db"))
    check_updates(source, joined(lives))


def test_the_simulation_can_tell_a_wrong_end() -> None:
    """A watch that believed the list would be found out: the checks are able to fail."""
    source = SimulatedSource({"r_0": History(phases=[(10.0, "running")], end="success")}, Habits())
    run = FakeRun("r_0", "success")
    update = RunUpdate(
        ref="sim:r_0",
        run=run,
        state=RunState.SUCCEEDED,
        previous=None,
        seen_at=EPOCH,
        outcome=Outcome.ENDED,
    )
    for told in ([Told(update, 5.0)], [], [Told(update, 11.0), Told(update, 12.0)]):
        try:
            check_updates(source, told)
        except AssertionError:
            continue
        raise AssertionError("nothing was found")
    check_updates(source, [Told(update, 11.0)])
    assert STATES["success"].is_terminal
