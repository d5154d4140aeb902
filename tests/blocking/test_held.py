from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import anyio
import pytest

from actionruns.errors import ClientClosed, NotFound
from tests.blocking.clients import Thing
from tests.blocking.test_call import interrupt_main_thread


def test_value(thing: Thing) -> None:
    """The body gets the blocking twin of what the async context manager gives."""
    with thing.report("r_1") as report:
        assert report.log("hello") == 5
    assert thing.journal.entries == ["enter r_1", "log hello", "success"]


def test_error_travels_in(thing: Thing) -> None:
    """The async context manager sees the body's error, which then leaves the with statement."""
    error = KeyError("x")
    with pytest.raises(KeyError) as caught, thing.report("r_1"):
        raise error
    assert caught.value is error
    assert thing.journal.entries[-1] == "failure KeyError"


def test_traceback_ends_in_the_body(thing: Thing) -> None:
    """The traceback of the body's error has no frames of the facade."""
    with pytest.raises(KeyError) as caught, thing.report("r_1"):
        raise KeyError("x")
    names = [frame.name for frame in traceback.extract_tb(caught.tb)]
    assert names == ["test_traceback_ends_in_the_body"]


def test_suppression_travels_out(thing: Thing) -> None:
    """An error that the async context manager swallows doesn't leave the with statement."""
    with thing.report("r_1", swallow=KeyError):
        thing.runs.fail(KeyError("x"))
    assert thing.journal.entries == ["enter r_1", "failure KeyError"]


@pytest.mark.parametrize("error", [StopIteration(), SystemExit(3), KeyboardInterrupt()])
def test_special_errors(thing: Thing, error: BaseException) -> None:
    """StopIteration, SystemExit and KeyboardInterrupt of the body are handed in like any other."""
    with pytest.raises(type(error)) as caught, thing.report("r_1"):
        raise error
    assert caught.value is error
    assert thing.journal.entries[-1] == f"failure {type(error).__name__}"
    assert thing.runs.get("r_1") == "r_1 v1"


def test_enter_fails(thing: Thing) -> None:
    """An error on entering is raised by the with statement, with its own type."""

    @asynccontextmanager
    async def refuse() -> AsyncIterator[int]:
        if not thing.closed:
            raise NotFound(status=404)
        yield 1

    with pytest.raises(NotFound), thing.loop.enter(refuse, lambda value, loop: value):
        pass


def test_leaving_fails(thing: Thing) -> None:
    """An error on leaving is raised by the with statement, with its own type."""

    @asynccontextmanager
    async def untidy() -> AsyncIterator[int]:
        yield 1
        raise NotFound(status=404)

    with pytest.raises(NotFound), thing.loop.enter(untidy, lambda value, loop: value) as value:
        assert value == 1


def test_one_task(thing: Thing) -> None:
    """A cancel scope may span the body: entering and leaving happen in one task."""

    @asynccontextmanager
    async def guarded() -> AsyncIterator[str]:
        with anyio.fail_after(60):
            async with anyio.create_task_group():
                yield "value"

    with thing.loop.enter(guarded, lambda value, loop: value.upper()) as value:
        assert value == "VALUE"


def test_entered_again(thing: Thing) -> None:
    """Each entering opens a new async context manager."""
    context = thing.report("r_1")
    for _ in range(2):
        with context as report:
            report.log("again")
    assert thing.journal.entries == 2 * ["enter r_1", "log again", "success"]


def test_client_closed_meanwhile(thing: Thing) -> None:
    """Closing the client inside the body leaves the context as cancelled, never as a success."""
    with pytest.raises(ClientClosed), thing.report("r_1"):
        thing.close()
    assert "success" not in thing.journal.entries
    assert "failure CancelledError" in thing.journal.entries


def test_swallowed_cancellation(thing: Thing) -> None:
    """An async context manager that swallows the cancellation of a closing client ends normally."""

    @asynccontextmanager
    async def stoic() -> AsyncIterator[None]:
        try:
            yield
        except asyncio.CancelledError:
            thing.journal.note("swallowed")

    with pytest.raises(ClientClosed), thing.loop.enter(stoic, lambda value, loop: value):
        thing.close()
    assert thing.journal.entries[0] == "swallowed"


@pytest.mark.parametrize("when", ["entering", "leaving"])
def test_ctrl_c(thing: Thing, when: str) -> None:
    """A Ctrl-C while entering or leaving is raised after the clean-up on the loop."""

    async def stay() -> None:
        try:
            interrupt_main_thread()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            thing.journal.note("cleaned up")

    @asynccontextmanager
    async def slow() -> AsyncIterator[None]:
        if when == "entering":
            await stay()
        yield
        await stay()

    with pytest.raises(KeyboardInterrupt), thing.loop.enter(slow, lambda value, loop: value):
        thing.journal.note("body")
    assert thing.journal.entries[-1] == "cleaned up"
    assert ("body" in thing.journal.entries) == (when == "leaving")


def test_another_thread_leaves(thing: Thing) -> None:
    """A context may be left in another thread than it was entered in."""
    context = thing.report("r_1")
    context.__enter__()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(context.__exit__, None, None, None).result(20) is False
    assert thing.journal.entries[-1] == "success"
