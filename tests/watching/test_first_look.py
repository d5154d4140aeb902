"""The first look of a watch raises what it meets; later failures are moments."""

from __future__ import annotations

import pytest

from actionruns.errors import ActionRunsError, ConnectionFailed, PermissionDenied
from actionruns.watching import Outcome, WatchSettings
from tests.watching.fakes import FakeSource, collect, ids, last_by_run, watch

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize(
    "error", [ConnectionFailed("nobody there"), PermissionDenied("no", status=403)]
)
async def test_a_first_look_that_learns_nothing_raises(count: int, error: ActionRunsError) -> None:
    """A server that is down or a permission that lacks is told at once, not after an hour."""
    source = FakeSource(ids(count))
    source.list_error = error
    source.errors = {run_id: [error] for run_id in ids(count)}
    with pytest.raises(type(error)):
        await collect(watch(source))


async def test_a_first_look_that_finds_a_run_unknown_has_heard_of_the_service() -> None:
    """What goes wrong with another run in that look is that run's moment, not the watch's end."""
    source = FakeSource(ids(1))
    source.end("r_0")
    source.errors["r_0"] = [ConnectionFailed("reset"), None]
    settings = WatchSettings(interval=1e-6, not_found_grace=1e-6, max_in_flight=1)
    updates = last_by_run(await collect(watch(source, "lost", "r_0", settings=settings)))
    assert updates["r_0"].outcome is Outcome.ENDED
    assert updates["lost"].outcome is Outcome.GONE
