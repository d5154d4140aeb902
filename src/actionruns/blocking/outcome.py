"""What a task on the private loop came to, carried to the thread that waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar

from actionruns.errors import ClientClosed

T = TypeVar("T")


class Outcome(Generic[T]):
    """A value, or the error that was raised instead of it."""

    __slots__ = ("_value", "error")

    _value: T

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error

    @classmethod
    def of(cls, value: T) -> Outcome[T]:
        """Return the outcome of a task that ended normally."""
        outcome = cls()
        outcome._value = value
        return outcome

    def get(self) -> T:
        """Return the value or raise the error; to be asked once.

        Raises:
            ClientClosed: The task was cancelled. Nobody but `PrivateLoop.close`, the end of the
                process and a caller's Ctrl-C cancels a task; the last one raises its own error.
        """
        # An error leads by its traceback to the frames that it came through, and by those to this
        # object. Keeping it would close a circle, and all that the frames hold (connections,
        # clients) would stay until the garbage collector comes.
        error, self.error = self.error, None
        if error is None:
            return self._value
        try:
            if isinstance(error, asyncio.CancelledError):
                raise ClientClosed(
                    "the client was closed, or the program is ending, while this call ran"
                ) from error
            raise error
        finally:
            del error


async def settle(
    func: Callable[..., Awaitable[T]], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Outcome[T]:
    """Await ``func(*args, **kwargs)`` and return what it came to; never raise.

    This is the coroutine of every task on the private loop. A SystemExit or KeyboardInterrupt that
    left a task would end the loop, and with it the calls of all other threads; the error belongs to
    the one thread that called.
    """
    try:
        return Outcome.of(await func(*args, **kwargs))
    except BaseException as error:  # noqa: BLE001  raised again in the calling thread
        return Outcome(error)


def outcome_of(task: asyncio.Task[Outcome[T]]) -> Outcome[T]:
    """Return the outcome of a finished task, also of one cancelled before its first step."""
    return Outcome(asyncio.CancelledError()) if task.cancelled() else task.result()
