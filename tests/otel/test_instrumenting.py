"""Switching telemetry on and off; what it costs when it is off."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from actionruns.otel import instrument, uninstrument
from actionruns.transport import Transport
from actionruns.watching import Watch
from actionruns.watching.follower import Follower
from tests.otel.conftest import Telemetry
from tests.transport.operations import GET, ONE, THING, transport_to
from tests.transport.servers import Exchange, Server, answer, in_turn
from tests.watching.fakes import FakeSource, collect, end_all_in_round, ids, watch

pytestmark = pytest.mark.anyio


def hooked() -> list[Any]:
    """Return the methods that observers put themselves around."""
    return [
        Transport.send,
        Transport._open_stream,
        Transport._attempt,
        Watch._start,
        Follower._look,
    ]


async def work() -> None:
    """Make a call and follow a few runs."""
    async with Server(answer(THING)) as server:
        await transport_to(server).send(GET, ONE)
    source = FakeSource(ids(5))
    source.each_round = end_all_in_round(source, 1)
    await collect(watch(source))


async def test_off_is_as_if_it_had_never_been() -> None:
    """Without telemetry, the methods are the original ones: nothing asks whether it is on."""
    before = hooked()
    telemetry = Telemetry()
    telemetry.instrument()
    assert all(now is not was for now, was in zip(hooked(), before, strict=True))
    uninstrument()
    assert all(now is was for now, was in zip(hooked(), before, strict=True))
    await work()
    assert telemetry.spans == []
    assert telemetry.metrics() == {}
    uninstrument()  # again does nothing
    telemetry.close()


async def test_on_again_does_not_count_twice(telemetry: Telemetry) -> None:
    """Switching on what is on changes nothing; off and on again goes on."""
    telemetry.instrument()
    await work()
    uninstrument()
    telemetry.instrument()
    await work()
    assert [span.name for span in telemetry.spans if span.name != "look"] == ["get_thing"] * 2
    metrics = telemetry.metrics()
    assert sum(point.count for _, point in metrics["http.client.request.duration"][1]) == 2
    assert len(metrics["actionruns.watch.followed"][1]) == 1


async def test_other_providers_take_the_place_of_the_first(telemetry: Telemetry) -> None:
    """The providers given last get everything, and the ones before nothing more."""
    other = Telemetry()
    other.instrument()
    await work()
    assert telemetry.spans == []
    assert telemetry.metrics() == {}
    assert {span.name for span in other.spans} == {"get_thing", "look"}
    assert "actionruns.watch.count" in other.metrics()
    other.close()


async def test_clients_of_before_are_observed_too() -> None:
    """A client that was there before telemetry was switched on makes spans as any other."""
    telemetry = Telemetry()
    async with Server(answer(THING)) as server:
        transport = transport_to(server)
        await transport.send(GET, ONE)
        telemetry.instrument()
        await transport.send(GET, ONE)
        uninstrument()
        await transport.send(GET, ONE)
    assert len(telemetry.spans) == 1
    telemetry.close()


async def test_a_call_of_before_goes_on() -> None:
    """A call that is under way when telemetry is switched on ends well, untold."""
    telemetry = Telemetry()

    async def switch_on(exchange: Exchange) -> None:
        telemetry.instrument()
        await answer({}, status=503)(exchange)

    async with Server(in_turn(switch_on, answer(THING))) as server:
        await transport_to(server).send(GET, ONE)
    uninstrument()
    assert telemetry.spans == []
    telemetry.close()


async def test_a_program_without_providers() -> None:
    """The API alone does nothing: calls and watches go on as ever."""
    instrument()
    try:
        await work()
    finally:
        uninstrument()


def run(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in an interpreter of its own."""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=50, check=False
    )


def test_nobody_else_imports_opentelemetry() -> None:
    """A program that does not ask for telemetry loads nothing of it."""
    done = run(
        "import sys, actionruns, actionruns.watching, actionruns.cli.app\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_missing_extra_says_what_to_install() -> None:
    """Without the API, the import says which extra has it."""
    done = run(
        "import sys\nsys.modules['opentelemetry'] = None\nimport actionruns\nimport actionruns.otel"
    )
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: actionruns.otel needs opentelemetry")
    assert last.endswith("pip install 'actionruns[otel]'")
