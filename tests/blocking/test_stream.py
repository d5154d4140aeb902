from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from actionruns.blocking import portal
from actionruns.errors import ClientClosed, RateLimited
from tests.blocking.clients import Thing
from tests.blocking.test_call import interrupt_main_thread


def test_items(thing: Thing) -> None:
    """An iterator gives the items in order, then ends, and the generator is closed by then."""
    assert list(thing.runs.count(3)) == [0, 1, 2]
    assert thing.journal.entries[-1] == "generator closed"


def test_one_task(thing: Thing) -> None:
    """Time-outs that span several items work: one task drives the generator from start to end."""

    async def guarded() -> AsyncIterator[int]:
        with anyio.fail_after(60):
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 0)
                yield 1
                yield 2

    assert list(thing.loop.iterate(guarded)) == [1, 2]


def test_not_ahead(thing: Thing) -> None:
    """The generator runs no further than the item that was asked for."""
    items = thing.runs.count(10)
    assert thing.journal.entries == []
    assert next(items) == 0
    thing.runs.get("r_1")  # A further turn of the loop.
    assert thing.journal.entries == ["item 0"]


def test_exhausted(thing: Thing) -> None:
    """An iterator that has ended stays ended."""
    items = thing.runs.count(1)
    assert list(items) == [0]
    assert list(items) == []


def test_error(thing: Thing) -> None:
    """An error in the generator is raised by next, the same object; after it the iterator ended."""
    error = RateLimited(status=429)
    items = thing.runs.count(1, then=error)
    assert next(items) == 0
    with pytest.raises(RateLimited) as caught:
        next(items)
    assert caught.value is error
    assert list(items) == []


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_base_exception(thing: Thing, error: BaseException) -> None:
    """SystemExit in a generator is raised in the consuming thread and leaves the loop running."""
    thread = portal.running()
    with pytest.raises(type(error)):
        list(thing.runs.count(0, then=error))
    assert thing.runs.get("r_1") == "r_1 v1"
    assert portal.running() is thread


def test_opening_fails(thing: Thing) -> None:
    """An error in the function that makes the async iterator is raised by next."""

    def refuse() -> AsyncIterator[int]:
        raise ValueError("no such entity")

    with pytest.raises(ValueError, match="no such entity"):
        next(thing.loop.iterate(refuse))


def test_plain_async_iterator(thing: Thing) -> None:
    """An async iterator without aclose works as a generator does."""

    class Two:
        def __init__(self) -> None:
            self.left = 2

        def __aiter__(self) -> AsyncIterator[int]:
            return self

        async def __anext__(self) -> int:
            if not self.left:
                raise StopAsyncIteration
            self.left -= 1
            return self.left

    assert list(thing.loop.iterate(Two)) == [1, 0]


def test_break(thing: Thing) -> None:
    """Leaving a for early closes the generator on the loop."""
    for _ in thing.runs.count(10):
        break
    thing.journal.wait_for("generator closed")
    assert thing.journal.entries == ["item 0", "generator closed"]


def test_dropped_in_a_cycle(thing: Thing) -> None:
    """An iterator that only the garbage collector finds closes its generator."""
    items = thing.runs.count(10)
    assert next(items) == 0
    cycle: list[object] = [items]
    cycle.append(cycle)
    del items, cycle
    gc.collect()
    thing.journal.wait_for("generator closed")


def test_dropped_before_the_first_item(thing: Thing) -> None:
    """An iterator that was never used leaves nothing behind."""
    thing.runs.count(10)
    thing.runs.get("r_1")
    assert thing.journal.entries == []


def test_close(thing: Thing) -> None:
    """Closing returns when the generator has cleaned up; then the iterator has ended."""
    items = thing.runs.count(10)
    assert next(items) == 0
    items.close()
    assert thing.journal.entries[-1] == "generator closed"
    assert list(items) == []
    items.close()
    assert thing.journal.entries.count("generator closed") == 1


def test_close_before_the_first_item(thing: Thing) -> None:
    """Closing an unused iterator runs nothing, and it gives no items afterwards."""
    items = thing.runs.count(10)
    items.close()
    assert list(items) == []
    assert thing.journal.entries == []


def test_context_manager(thing: Thing) -> None:
    """Leaving the iterator as a context manager closes it."""
    with thing.runs.count(10) as items:
        assert next(items) == 0
    assert thing.journal.entries[-1] == "generator closed"


def test_close_raises_what_goes_wrong(thing: Thing) -> None:
    """An error in the generator's clean-up is raised by close."""

    async def untidy() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            raise OSError("cannot release")

    items = thing.loop.iterate(untidy)
    assert next(items) == 1
    with pytest.raises(OSError, match="cannot release"):
        items.close()


def test_close_after_the_client(thing: Thing) -> None:
    """Closing an iterator after its client does nothing: it was closed with the client."""
    items = thing.runs.count(10)
    assert next(items) == 0
    thing.close()
    assert thing.journal.entries[-2] == "generator closed"
    items.close()


def test_close_while_another_thread_waits(thing: Thing) -> None:
    """Closing an iterator ends another thread's wait for its next item."""
    items = thing.runs.count(-1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, items)
        thing.journal.wait_for("waiting")
        items.close()
        with pytest.raises(ClientClosed):
            waiting.result(20)


def test_ctrl_c(thing: Thing) -> None:
    """A Ctrl-C while waiting for an item is raised after the generator has cleaned up."""

    async def endless() -> AsyncIterator[int]:
        try:
            interrupt_main_thread()
            await asyncio.Event().wait()
            yield 1
        finally:
            await asyncio.sleep(0)
            thing.journal.note("generator closed")

    items = thing.loop.iterate(endless)
    with pytest.raises(KeyboardInterrupt):
        next(items)
    assert thing.journal.entries == ["generator closed"]
    assert list(items) == []


def test_shared_by_threads(thing: Thing) -> None:
    """Threads that share an iterator get each item once."""
    items = thing.runs.count(200)
    together = threading.Barrier(4)

    def take() -> list[int]:
        together.wait(20)
        return list(items)

    with ThreadPoolExecutor(4) as pool:
        shares = [pool.submit(take) for _ in range(4)]
        taken = [number for share in shares for number in share.result(20)]
    assert sorted(taken) == list(range(200))


def test_other_loop(no_loop: None, thing: Thing) -> None:
    """An iterator doesn't outlive its loop: next says so instead of waiting for ever."""
    items = thing.runs.count(10)
    assert next(items) == 0
    portal.running().stop(20)
    with pytest.raises(ClientClosed, match="open it again"):
        next(items)
    items.close()
