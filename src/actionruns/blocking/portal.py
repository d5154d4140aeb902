"""The one private event loop of the process, in a thread of its own.

anyio's `start_blocking_portal` would own thread and loop as well, but its context manager joins the
thread without a bound when it is collected (in a forked child and in a dying interpreter that is
for ever), a BaseException in one call ends every other thread's call, and a call costs more than
twice as much (``benchmarks/blocking_bridge.py``). What is needed of it is `LoopThread`.
"""

from __future__ import annotations

import _thread
import asyncio
import atexit
import contextlib
import contextvars
import os
import threading
from collections.abc import Awaitable, Callable, Iterable
from types import BuiltinFunctionType
from typing import Any, Final, Protocol, TypeVar

from actionruns.blocking.outcome import Outcome, settle
from actionruns.errors import ClientClosed, ConfigurationError

T = TypeVar("T")
Closer = Callable[[], Awaitable[object]]

# Seconds that cancelled work gets for its clean-up before nobody waits for it any longer.
CLEANUP_GRACE: Final = 1.0


class Owner(Protocol):
    """Whose work a task is: the handle of one client (`PrivateLoop`)."""

    @property
    def aclose(self) -> Closer:
        """Closes the async client behind the handle."""
        ...

    @property
    def closed(self) -> bool:
        """Whether no more work is taken."""
        ...


class LoopThread(threading.Thread):
    """A daemon thread and the event loop that it runs until `stop`.

    `usable`, `stop` and `leave_note` may be used in any thread. Everything else is called on the
    loop, so nothing needs a lock.
    """

    def __init__(self) -> None:
        super().__init__(name="actionruns-loop", daemon=True)
        # Made here rather than in the thread: it takes calls before it runs, so that nobody has to
        # wait for the thread to come up.
        self.loop = _new_event_loop()
        self._pid = os.getpid()
        self._stopping = asyncio.Event()
        self._tasks: dict[asyncio.Task[Any], Owner | None] = {}
        self._closers: set[Closer] = set()

    @property
    def usable(self) -> bool:
        """Whether calls can be submitted: not stopped, not crashed, not another process's."""
        return self.is_alive() and not self._stopping.is_set() and self._pid == os.getpid()

    def run(self) -> None:
        """Serve until stopped, then cancel what is left and close the loop."""
        # An empty context: free-threaded Python 3.14 would hand down that of the first caller.
        contextvars.Context().run(self._run_loop)

    def _run_loop(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
                runner.run(self._serve())
        except RuntimeError:
            # Closing the default executor starts a thread, which Python 3.12 and later refuse at
            # interpreter exit. All calls are settled by then, and the loop is closed.
            if not self._stopping.is_set():
                raise

    async def _serve(self) -> None:
        await self._stopping.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2 * CLEANUP_GRACE):
                await cancel_and_wait(self._tasks)
                closing = (_awaited(aclose) for aclose in self._closers)
                await asyncio.gather(*closing, return_exceptions=True)

    def stop(self, timeout: float) -> None:
        """End all calls with `ClientClosed`, close all clients, and wait for the thread.

        Args:
            timeout: Seconds to wait; a clean-up that hangs is left behind in the daemon thread.
        """
        self.leave_note(self._stopping.set)
        self.join(timeout)

    def leave_note(self, callback: Callable[..., object], *args: Any) -> None:
        """Have something called on the loop without waiting for it; a closed loop ignores it."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(callback, *args)

    def spawn(
        self, owner: Owner | None, func: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any
    ) -> asyncio.Task[Outcome[T]]:
        """Start a task in the caller's context; closing its owner will cancel it."""
        task = self.loop.create_task(settle(func, args, kwargs))
        self._tasks[task] = owner
        task.add_done_callback(self._tasks.pop)
        if owner is not None:
            if owner.closed:  # Since the calling thread looked.
                task.cancel()
            else:
                self._closers.add(owner.aclose)
        return task

    async def release(self, owner: Owner) -> None:
        """Cancel the tasks of one owner, then close its client if it was ever used here."""
        await cancel_and_wait([task for task, own in self._tasks.items() if own is owner])
        if owner.aclose in self._closers:
            await owner.aclose()
            self._closers.discard(owner.aclose)

    def forsake(self, aclose: Closer) -> None:
        """Close a client whose facade was dropped without `close`."""
        if aclose in self._closers:
            self._closers.discard(aclose)
            _ = self.spawn(None, aclose)  # Kept in `_tasks` until it has ended.


async def cancel_and_wait(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait `CLEANUP_GRACE` seconds at most until they have cleaned up."""
    others = [task for task in tasks if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=CLEANUP_GRACE)


async def _awaited(aclose: Closer) -> None:
    await aclose()


def _new_event_loop() -> asyncio.AbstractEventLoop:
    if not isinstance(_thread.start_new_thread, BuiltinFunctionType):
        # gevent and eventlet put greenlets of one thread in the place of threads. asyncio's loop
        # waits by what they have patched; uvloop would wait in C, and nothing else would ever run.
        return asyncio.new_event_loop()
    try:
        import uvloop
    except (ImportError, RuntimeError):  # Not installed; at interpreter exit, too late to import.
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


_TOO_LATE: Final = "the interpreter is shutting down: no more blocking calls"

_lock = threading.Lock()
_current: LoopThread | None = None
_ended = False
# In a forked child: the parent's loop, whose thread is not here. Collecting it would close sockets
# and take file descriptors out of the epoll set, which the child shares with its parent.
_inherited: list[LoopThread | None] = []


def current() -> LoopThread | None:
    """Return the running loop thread of this process, or None; never start one."""
    thread = _current
    return thread if thread is not None and thread.usable else None


def running() -> LoopThread:
    """Return the running loop thread of this process, started if need be.

    Raises:
        ConfigurationError: Called on the private loop itself, or no thread can be started.
        ClientClosed: The interpreter is shutting down.
    """
    refuse_inside()
    return current() or _started()


def inside() -> LoopThread:
    """Return the loop thread that runs the caller."""
    thread = threading.current_thread()
    assert isinstance(thread, LoopThread)  # noqa: S101  only called from tasks of such a thread
    return thread


def refuse_inside() -> None:
    """Refuse a blocking call on the private loop: it would wait for itself for ever.

    Raises:
        ConfigurationError: The current thread runs the private loop.
    """
    if isinstance(threading.current_thread(), LoopThread):
        raise ConfigurationError(
            "a blocking call was made on the private event loop itself (in a hook or callback of "
            "an async client) and would wait for itself; use the async client there and await it"
        )


def _started() -> LoopThread:
    global _current  # noqa: PLW0603  the one loop of the process
    with _lock:
        thread = current()
        if thread is not None:
            return thread
        if _ended:
            raise ClientClosed(_TOO_LATE)
        # Assigned before it is started: a Ctrl-C in between loses no running thread.
        thread = _current = LoopThread()
        try:
            thread.start()
        except RuntimeError as error:
            thread.loop.close()
            # Python 3.12.0 and 3.12.1 start no thread once the main thread has ended, which is
            # before they call what is registered for the exit.
            if not threading.main_thread().is_alive():
                raise ClientClosed(_TOO_LATE) from error
            raise ConfigurationError(
                f"the private event loop needs a thread of its own: {error}"
            ) from error
        return thread


def _stop_at_exit() -> None:
    """Stop the loop in an orderly way, so that no connection is left to the garbage collector.

    atexit and not `threading._register_atexit`: that one runs before the program's own threads are
    joined, and would cut off those that are still at work. Handlers that the program registered
    after importing this module run before this one and can still call; those registered earlier
    get `ClientClosed`.
    """
    global _ended  # noqa: PLW0603  the one loop of the process
    _ended = True
    thread = current()
    if thread is not None:
        thread.stop(2 * CLEANUP_GRACE)


def _forget_parent() -> None:
    """Make a forked child start a loop of its own: threads are not inherited, locks are."""
    global _current, _lock  # noqa: PLW0603  the one loop of the process
    _inherited.append(_current)
    _current = None
    _lock = threading.Lock()


atexit.register(_stop_at_exit)
if hasattr(os, "register_at_fork"):  # Not on Windows, which has no fork.
    os.register_at_fork(after_in_child=_forget_parent)
