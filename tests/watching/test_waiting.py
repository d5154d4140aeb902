"""wait_for and wait_for_all."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actionruns.errors import ConfigurationError, RunGone, ServerError, WaitTimeout
from actionruns.states import RunState
from actionruns.watching import ActivePage, Outcome, WatchSettings, wait_for, wait_for_all
from tests.watching.fakes import FakeRun, FakeSource, ids

pytestmark = pytest.mark.anyio

FAST = WatchSettings(interval=1e-6)


async def test_waiting_returns_the_run_as_it_ended() -> None:
    """A failed run is returned, not raised: its state tells."""
    source = FakeSource(ids(1))
    source.end("r_0", "failure")
    assert await wait_for(source, "r_0", FAST) == FakeRun("r_0", "failure")


async def test_waiting_too_long_raises_and_says_that_the_run_goes_on() -> None:
    """The timeout concerns the wait, never the run."""
    source = FakeSource(ids(1))
    with pytest.raises(WaitTimeout, match="the run goes on") as caught:
        await wait_for(source, "r_0", WatchSettings(interval=1e-6, timeout=0.02))
    assert caught.value.ref == "fake:r_0"
    assert isinstance(caught.value, TimeoutError)


async def test_waiting_for_a_lost_run_raises() -> None:
    """After the grace time a run that nobody knows is gone."""
    with pytest.raises(RunGone):
        await wait_for(FakeSource(), "lost", WatchSettings(interval=1e-6, not_found_grace=1e-6))


async def test_waiting_for_a_run_that_cannot_be_asked_for_raises_its_error() -> None:
    """The last failure is what a single wait raises."""
    source = FakeSource(ids(1))
    source.errors["r_0"] = [ServerError("always", status=500)]
    with pytest.raises(ServerError):
        await wait_for(source, "r_0", WatchSettings(interval=1e-6, give_up_after=1e-6))


async def test_waiting_for_all_gives_an_outcome_for_each_in_the_order_given() -> None:
    """No single run raises; what happened to it is in its outcome."""
    source = FakeSource(ids(4))
    source.end("r_0")
    source.end("r_1", "failure")
    source.hidden = {"r_3"}
    source.errors["r_3"] = [ServerError("always", status=500)]
    settings = WatchSettings(interval=1e-6, give_up_after=1e-6, not_found_grace=1e-6, timeout=0.2)
    outcomes = await wait_for_all(source, ["r_3", "lost", "r_2", "r_1", "r_0"], settings)
    assert [outcome.run_id for outcome in outcomes] == ["r_3", "lost", "r_2", "r_1", "r_0"]
    assert [outcome.outcome for outcome in outcomes] == [
        Outcome.FAILED_TO_FOLLOW,
        Outcome.GONE,
        Outcome.TIMED_OUT,
        Outcome.ENDED,
        Outcome.ENDED,
    ]
    assert [outcome.succeeded for outcome in outcomes] == [False, False, False, False, True]
    assert outcomes[3].state is RunState.FAILED


@pytest.mark.parametrize(
    "name", ["interval", "timeout", "max_in_flight", "not_found_grace", "give_up_after"]
)
def test_settings_that_make_no_sense_are_refused(name: str) -> None:
    """Zero is not a duration and not a number of requests."""
    with pytest.raises(ConfigurationError, match=f"{name} must be (above 0|at least 1)"):
        WatchSettings(**{name: 0})  # type: ignore[arg-type]  # the names are those of numbers


class EarlyLoop(asyncio.SelectorEventLoop):
    """A loop whose timers ring before their time by its own clock, as uvloop's do by a moment."""

    def call_at(  # type: ignore[override]  # as it is given, so it is passed on
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        """Ring early."""
        return super().call_at(when - 0.05, callback, *args, context=context)


class SilentSource(FakeSource):
    """A service that never answers."""

    async def get(self, run_id: str) -> FakeRun:
        """Wait for ever."""
        await asyncio.Event().wait()
        raise AssertionError(run_id)

    async def active_page(self, cursor: str | None) -> ActivePage:
        """Wait for ever."""
        await asyncio.Event().wait()
        raise AssertionError(cursor)


@pytest.mark.parametrize("count", [1, 10], ids=["asking", "sweeping"])
def test_a_time_limit_that_rings_a_moment_early_is_one_all_the_same(count: int) -> None:
    """The clock may not have got there yet when the timer ends a request."""
    settings = WatchSettings(interval=0.01, timeout=0.2)

    async def main() -> set[Outcome]:
        outcomes = await wait_for_all(SilentSource(ids(count)), ids(count), settings)
        return {outcome.outcome for outcome in outcomes}

    with asyncio.Runner(loop_factory=EarlyLoop) as runner:
        assert runner.run(main()) == {Outcome.TIMED_OUT}
