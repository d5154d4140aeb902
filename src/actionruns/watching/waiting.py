"""Wait for runs to end: one, or all of many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from actionruns.errors import InvalidRequest, RunGone
from actionruns.states import Run, RunState
from actionruns.watching.settings import WatchSettings
from actionruns.watching.source import RunSource
from actionruns.watching.update import RunOutcome
from actionruns.watching.watch import Watch, check_run_ids

__all__ = ["wait_for", "wait_for_all"]

R = TypeVar("R", bound=Run)


async def wait_for(
    source: RunSource[R], run_id: str, settings: WatchSettings, *, until_waiting: bool = False
) -> R:
    """Follow one run and return it when it has ended, however it ended.

    Args:
        source: How the run is looked at.
        run_id: The run.
        settings: How it is followed.
        until_waiting: Return it as well when it waits for a person.

    Raises:
        InvalidRequest: ``run_id`` is not a text.
        WaitTimeout: ``settings.timeout`` passed first.
        RunGone: The service does not know it for longer than the grace time.
        ActionRunsError: Asking for it kept failing.
    """
    given: object = run_id
    if not isinstance(given, str):
        name = "run.run_id" if hasattr(given, "run_id") else "run.id"
        raise InvalidRequest(
            f"run_id must be the id of one run (a text), but is of {type(given).__name__}; "
            f"wait({name}) takes one, wait_all([...]) many"
        )
    async with Watch([(source, [run_id])], settings) as watch:
        async for update in watch:
            if update.error is not None:
                raise update.error
            is_enough = update.is_terminal or (until_waiting and update.state is RunState.WAITING)
            if update.run is not None and is_enough:
                return update.run
    raise RunGone(f"{run_id} was followed no longer", ref=f"{source.service}:{run_id}")


async def wait_for_all(
    source: RunSource[R], run_ids: Iterable[str], settings: WatchSettings
) -> list[RunOutcome[R]]:
    """Follow runs until each has ended or cannot be followed.

    Returns:
        One outcome for each run, in the order of ``run_ids`` (repeated ids once).
    """
    ids = check_run_ids(run_ids)
    outcomes: dict[str, RunOutcome[R]] = {}
    async with Watch([(source, ids)], settings) as watch:
        async for update in watch:
            if update.outcome is not None:
                outcomes[update.run_id] = RunOutcome(
                    ref=update.ref,
                    outcome=update.outcome,
                    state=update.state,
                    run=update.run,
                    error=update.error,
                )
    return [outcomes[run_id] for run_id in ids]
