"""The blocking twin of a watch: updates by iteration, everything else by its methods."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from actionruns import InvalidRequest, Outcome, PortClient, RunState
from actionruns.blocking import BlockingWatch
from tests.cli.conftest import Emulated, emulated


@pytest.fixture
def emulator() -> Iterator[Emulated]:
    """An emulator whose runs move when the test says so."""
    with emulated(auto_progress=False) as running:
        yield running


@pytest.fixture
def port(emulator: Emulated) -> Iterator[PortClient]:
    """A blocking client of it."""
    with PortClient(base_url=emulator.emulator.port_url, token="demo") as client:
        yield client


def test_runs_are_added_and_dropped_while_it_runs(emulator: Emulated, port: PortClient) -> None:
    """By any thread, also while another one waits for an update."""
    first, second, third = emulator.call(emulator.emulator.add_runs, 3)
    watch = port.watch([first, third], interval=0.02, keep_open=True)
    assert isinstance(watch, BlockingWatch)
    assert {next(watch).run_id for _ in range(2)} == {first, third}
    told: list[str] = []

    def wait() -> None:
        told.append(next(watch).run_id)

    waiting = threading.Thread(target=wait)
    waiting.start()
    watch.drop([third])
    watch.add([second])
    waiting.join()
    assert told == [second]
    emulator.call(emulator.emulator.finish, first, "SUCCESS")
    watch.poke([first])
    assert next(watch).outcome is Outcome.ENDED
    assert (watch.progress.ended, watch.progress.followed) == (1, 1)
    assert "port: 1 followed" in watch.explain()
    assert watch.snapshot().changes == watch.progress.changes
    watch.close()
    assert list(watch) == []


def test_ids_are_checked_when_the_watch_is_made(port: PortClient) -> None:
    """As in the async form, not only when the first update is asked for."""
    with pytest.raises(InvalidRequest, match="must be a list"):
        port.watch("r_1")


def test_leaving_the_block_acknowledges_the_last_update(
    emulator: Emulated, port: PortClient, tmp_path: Path
) -> None:
    """Leaving it by an exception does not: the update is told again, and marked."""
    (run_id,) = emulator.call(emulator.emulator.add_runs, 1)
    file = tmp_path / "watch.db"

    def fail() -> None:
        with port.watch([run_id], checkpoint=file) as watch:
            raise ValueError(next(watch).run_id)

    with pytest.raises(ValueError, match=run_id):
        fail()
    with port.watch([], checkpoint=file) as watch:
        assert next(watch).redelivered
    emulator.call(emulator.emulator.finish, run_id, "SUCCESS")
    with port.watch([], checkpoint=file) as watch:
        update = next(watch)
    assert (update.previous, update.state) == (RunState.RUNNING, RunState.SUCCEEDED)
    assert not update.redelivered
    with port.watch([], checkpoint=file) as watch:
        assert list(watch) == []


def test_a_client_closed_in_the_block_of_its_watch_ends_it_in_silence(
    emulator: Emulated, port: PortClient, tmp_path: Path
) -> None:
    """The watch is closed with it; its last update is told again, if there is a checkpoint."""
    run_ids = emulator.call(emulator.emulator.add_runs, 2)
    with port.watch(run_ids, checkpoint=tmp_path / "watch.db") as watch:
        first = next(watch).run_id
        port.close()
    assert list(watch) == []
    with (
        PortClient(base_url=emulator.emulator.port_url, token="demo") as other,
        other.watch([], checkpoint=tmp_path / "watch.db") as again,
    ):
        told_again = next(again)
    assert (told_again.run_id, told_again.redelivered) == (first, True)
