"""A blocking context manager over an async one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from actionruns.blocking.hosted import HostedTask
from actionruns.blocking.outcome import Outcome

if TYPE_CHECKING:
    from actionruns.blocking.lease import PrivateLoop

T = TypeVar("T")
W = TypeVar("W")


class BlockingContext(AbstractContextManager[W], Generic[T, W]):
    """Enters and leaves an async context manager in one task on the private loop.

    An exception of the ``with`` body is handed to the async context manager, which may swallow it.
    When the client is closed by another thread meanwhile, the async context manager is left with a
    cancellation, never as if the body had succeeded.
    """

    _held: _Held[T]

    def __init__(
        self,
        loop: PrivateLoop,
        open_manager: Callable[[], AbstractAsyncContextManager[T]],
        wrap: Callable[[T, PrivateLoop], W],
    ) -> None:
        self._loop = loop
        self._open_manager = open_manager
        self._wrap = wrap

    def __enter__(self) -> W:
        self._held = _Held(self._loop, self._open_manager)
        return self._wrap(self._loop.call(self._held.enter), self._loop)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        return self._loop.call(self._held.leave, error)


class _Held(Generic[T]):
    """Holds an async context manager open between two calls; lives on the loop."""

    _given: Outcome[T]

    def __init__(
        self, loop: PrivateLoop, open_manager: Callable[[], AbstractAsyncContextManager[T]]
    ) -> None:
        self._open_manager = open_manager
        self._task: HostedTask[bool] = HostedTask(loop)
        self._entered = asyncio.Event()
        self._left = asyncio.Event()
        self._error: BaseException | None = None

    async def enter(self) -> T:
        _ = self._task.start(self._hold)
        try:
            await self._entered.wait()
        except asyncio.CancelledError:  # A Ctrl-C in the waiting thread.
            await self._task.cancel()
            raise
        return self._given.get()

    async def leave(self, error: BaseException | None) -> bool:
        self._error = error
        self._left.set()
        return await self._task.result()

    async def _hold(self) -> bool:
        try:
            manager = self._open_manager()
            self._given = Outcome.of(await manager.__aenter__())
        except BaseException as error:  # noqa: BLE001  raised again by `enter`
            self._given = Outcome(error)
            return False
        finally:
            self._entered.set()
        try:
            await self._left.wait()
        except asyncio.CancelledError as cancelled:
            if not await _leave(manager, cancelled):
                raise
            return False
        return await _leave(manager, self._error)


async def _leave(manager: AbstractAsyncContextManager[object], error: BaseException | None) -> bool:
    # Handed over as it is: raising it in an `async with` here would lengthen its traceback.
    if error is None:
        return bool(await manager.__aexit__(None, None, None))
    return bool(await manager.__aexit__(type(error), error, error.__traceback__))
