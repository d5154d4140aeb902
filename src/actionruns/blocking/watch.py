"""The blocking twin of a watch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar

from actionruns.blocking.stream import BlockingIterator
from actionruns.errors import ClientClosed
from actionruns.states import Run
from actionruns.watching import Progress, RunUpdate, Snapshot, Watch

if TYPE_CHECKING:
    from actionruns.blocking.lease import PrivateLoop

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound=Run)


class BlockingWatch(BlockingIterator[RunUpdate[R]], Generic[R]):
    """The updates of a `Watch` that runs on the private loop, to iterate over.

    Its other methods are the watch's own. They may be called in any thread, also while another one
    waits for an update.

    Attributes:
        progress: How far it has come.
    """

    def __init__(self, loop: PrivateLoop, watch: Watch[R]) -> None:
        super().__init__(loop, lambda: watch)
        self._watch = watch

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        return self._watch.progress

    def add(self, run_ids: Iterable[str]) -> None:
        """Follow more runs, see `Watch.add`."""
        self._loop.call(_inside, self._watch.add, run_ids)

    def drop(self, run_ids: Iterable[str]) -> None:
        """Follow runs no longer, see `Watch.drop`."""
        self._loop.call(_inside, self._watch.drop, run_ids)

    def poke(self, run_ids: Iterable[str]) -> None:
        """Look at runs at once, see `Watch.poke`."""
        self._loop.call(_inside, self._watch.poke, run_ids)

    def acknowledge(self) -> None:
        """Say that the last update was dealt with, see `Watch.acknowledge`."""
        self._loop.call(_inside, self._watch.acknowledge)

    def explain(self) -> str:
        """Return in words what the watch does and why, see `Watch.explain`."""
        return self._loop.call(_inside, self._watch.explain)

    def snapshot(self) -> Snapshot:
        """Return how the watch stands now, see `Watch.snapshot`."""
        return self._loop.call(_inside, self._watch.snapshot)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                # With its client, a watch was closed, and its checkpoint with it.
                with suppress(ClientClosed):
                    self.acknowledge()
        finally:
            super().__exit__(kind, error, traceback)


async def _inside(func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function on the private loop."""
    return func(*args, **kwargs)
