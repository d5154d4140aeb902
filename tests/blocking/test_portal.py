from __future__ import annotations

import _thread
import asyncio
import sys
import threading

import pytest

from actionruns.blocking import PrivateLoop, portal
from actionruns.errors import ClientClosed, ConfigurationError
from tests.blocking.clients import Thing, in_thread


def loop_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if isinstance(thread, portal.LoopThread)]


def test_first_calls_of_many_threads(no_loop: None, thing: Thing) -> None:
    """64 threads that make their first call together start exactly one loop thread."""
    together = threading.Barrier(64)
    seen: list[asyncio.AbstractEventLoop] = []

    async def where() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def first_call() -> None:
        together.wait(20)
        seen.append(thing.loop.call(where))

    threads = [threading.Thread(target=first_call) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(seen) == 64
    assert len(set(seen)) == 1
    assert len(loop_threads()) == 1


def test_thread(thing: Thing) -> None:
    """The loop's thread has a name and doesn't hold up the end of the process."""
    thing.runs.get("r_1")
    thread = portal.running()
    assert thread.name == "actionruns-loop"
    assert thread.daemon


@pytest.mark.parametrize("installed", [True, False])
def test_uvloop_when_installed(
    no_loop: None, thing: Thing, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    """The loop is uvloop's when that is installed, else asyncio's."""
    made: list[asyncio.AbstractEventLoop] = []

    class Uvloop:
        @staticmethod
        def new_event_loop() -> asyncio.AbstractEventLoop:
            made.append(asyncio.new_event_loop())
            return made[0]

    monkeypatch.setitem(sys.modules, "uvloop", Uvloop if installed else None)
    assert thing.runs.get("r_1") == "r_1 v1"
    assert len(made) == installed


def test_stop_ends_calls(no_loop: None) -> None:
    """Stopping the loop ends a running call with ClientClosed, after its clean-up."""
    thing = Thing()
    caught: list[Exception] = []

    def wait() -> None:
        try:
            thing.runs.wait_forever()
        except Exception as error:  # noqa: BLE001  the test looks at what it is
            caught.append(error)

    with in_thread(threading.Thread(target=wait)):
        thing.journal.wait_for("waiting")
        portal.running().stop(20)
    assert [type(error) for error in caught] == [ClientClosed]
    assert thing.journal.entries == ["waiting", "cleaned up", "closed on actionruns-loop"]


def test_stop_closes_every_client(no_loop: None) -> None:
    """Stopping the loop closes the clients used on it, also when one of them fails to close."""

    async def broken() -> None:
        raise OSError

    async def noop() -> None: ...

    things = [Thing(), Thing()]
    handle = PrivateLoop(broken)
    handle.call(noop)
    for thing in things:
        thing.runs.get("r_1")
    portal.running().stop(20)
    assert [thing.journal.entries for thing in things] == 2 * [["closed on actionruns-loop"]]


def test_stop_is_bounded(no_loop: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that never finishes closing is given up when the loop stops."""
    monkeypatch.setattr(portal, "CLEANUP_GRACE", 0.05)

    async def never() -> None:
        await asyncio.Event().wait()

    async def noop() -> None: ...

    handle = PrivateLoop(never)
    handle.call(noop)
    thread = portal.running()
    thread.stop(20)
    assert not thread.is_alive()


def test_stop_twice(no_loop: None, thing: Thing) -> None:
    """Stopping a stopped loop does nothing."""
    thing.runs.get("r_1")
    thread = portal.running()
    thread.stop(20)
    thread.stop(20)
    assert thread.loop.is_closed()


def test_after_stop(no_loop: None, thing: Thing) -> None:
    """A client goes on with a new loop when the old one was stopped."""
    thing.runs.get("r_1")
    portal.running().stop(20)
    assert thing.runs.get("r_2") == "r_2 v1"


def test_crash(no_loop: None, thing: Thing, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the loop crashes, running calls get ClientClosed and the next one a new loop."""
    # Python says nothing about a thread that ends by SystemExit; pytest would.
    monkeypatch.setattr(threading, "excepthook", lambda args: None)

    async def crash() -> None:
        def leave() -> None:
            raise SystemExit

        asyncio.get_running_loop().call_soon(leave)
        await asyncio.Event().wait()

    thing.runs.get("r_1")
    thread = portal.running()
    with pytest.raises(ClientClosed):
        thing.loop.call(crash)
    thread.join(20)
    assert thing.runs.get("r_1") == "r_1 v1"


def test_no_thread_to_be_had(no_loop: None, thing: Thing, monkeypatch: pytest.MonkeyPatch) -> None:
    """When no thread can be started, the call says so; a later one tries again."""

    def refused(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(portal.LoopThread, "start", refused)
        with pytest.raises(ConfigurationError, match="can't start new thread"):
            thing.runs.get("r_1")
    assert thing.runs.get("r_1") == "r_1 v1"


def test_no_thread_for_the_executor_at_exit(
    no_loop: None, thing: Thing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.12+ refuses the thread that closes the executor at exit: the loop closes quietly."""
    monkeypatch.setitem(sys.modules, "uvloop", None)
    thing.runs.get("r_1")
    thread = portal.running()

    async def refused(*_: object) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(thread.loop, "shutdown_default_executor", refused)
    thread.stop(20)
    assert thread.loop.is_closed()


def test_defect_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """A RuntimeError that has nothing to do with the end of the process isn't swallowed."""

    async def defect(self: portal.LoopThread) -> None:
        raise RuntimeError("defect")

    monkeypatch.setattr(portal.LoopThread, "_serve", defect)
    with pytest.raises(RuntimeError, match="defect"):
        portal.LoopThread()._run_loop()


def test_at_exit(no_loop: None, thing: Thing, monkeypatch: pytest.MonkeyPatch) -> None:
    """At exit the loop stops; a call after that is refused and starts no other."""
    monkeypatch.setattr(portal, "_ended", False)
    thing.runs.get("r_1")
    portal._stop_at_exit()
    assert loop_threads() == []
    with pytest.raises(ClientClosed, match="shutting down"):
        thing.runs.get("r_1")


def test_at_exit_without_a_call(no_loop: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """At exit nothing happens when no call was made."""
    monkeypatch.setattr(portal, "_ended", False)
    portal._stop_at_exit()
    assert portal._ended


def test_fork_forgets_the_parent(
    no_loop: None, thing: Thing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What runs in a forked child: the lock is new, the parent's loop is kept but not used."""
    monkeypatch.setattr(portal, "_inherited", [])
    thing.runs.get("r_1")
    parent = portal.running()
    with portal._lock:  # Held by another thread of the parent, for ever.
        portal._forget_parent()
        try:
            assert thing.runs.get("r_2") == "r_2 v1"
            assert portal._inherited == [parent]
            assert portal.running() is not parent
        finally:
            parent.stop(20)


def test_greenlets_get_no_uvloop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where threads are not threads, as under gevent, the loop is one that they can share."""

    def start_greenlet(*_: object) -> int:
        raise NotImplementedError

    monkeypatch.setattr(_thread, "start_new_thread", start_greenlet)
    loop = portal.LoopThread().loop
    assert type(loop).__module__.startswith("asyncio.")
    loop.close()
