"""A span for each look, and instruments that read how the watches stand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from opentelemetry.trace import StatusCode

from actionruns import AsyncPortClient, PortClient, RateBudget
from actionruns.emulator import Emulator
from actionruns.errors import AuthenticationFailed
from actionruns.otel import instrumenting, names
from actionruns.otel.watches import Watches
from actionruns.watching import Watch, WatchSettings
from tests.otel.conftest import Telemetry
from tests.otel.test_calls import attributes_of, id_of, parent_id_of
from tests.watching.fakes import FakeSource, collect, end_all_in_round, ids, watch

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def fresh_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count from nothing: the counts of a process outlive a test."""
    monkeypatch.setattr(instrumenting, "_watches", Watches())


def standing(telemetry: Telemetry) -> dict[str, Any]:
    """Collect once; return unit and values by attribute of the instruments of watches."""
    begin = "actionruns.watch."
    return {
        name.removeprefix(begin): (unit, {next(iter(a.values()), None): v for a, v in points})
        for name, (unit, points) in telemetry.metrics().items()
        if name.startswith(begin)
    }


async def test_how_a_watch_stands(telemetry: Telemetry, no_environment: None) -> None:
    """Runs followed, updates that wait, intervals and the rest are read when they are asked for."""
    async with (
        Emulator(auto_progress=False) as emulator,
        AsyncPortClient(
            base_url=emulator.port_url,
            token="demo",
            trust_env=False,
            rate=RateBudget(rate=500),
        ) as port,
    ):
        run_ids = await emulator.add_runs(5)
        async with Watch([(port.source, run_ids)], WatchSettings(interval=0.01)) as watching:
            for _ in range(3):
                await anext(watching)
            begun = standing(telemetry)
            await emulator.finish(run_ids[0], "SUCCESS")
            await emulator.finish(run_ids[1], "FAILURE")
            while watching.progress.ended < 2:
                await anext(watching)
            later = standing(telemetry)
    assert begun["count"] == ("{watch}", {None: 1})
    assert begun["followed"] == ("{run}", {None: 5})
    assert begun["waiting"] == ("{update}", {None: 2})
    assert begun["in_flight"][0] == "{request}"
    assert begun["interval"][0] == "s"
    assert begun["allowance"] == ("{request}/s", {"port": 500})
    assert begun["changes"] == ("{update}", {None: 5})
    assert "lag" not in begun
    assert later["followed"][1] == {None: 3}
    assert later["changes"][1] == {None: 7}
    assert later["ends"] == ("{run}", {"succeeded": 1, "failed": 1})
    assert later["lag"][0] == "s"
    assert set(later["lag"][1]) == {"0.5", "0.99"}
    assert later["interval"][1] == {"port": 0.01}
    assert later["looks"][1][None] > begun["looks"][1][None] > 0


async def test_what_a_watch_has_done_is_kept(telemetry: Telemetry) -> None:
    """A watch that comes and goes between two exports is counted; it stands nowhere any more."""
    source = FakeSource(ids(4))
    source.each_round = end_all_in_round(source, 2)
    await collect(watch(source))
    after = standing(telemetry)
    assert after["count"][1] == after["followed"][1] == {None: 0}
    assert after["ends"][1] == {"succeeded": 4}
    assert after["changes"][1] == {None: 8}
    assert "interval" not in after


async def test_runs_given_up_are_counted_by_reason(telemetry: Telemetry) -> None:
    """The watch's own time-out is a reason like the others."""
    settings = WatchSettings(interval=0.01, timeout=0.05)
    await collect(watch(FakeSource(ids(3)), settings=settings))
    assert standing(telemetry)["losses"] == ("{run}", {"timed_out": 3})


async def test_watches_are_added_up(telemetry: Telemetry) -> None:
    """Several watches are one sum; an interval is the longest, what only grows never falls."""
    watching = [
        watch(FakeSource(ids(count)), settings=WatchSettings(interval=interval))
        for count, interval in ((2, 50.0), (3, 7.0))
    ]
    for each in watching:
        await anext(each)
    both = standing(telemetry)
    assert both["count"][1] == {None: 2}
    assert both["followed"][1] == {None: 5}
    assert set(both["interval"][1]) == {"fake"}
    await watching[0].aclose()
    one = standing(telemetry)
    assert one["followed"][1] == {None: 3}
    assert one["changes"][1][None] >= both["changes"][1][None] > 0
    await watching[1].aclose()


async def test_a_dropped_watch_ends(telemetry: Telemetry) -> None:
    """To be observed keeps no watch going that its user has dropped."""
    watching = watch(FakeSource(ids(2)), settings=WatchSettings(interval=50.0))
    await anext(watching)
    following = watching._task
    assert following is not None
    del watching
    await asyncio.wait({following})
    assert standing(telemetry)["count"][1] == {None: 0}


def test_a_watch_that_died_with_its_loop(telemetry: Telemetry) -> None:
    """A loop that is closed by hand tells nobody; its watches count as over all the same."""
    watching = watch(FakeSource(ids(2)))
    loop = asyncio.new_event_loop()
    never_done = loop.create_future()
    instrumenting._watches.add(watching, never_done)  # type: ignore[arg-type]  # as a task that is not run any more
    assert standing(telemetry)["count"][1] == {None: 1}
    loop.close()
    del watching
    assert standing(telemetry)["count"][1] == {None: 0}


async def test_blocking_watches_are_read_too(telemetry: Telemetry, no_environment: None) -> None:
    """A watch through the blocking facade, which has no object to ask, stands in the metrics."""
    async with Emulator(auto_progress=False) as emulator:
        run_ids = await emulator.add_runs(3)

        def work() -> Any:
            with PortClient(base_url=emulator.port_url, token="demo", trust_env=False) as port:
                updates = port.watch(run_ids)
                next(updates)
                return standing(telemetry)

        stood = await asyncio.to_thread(work)
    assert stood["followed"][1] == {None: 3}


async def test_a_forked_child_counts_its_own() -> None:
    """The watches of the parent, and what they have done, are none of the child's."""
    watches = Watches()
    watching = watch(FakeSource(ids(2)))
    following = asyncio.get_running_loop().create_future()
    watches.add(watching, following)  # type: ignore[arg-type]  # as its task
    watching.progress.changes = 3
    assert (watches.read().watches, watches.read().changes) == (1, 3)
    watches.after_fork()
    assert (watches.read().watches, watches.read().changes) == (0, 0)
    following.set_result(None)
    await asyncio.sleep(0)
    assert watches.read().changes == 0


# ------------------------------------------------------------------------------------------ looks


async def test_each_look_is_a_span(telemetry: Telemetry, no_environment: None) -> None:
    """A look tells its way and what it saw; its requests are its children."""
    async with (
        Emulator(auto_progress=False) as emulator,
        AsyncPortClient(base_url=emulator.port_url, token="demo", trust_env=False) as port,
    ):
        run_ids = await emulator.add_runs(5)
        for run_id in run_ids:
            await emulator.finish(run_id)
        await port.wait_all(run_ids, interval=0.01)
    first = next(span for span in telemetry.spans if span.name == "look")
    attributes = attributes_of(first)
    assert attributes[names.SERVICE] == "port"
    assert (attributes[names.LOOK], attributes[names.FOLLOWED]) == ("sweep", 5)
    requests = [span for span in telemetry.spans if span.name != "look"]
    looks = {id_of(span) for span in telemetry.spans if span.name == "look"}
    assert {span.name for span in requests} == {"get_action_runs", "get_action_run"}
    assert {parent_id_of(span) for span in requests} <= looks
    ends = [attributes_of(span)[names.ENDS] for span in telemetry.spans if span.name == "look"]
    assert sum(ends) == 5


async def test_looks_belong_to_the_span_that_began_the_watch(telemetry: Telemetry) -> None:
    """The looks of a wait inside a span are its children; without one, each is a trace."""

    async def follow() -> None:
        source = FakeSource(ids(5))
        source.each_round = end_all_in_round(source, 1)
        await collect(watch(source))

    with telemetry.tracer_provider.get_tracer("test").start_as_current_span("job") as job:
        await follow()
    await follow()
    inside, outside = [span for span in telemetry.spans if span.name == "look"]
    assert (parent_id_of(inside), parent_id_of(outside)) == (id_of(job), None)


async def test_a_look_that_ends_the_watch_has_failed(telemetry: Telemetry) -> None:
    """An error that ends everything is the look's."""
    source = FakeSource(ids(5))
    source.list_error = AuthenticationFailed("no", status=401)
    with pytest.raises(AuthenticationFailed):
        await collect(watch(source))
    (look,) = telemetry.spans
    assert (look.status.status_code, look.status.description) == (StatusCode.ERROR, "no")
    assert attributes_of(look)[names.ERROR] == "401"
