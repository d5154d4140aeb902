"""The seam for telemetry: have somebody told of all watches of the process, and of their looks.

As for calls (`actionruns.transport.observing`): without an observer, a watch is as it was.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from typing import Any, Protocol

from actionruns.core.plan import Plan
from actionruns.watching.fleet import Fleet
from actionruns.watching.follower import Follower
from actionruns.watching.watch import Watch

__all__ = ["WatchObserver", "observe_watches"]


class WatchObserver(Protocol):
    """Is told of watches. Its methods run in their tasks and must neither fail nor wait."""

    def watch(self, watch: Watch[Any], following: asyncio.Task[None]) -> None:
        """Take note that a watch begins.

        Args:
            watch: The watch. It ends when it is dropped: whoever keeps it keeps it going.
            following: Its task, done when it has ended.
        """

    def look(self, fleet: Fleet[Any], plan: Plan) -> AbstractContextManager[object]:
        """Return what is entered before a look at the runs of a service, and left after it."""


_start = Watch._start
_look = Follower._look


def observe_watches(observer: WatchObserver | None) -> None:
    """Have an observer told of every watch of this process that begins from now on.

    It takes the place of the one before it. Of watches under way, their looks are told.

    Args:
        observer: The observer; None = nobody any more.
    """
    if observer is None:
        Watch._start = _start  # type: ignore[method-assign]  # as it was
        Follower._look = _look  # type: ignore[method-assign]
        return

    def start(self: Watch[Any]) -> asyncio.Task[None]:
        following = _start(self)
        observer.watch(self, following)
        return following

    async def look(self: Follower[Any], plan: Plan) -> None:
        with observer.look(self.fleet, plan):
            await _look(self, plan)

    Watch._start = start  # type: ignore[method-assign]  # what this module is for
    Follower._look = look  # type: ignore[method-assign]
