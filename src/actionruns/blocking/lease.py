"""A client's handle on the private loop of the process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import NoReturn, ParamSpec, TypeVar

from actionruns.blocking import portal
from actionruns.blocking.call import Call
from actionruns.blocking.held import BlockingContext
from actionruns.blocking.stream import BlockingIterator
from actionruns.blocking.watch import BlockingWatch
from actionruns.core.remake import refuse
from actionruns.errors import ClientClosed
from actionruns.states import Run
from actionruns.watching import Watch

P = ParamSpec("P")
T = TypeVar("T")
W = TypeVar("W")
R = TypeVar("R", bound=Run)


class PrivateLoop:
    """Runs the async functions of one client on the private loop.

    All handles share the one loop of the process, which starts with the first call; the work of
    each is its own, so that closing one client ends only the calls of that client. It may be used
    from any thread, and after a fork in both processes.

    Args:
        aclose: Closes the async client behind it, on the loop: when the handle is closed, when it
            is dropped without being closed, or when the process ends.
    """

    def __init__(self, aclose: portal.Closer) -> None:
        self._aclose = aclose
        self._closed = False

    @property
    def aclose(self) -> portal.Closer:
        """Closes the async client."""
        return self._aclose

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def call(self, func: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run an async function to its end and return its result.

        It sees the caller's context variables; what it sets itself does not come back. Ctrl-C
        cancels it and is raised when it has cleaned up (waiting one second at most).

        Raises:
            ClientClosed: The client is closed, or was closed during the call.
            ConfigurationError: Called on the private loop itself, where it would deadlock.
        """
        if self._closed:
            raise ClientClosed("this client is closed; make a new one")
        return Call(portal.running(), self, func, args, kwargs).result()

    def iterate(
        self, func: Callable[P, AsyncIterator[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> BlockingIterator[T]:
        """Return an iterator over an async iterator, which starts with the first item asked for."""
        return BlockingIterator(self, partial(func, *args, **kwargs))

    def watch(
        self, func: Callable[P, Watch[R]], /, *args: P.args, **kwargs: P.kwargs
    ) -> BlockingWatch[R]:
        """Return the blocking twin of a watch, which starts with the first update asked for."""
        return BlockingWatch(self, func(*args, **kwargs))

    def enter(
        self,
        func: Callable[P, AbstractAsyncContextManager[T]],
        wrap: Callable[[T, PrivateLoop], W],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> BlockingContext[T, W]:
        """Return a context manager over an async one.

        Args:
            func: Returns the async context manager.
            wrap: Makes the blocking twin of what the async context manager gives; a class derived
                from `BlockingEndpoints` does.
            *args: For ``func``.
            **kwargs: For ``func``.
        """
        return BlockingContext(self, partial(func, *args, **kwargs), wrap)

    def close(self) -> None:
        """End the client's running calls with `ClientClosed` and close the async client.

        Calls of other clients go on. Closing again does nothing.

        Raises:
            ConfigurationError: Called on the private loop itself.
        """
        portal.refuse_inside()
        if self._closed:
            return
        self._closed = True
        thread = portal.current()
        if thread is not None:
            Call(thread, None, thread.release, (self,)).result()

    def __reduce__(self) -> NoReturn:
        raise refuse("a part of a blocking client (a group of operations, an iterator, a watch)")

    def __del__(self) -> None:
        # Any thread, in the middle of anything: only leave a note for the loop. Under gevent, at
        # the end of the interpreter, not even asking whether it is alive is possible any more.
        with suppress(RuntimeError):
            thread = portal.current()
            if thread is not None and not self._closed:
                thread.leave_note(thread.forsake, self._aclose)
