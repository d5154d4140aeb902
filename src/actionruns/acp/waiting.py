"""Wait for a run of the Agent Connect Protocol, with answers that the server holds back."""

from __future__ import annotations

from typing import TypeVar

from actionruns.acp.source import AcpRun, AcpSource
from actionruns.errors import InvalidRequest, RunGone
from actionruns.states import RunState
from actionruns.watching import Watch, WatchSettings

__all__ = ["settings_of_wait", "wait_for_run"]

R = TypeVar("R", bound=AcpRun)

# Seconds between two asks. The server holds each answer back, so the pause is only for those that
# don't, or fail.
_SHORTEST = 0.1
_LONGEST = 2.0


def settings_of_wait(timeout: float | None, interval: float | None) -> WatchSettings:
    """Return how a wait follows its run.

    Raises:
        ConfigurationError: A number is not above 0.
    """
    return WatchSettings(timeout=timeout, interval=interval, shortest=_SHORTEST, longest=_LONGEST)


async def wait_for_run(
    source: AcpSource[R], run_id: str, settings: WatchSettings, *, until_waiting: bool
) -> R:
    """Follow one run until it has ended, or waits with a question if that is asked for.

    Raises:
        InvalidRequest: ``run_id`` is not a text.
        WaitTimeout: ``settings.timeout`` passed first.
        RunGone: The service does not know it for longer than the grace time.
        ActionRunsError: Asking for it kept failing.
    """
    if not isinstance(run_id, str):
        raise InvalidRequest(
            f"run_id must be the id of one run (a text), but is of {type(run_id).__name__}; "
            "wait(run.run_id) takes one, wait_all([...]) many"
        )
    async with Watch([(source, [run_id])], settings) as watch:
        async for update in watch:
            if update.error is not None:
                raise update.error
            run = update.run
            if run is not None and (
                update.is_terminal or (until_waiting and run.state is RunState.WAITING)
            ):
                return run
    raise RunGone(f"{run_id} was followed no longer", ref=f"{source.service}:{run_id}")
