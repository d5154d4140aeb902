from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from actionruns.blocking import BlockingClient, portal
from actionruns.errors import ClientClosed
from tests.blocking.clients import Thing

CLOSED = "closed on actionruns-loop"

BLOCKED: dict[str, Callable[[Thing], object]] = {
    "call": lambda thing: thing.runs.wait_forever(),
    "iteration": lambda thing: list(thing.runs.count(-1)),
}


def test_making_a_client_starts_nothing(no_loop: None) -> None:
    """A client that was made, printed and closed has started no loop."""
    thing = Thing()
    repr(thing)
    thing.close()
    assert portal.current() is None
    assert thing.journal.entries == []


def test_without_with() -> None:
    """A client works without with, until it is closed."""
    thing = Thing()
    assert thing.runs.get("r_1") == "r_1 v1"
    thing.close()
    assert thing.closed
    assert thing.journal.entries == [CLOSED]


def test_with() -> None:
    """Leaving the client as a context manager closes it."""
    with Thing() as thing:
        thing.runs.get("r_1")
    assert thing.closed
    assert thing.journal.entries == [CLOSED]


def test_close_again(thing: Thing) -> None:
    """Closing a closed client does nothing."""
    thing.runs.get("r_1")
    thing.close()
    thing.close()
    assert thing.journal.entries == [CLOSED]


def test_closed_client_refuses(thing: Thing) -> None:
    """A closed client refuses calls, iterations and contexts, and says what to do."""
    thing.close()
    with pytest.raises(ClientClosed, match="make a new one"):
        thing.runs.get("r_1")
    with pytest.raises(ClientClosed):
        next(thing.runs.count(1))
    with pytest.raises(ClientClosed), thing.report("r_1"):
        pass


def test_closed_between_check_and_start(thing: Thing) -> None:
    """A call that a close overtakes on its way to the loop neither runs nor keeps the client."""

    class Overtaken:
        closed = True

        async def aclose(self) -> None: ...

    async def never_run() -> None:
        thing.journal.note("run")

    async def start_after_close() -> bool:
        owner = Overtaken()
        task = portal.inside().spawn(owner, never_run)
        await asyncio.wait([task])
        assert owner.aclose not in portal.inside()._closers
        return task.cancelled()

    assert thing.loop.call(start_after_close)
    assert "run" not in thing.journal.entries


@pytest.mark.parametrize("work", BLOCKED.values(), ids=BLOCKED)
def test_close_ends_other_threads_work(thing: Thing, work: Callable[[Thing], object]) -> None:
    """A thread blocked in a call or an iteration gets ClientClosed when another closes."""
    with ThreadPoolExecutor(1) as pool:
        blocked = pool.submit(work, thing)
        thing.journal.wait_for("waiting")
        thing.close()
        with pytest.raises(ClientClosed, match="the client was closed"):
            blocked.result(20)
    # The work cleaned up while the async client was still open.
    assert thing.journal.entries[-1] == CLOSED
    assert len(thing.journal.entries) == 3


def test_close_leaves_other_clients_alone(thing: Thing) -> None:
    """Closing one client doesn't disturb a call of another."""
    with ThreadPoolExecutor(1) as pool, Thing() as other:
        blocked = pool.submit(thing.runs.wait_forever)
        thing.journal.wait_for("waiting")
        other.runs.get("r_1")
        other.close()
        assert thing.runs.get("r_1") == "r_1 v1"
        assert not blocked.done()
        thing.close()
        assert isinstance(blocked.exception(20), ClientClosed)


def test_close_raises_what_goes_wrong() -> None:
    """An error of the async client's aclose is raised by close."""

    class AsyncBroken:
        async def aclose(self) -> None:
            raise OSError("cannot close")

        async def use(self) -> None: ...

    broken = AsyncBroken()
    client = BlockingClient(broken)
    client._loop.call(broken.use)
    with pytest.raises(OSError, match="cannot close"):
        client.close()
    assert client.closed


def test_dropped_client_is_closed() -> None:
    """A client that is dropped without close gives its connections back."""
    thing = Thing()
    journal = thing.journal
    thing.runs.get("r_1")
    del thing
    gc.collect()
    journal.wait_for(CLOSED)
    assert journal.entries == [CLOSED]


def fail_in_count(thing: Thing) -> None:
    async def fail() -> AsyncIterator[int]:
        yield 1
        raise KeyError("x")

    with contextlib.suppress(KeyError):
        list(thing.loop.iterate(fail))


def break_off(thing: Thing) -> None:
    for _ in thing.runs.count(2):
        break


def report(thing: Thing) -> None:
    with thing.report("r_1") as running:
        running.log("hello")


def fail_in_report(thing: Thing) -> None:
    with contextlib.suppress(KeyError), thing.report("r_1"):
        raise KeyError("x")


def fail_to_enter(thing: Thing) -> None:
    def refuse() -> AbstractAsyncContextManager[None]:
        raise KeyError("x")

    with contextlib.suppress(KeyError), thing.loop.enter(refuse, lambda value, loop: None):
        pass


def fail_to_leave(thing: Thing) -> None:
    @asynccontextmanager
    async def untidy() -> AsyncIterator[None]:
        yield
        raise KeyError("x")

    with contextlib.suppress(KeyError), thing.loop.enter(untidy, lambda value, loop: None):
        pass


@pytest.mark.parametrize(
    "use",
    [
        lambda thing: list(thing.runs.count(2)),
        break_off,
        fail_in_count,
        report,
        fail_in_report,
        fail_to_enter,
        fail_to_leave,
    ],
)
def test_dropped_client_is_closed_at_once(use: Callable[[Thing], object]) -> None:
    """However a client was used, dropping it closes it without help of the garbage collector."""
    gc.collect()
    gc.disable()
    try:
        thing = Thing()
        journal = thing.journal
        use(thing)
        del thing
        journal.wait_for(CLOSED)
        assert journal.entries.count(CLOSED) == 1
    finally:
        gc.enable()


def test_endpoints_outlive_the_client_object() -> None:
    """Endpoints go on working when only they are kept; dropping them closes the async client."""
    thing = Thing()
    journal = thing.journal
    runs = thing.runs
    del thing
    assert runs.get("r_1") == "r_1 v1"
    assert journal.entries == []
    del runs
    journal.wait_for(CLOSED)


def test_repr(thing: Thing) -> None:
    """The client looks like the async one under its own name."""
    assert repr(thing) == "Thing(colour='blue')"
