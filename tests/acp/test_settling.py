"""Settling: F10, an `error` that may be tried again, decided without a loop or a clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from actionruns import RunState
from actionruns.acp import AsyncAcpV01Client
from actionruns.acp.settling import Settling
from actionruns.acp.v01 import Run
from actionruns.core.codec import structure
from tests.acp.servers import RUN, AcpServer, run_json


def run(status: str, changes: int = 0) -> Run:
    return structure(run_json(status=status, changes=changes), Run)


def waits(settling: Settling, runs: Iterable[Run]) -> list[float | None]:
    return [settling.wait(each) for each in runs]


@pytest.mark.parametrize("status", ["pending", "interrupted", "success", "timeout", "paused"])
def test_only_an_error_is_doubted(status: str) -> None:
    """Any other status stands as it is said, and costs one look."""
    assert Settling(3.0).wait(run(status)) is None


def test_an_error_that_stays_is_the_end() -> None:
    """Three more looks, the first one early, and all of them within the time."""
    found = waits(Settling(2.0), [run("error")] * 4)
    assert found == pytest.approx([0.2, 0.6, 1.2, None])


def test_an_error_that_is_pending_again_goes_on() -> None:
    """A look that finds the next attempt ends the doubt."""
    settling = Settling(1.0)
    assert settling.wait(run("error", 1)) == pytest.approx(0.1)
    assert settling.wait(run("pending", 2)) is None


def test_another_error_begins_anew() -> None:
    """An `error` of another time is that of another attempt: its own time begins."""
    settling = Settling(1.0)
    found = waits(settling, [run("error", 1), run("error", 1), run("error", 2)])
    assert found == pytest.approx([0.1, 0.3, 0.1])
    assert waits(settling, [run("error", 2)] * 3) == pytest.approx([0.3, 0.6, None])


def test_an_error_that_never_settles_is_believed() -> None:
    """A server that tells another time with each answer is not looked at for ever."""
    settling = Settling(1.0)
    found = waits(settling, (run("error", changes) for changes in range(30)))
    assert found.index(None) == 20


def test_without_a_time_the_first_error_is_the_end() -> None:
    """With 0, an `error` is believed at once."""
    assert Settling(0).wait(run("error")) is None


def test_the_time_of_change_is_compared_with_itself_alone() -> None:
    """A server whose clock is years off, or that names no zone, is doubted as any other."""
    old = run("error")
    assert old.updated_at < datetime.now(UTC)
    assert Settling(1.0).wait(old) is not None


@pytest.mark.anyio
async def test_a_client_looks_within_its_time(server: AcpServer, acp: AsyncAcpV01Client) -> None:
    """F10: two attempts that fail, back to back, are not the end; the third one succeeds."""
    server.statuses[RUN] = ["error", "pending", "error", "error", "pending", "success"]
    assert (await acp.source.get(RUN)).state is RunState.RUNNING
    assert (await acp.wait(RUN, interval=0.001)).state is RunState.SUCCEEDED


@pytest.mark.anyio
async def test_an_error_for_good_costs_four_looks(
    server: AcpServer, acp: AsyncAcpV01Client
) -> None:
    """The end of a run that has failed is told after three more looks."""
    server.statuses[RUN] = ["error"]
    assert (await acp.source.get(RUN)).state is RunState.FAILED
    assert server.count("GET", f"/runs/{RUN}") == 4
