from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import signal
import threading
import traceback
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from actionruns.blocking import PrivateLoop, call, portal
from actionruns.blocking.call import Call
from actionruns.errors import ClientClosed, ConfigurationError, NotFound
from tests.blocking.clients import Thing

colour = contextvars.ContextVar("colour", default="none")


def interrupt_main_thread() -> None:
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


async def noop() -> None: ...


def test_result(thing: Thing) -> None:
    """A call passes its arguments on and returns the result."""
    assert thing.runs.get("r_1", version=2) == "r_1 v2"


def test_error(thing: Thing) -> None:
    """The very error that the async function raises is raised in the calling thread."""
    error = NotFound(status=404)
    with pytest.raises(NotFound) as caught:
        thing.runs.fail(error)
    assert caught.value is error


def test_traceback(thing: Thing) -> None:
    """Between the caller's frame and the async function's there are few frames of the facade."""
    with pytest.raises(NotFound) as caught:
        thing.runs.fail(NotFound(status=404))
    names = [frame.name for frame in traceback.extract_tb(caught.tb)]
    assert names[0] == "test_traceback"
    assert names[-1] == "fail"
    assert len(names) <= 7


def test_no_reference_cycle(thing: Thing) -> None:
    """What the frames of a failed call hold is freed with the error, not by a later collection."""

    class Connection: ...

    freed: list[weakref.ref[Connection]] = []

    async def fail() -> None:
        connection = Connection()
        freed.append(weakref.ref(connection))
        raise KeyError(connection)

    gc.disable()
    try:
        with contextlib.suppress(KeyError):
            thing.loop.call(fail)
        # The loop lets go of the task after it has woken this thread: one turn later it has.
        thing.runs.get("r_1")
        assert [reference() for reference in freed] == [None]
    finally:
        gc.enable()


def test_inside_a_running_loop(thing: Thing) -> None:
    """A thread whose own event loop is running (notebook, async view) can call."""

    async def view() -> str:
        return thing.runs.get("r_1")

    assert asyncio.run(view()) == "r_1 v1"


@pytest.mark.parametrize("use", [lambda thing: thing.runs.get("r"), lambda thing: thing.close()])
def test_on_the_private_loop(thing: Thing, use: object) -> None:
    """A blocking call on the private loop is refused, not a deadlock."""
    assert callable(use)

    async def hook() -> None:
        use(thing)

    with pytest.raises(ConfigurationError, match="use the async client there and await it"):
        thing.loop.call(hook)
    assert thing.runs.get("r_1") == "r_1 v1"


def test_context_variables(thing: Thing) -> None:
    """The async function sees the caller's context variables; what it sets stays with it."""

    async def repaint() -> str:
        before = colour.get()
        colour.set("red")
        return before

    colour.set("blue")
    assert thing.loop.call(repaint) == "blue"
    assert colour.get() == "blue"


def test_context_of_the_loop_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop doesn't keep the context of its first caller, which a thread may inherit (3.14)."""
    seen: list[str] = []
    monkeypatch.setattr(portal.LoopThread, "_run_loop", lambda self: seen.append(colour.get()))
    thread = portal.LoopThread()
    colour.set("blue")
    thread.run()  # In this thread, as if its context had been inherited.
    thread.loop.close()
    assert seen == ["none"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
def test_base_exception_in_a_call(thing: Thing, error: BaseException) -> None:
    """A call that raises SystemExit or the like ends alone: another thread's call goes on."""
    go_on = asyncio.Event()

    async def patient() -> str:
        thing.journal.note("patient")
        await go_on.wait()
        return "result"

    async def let_go() -> None:
        go_on.set()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(thing.loop.call, patient)
        thing.journal.wait_for("patient")
        with pytest.raises(type(error)):
            thing.runs.fail(error)
        thing.loop.call(let_go)
        assert other.result(20) == "result"


def test_cancelled_error_does_not_leak(thing: Thing) -> None:
    """A cancellation inside a call reaches the caller as an Exception of the SDK."""
    with pytest.raises(ClientClosed) as caught:
        thing.runs.fail(asyncio.CancelledError())
    assert isinstance(caught.value.__cause__, asyncio.CancelledError)


def test_ctrl_c_waits_for_the_clean_up(thing: Thing) -> None:
    """A Ctrl-C during a call is raised after the call was cancelled and has cleaned up."""

    async def interrupted() -> None:
        interrupt_main_thread()
        await thing.runs._async.wait_forever()

    with pytest.raises(KeyboardInterrupt):
        thing.loop.call(interrupted)
    assert thing.journal.entries[-1] == "cleaned up"


def test_ctrl_c_does_not_wait_for_ever(thing: Thing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clean-up that hangs doesn't hold up a Ctrl-C."""
    monkeypatch.setattr(call, "CLEANUP_GRACE", 0.05)
    finish = asyncio.Event()

    async def stubborn() -> None:
        interrupt_main_thread()
        try:
            await asyncio.Event().wait()
        finally:
            await finish.wait()
            thing.journal.note("finished")

    with pytest.raises(KeyboardInterrupt):
        thing.loop.call(stubborn)
    assert "finished" not in thing.journal.entries
    portal.running().loop.call_soon_threadsafe(finish.set)
    thing.journal.wait_for("finished")


def test_ctrl_c_before_the_start(thing: Thing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Ctrl-C before the call reached the loop starts nothing and waits for nothing."""
    waiting = Call(portal.running(), thing.loop, thing.runs._async.wait_forever)
    submit = Call._submit

    def interrupted(self: Call[None], callback: object) -> None:
        monkeypatch.setattr(Call, "_submit", submit)
        raise KeyboardInterrupt

    monkeypatch.setattr(Call, "_submit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        waiting.result()
    assert thing.journal.entries == []


def test_dead_thread_is_noticed(thing: Thing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call whose loop's thread is dead ends with an error; waits are finite slices."""
    monkeypatch.setattr(call, "WAIT_SLICE", 0.01)
    monkeypatch.setattr(call, "CLEANUP_GRACE", 0.01)
    thread = portal.LoopThread()  # Takes calls, but never runs.
    try:
        with pytest.raises(ClientClosed, match="has ended"):
            Call(thread, None, noop).result()
    finally:
        thread.loop.close()


def test_closed_loop_is_noticed() -> None:
    """A call that reaches the loop after its end gets an error of the SDK."""
    thread = portal.LoopThread()
    thread.loop.close()
    with pytest.raises(ClientClosed, match="has ended"):
        Call(thread, None, noop).result()


def test_thousand_calls(no_loop: None, thing: Thing) -> None:
    """A thousand calls run on one loop in one thread."""

    async def where() -> tuple[int, int]:
        return id(asyncio.get_running_loop()), threading.get_ident()

    assert len({thing.loop.call(where) for _ in range(1000)}) == 1


def test_handle_is_small(thing: Thing) -> None:
    """Making a handle starts neither loop nor thread."""
    before = portal.current()
    handle = PrivateLoop(noop)
    assert not handle.closed
    assert portal.current() is before
