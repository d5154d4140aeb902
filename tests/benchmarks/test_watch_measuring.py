"""The measurements themselves, with fleets that are small."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.watch import cost, figures, lag, stall
from benchmarks.watch.emulated import EmulatedFleet, emulated
from benchmarks.watch.fleet import Fleet

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def fleet() -> Iterator[EmulatedFleet]:
    """Twenty runs that do not end, in a process of their own."""
    with emulated(20) as served:
        yield served


def test_a_sweep_is_counted_in_requests(fleet: EmulatedFleet) -> None:
    """Sweeps and polling are measured side by side: a page for a sweep, a time for each round."""
    found = cost.measure(Fleet(fleet.base_url, fleet.run_ids), rounds=2, polled=10)
    assert (found.runs, found.polled, found.requests) == (20, 10, 1.0)
    assert [len(found.sweeps), len(found.polls), len(found.decoded)] == [2, 2, 2]
    assert len(found.ratios(found.polls)) == 2


def test_growth_has_both_ways(fleet: EmulatedFleet) -> None:
    """One size of fleet gives the cost of a sweep and that of polling."""
    found = cost.measure_growth(Fleet(fleet.base_url, fleet.run_ids))
    assert (found.runs, found.requests) == (20, 1.0)
    assert found.poll > found.sweep > 0


def test_stalls_are_told_by_phase(fleet: EmulatedFleet) -> None:
    """Each phase has had ticks; the loop was never busy for less than no time."""
    found = stall.measure(Fleet(fleet.base_url, fleet.run_ids))
    assert found.runs == 20
    assert min(phase.busy for phase in (found.idle, found.first, found.later)) > 0


def test_the_emulator_tells_the_ends(fleet: EmulatedFleet) -> None:
    """Runs that go on have no end."""
    assert fleet.ends() == dict.fromkeys(fleet.run_ids)


def test_a_lag_is_from_the_true_end_to_its_being_seen() -> None:
    """The emulator's time of each end counts, not what the watch says of it."""
    seen = {"a": NOW + timedelta(seconds=3), "b": NOW}
    assert lag.lags(seen, {"a": NOW, "b": NOW}) == [3.0, 0.0]


@pytest.mark.parametrize(
    ("seen", "ends"),
    [({}, {"a": NOW}), ({"a": NOW}, {"a": None})],
    ids=["an end that was not told", "an end that was invented"],
)
def test_a_wrong_end_fails_the_measurement(
    seen: dict[str, datetime], ends: dict[str, datetime | None]
) -> None:
    """A watch that is fast because it misses or invents ends has no figures."""
    with pytest.raises(ValueError, match="disagree"):
        lag.lags(seen, ends)


def test_the_best_of_the_rounds_counts() -> None:
    """Each figure of a size is the least of its rounds, whichever round that was."""
    first = [cost.Growth(runs=1, requests=1, sweep=1.0, poll=9.0)]
    second = [cost.Growth(runs=1, requests=1, sweep=2.0, poll=8.0)]
    (best,) = figures.best([first, second])
    assert (best.sweep, best.poll) == (1.0, 8.0)
