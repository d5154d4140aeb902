"""A blocking iterator over an async one.

ONE task on the loop drives the async iterator from its first item to its close, so that time-outs,
cancel scopes and context variables inside it work as under ``async for``. It asks for an item when
the blocking side does, and not before: an iterator that ran ahead would send requests that the
async form doesn't send, and a watch would count updates as delivered that nobody has seen.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from actionruns.blocking.hosted import HostedTask
from actionruns.blocking.outcome import Outcome
from actionruns.errors import ClientClosed

if TYPE_CHECKING:
    from actionruns.blocking.lease import PrivateLoop

T = TypeVar("T")


class BlockingIterator(Iterator[T]):
    """Gives the items of an async iterator that runs on the private loop.

    Nothing happens before the first item is asked for. Leaving a ``for`` early and dropping the
    iterator closes the async iterator soon after; `close`, or leaving the iterator as a context
    manager, waits until it is closed. Several threads may share it; each item goes to one of them.
    """

    def __init__(self, loop: PrivateLoop, open_items: Callable[[], AsyncIterator[T]]) -> None:
        self._loop = loop
        self._closed = False
        self._producer = _Producer(loop, open_items)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        if self._closed:
            raise StopIteration
        try:
            return self._loop.call(self._producer.next_item)
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        """Close the async iterator and wait until it has cleaned up. Closing again does nothing."""
        self._closed = True
        if self._producer.task.running:
            # Closing the client closes its iterators as well.
            with contextlib.suppress(ClientClosed):
                self._loop.call(self._producer.task.cancel)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self._producer.task.abandon()


class _Producer(Generic[T]):
    """Asks an async iterator for an item whenever one is wanted; lives on the loop."""

    def __init__(self, loop: PrivateLoop, open_items: Callable[[], AsyncIterator[T]]) -> None:
        self.task: HostedTask[None] = HostedTask(loop)
        self._open_items = open_items
        self._turn = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._answer: asyncio.Future[Outcome[T]] | None = None

    async def next_item(self) -> T:
        """Return the next item.

        Raises:
            StopAsyncIteration: There is none, or the iterator failed or was closed before.
        """
        async with self._turn:
            if self.task.start(self._produce).done():
                raise StopAsyncIteration
            self._answer = asyncio.get_running_loop().create_future()
            self._wanted.set()
            try:
                return (await self._answer).get()
            except asyncio.CancelledError:  # A Ctrl-C in the waiting thread ends the iteration.
                await self.task.cancel()
                raise
            finally:
                self._answer = None

    async def _produce(self) -> None:
        try:
            await self._drive()
        except BaseException as error:
            # To the one who waits. If nobody does, the iterator is being closed, and what went
            # wrong in that stays the task's outcome.
            if not self._reply(Outcome(error)) and not isinstance(error, asyncio.CancelledError):
                raise

    async def _drive(self) -> None:
        items = self._open_items()
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                self._reply(Outcome.of(await anext(items)))
        finally:
            aclose = getattr(items, "aclose", None)  # Generators have it, other iterators may not.
            if aclose is not None:
                await aclose()

    def _reply(self, outcome: Outcome[T]) -> bool:
        if self._answer is None or self._answer.done():
            return False
        self._answer.set_result(outcome)
        return True
