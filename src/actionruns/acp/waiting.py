"""Wait for a run of the Agent Connect Protocol, with answers that the server holds back."""

from __future__ import annotations

import logging
from typing import Generic, TypeVar

from actionruns.acp.source import AcpRun, AcpSource
from actionruns.errors import ApiError, ConnectionFailed, DecodeFailed, InvalidRequest, RunGone
from actionruns.states import RunState
from actionruns.watching import ActivePage, ActiveRow, Watch, WatchSettings

__all__ = ["settings_of_wait", "wait_for_run"]

R = TypeVar("R", bound=AcpRun)

_log = logging.getLogger("actionruns.acp")

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
    async with Watch([(_HeldSource(source), [run_id])], settings) as watch:
        async for update in watch:
            if update.error is not None:
                raise update.error
            run = update.run
            if run is not None and (
                update.is_terminal or (until_waiting and run.state is RunState.WAITING)
            ):
                return run
    raise RunGone(f"{run_id} was followed no longer", ref=f"{source.service}:{run_id}")


class _HeldSource(Generic[R]):
    """A source for one run whose looks last until the run moves, if the server can do that.

    What a held answer says is not used: it may be an `error` that is none for good. It only tells
    when it is worth looking; so one that fails does no harm either.
    """

    def __init__(self, source: AcpSource[R]) -> None:
        self.service = source.service
        self._source = source
        self._pending = False

    async def get(self, run_id: str) -> R:
        if self._pending:
            # Not again at once after a failure.
            self._pending = False
            try:
                await self._source.hold(run_id)
            except (ApiError, ConnectionFailed, DecodeFailed) as error:
                _log.debug("%s", error)
        run = await self._source.get(run_id)
        self._pending = run.state is RunState.RUNNING
        return run

    async def active_page(self, cursor: str | None) -> ActivePage:
        return await self._source.active_page(cursor)

    def from_row(self, row: ActiveRow) -> R:
        return self._source.from_row(row)
