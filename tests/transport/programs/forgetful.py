"""Use a client and forget to close it, in each way that programs have."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import threading
from collections.abc import Callable

from actionruns.transport import lifetime
from tests.transport.operations import GET, ONE, transport_to

URL = sys.argv[2] if __name__ == "__main__" else "http://never.invalid"


async def use_and_forget() -> None:
    await transport_to(URL).send(GET, ONE)


async def use_many() -> None:
    transport = transport_to(URL)
    await asyncio.gather(*(transport.send(GET, ONE) for _ in range(10)))


async def forget_a_running_call() -> None:
    transport = transport_to(URL)
    await transport.send(GET, ONE)
    call = asyncio.ensure_future(transport.send(GET, {"thing_id": "never"}))
    await asyncio.sleep(0)
    del call


GLOBAL = transport_to(URL)


async def use_global() -> None:
    await GLOBAL.send(GET, ONE)


def run() -> None:
    """As most programs do."""
    asyncio.run(use_and_forget())


def run_many() -> None:
    """With several connections open."""
    asyncio.run(use_many())


def run_running() -> None:
    """With a call under way at the end."""
    asyncio.run(forget_a_running_call())


def run_twice() -> None:
    """One client of the module for two loops."""
    asyncio.run(use_global())
    asyncio.run(use_global())


def run_in_threads() -> None:
    """One client of the module for loops in threads."""
    threads = [threading.Thread(target=lambda: asyncio.run(use_global())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def drop_inside() -> None:
    """The client is dropped while the loop goes on."""

    async def main() -> None:
        await use_and_forget()
        for _ in range(10):
            await asyncio.sleep(0)

    asyncio.run(main())


def drop_in_a_cycle() -> None:
    """The client is collected together with an error's traceback."""

    async def fail() -> None:
        transport = transport_to(URL)
        await transport.send(GET, ONE)
        kept = ValueError()
        try:
            raise kept
        except ValueError:
            pass

    async def main() -> None:
        await fail()
        gc.collect()
        for _ in range(10):
            await asyncio.sleep(0)

    asyncio.run(main())


def fork() -> None:
    """The process forks; the child ends as processes do, the parent goes on."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(use_global())
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == 0
        loop.run_until_complete(use_global())
        loop.run_until_complete(GLOBAL.aclose())
        loop.close()
    else:
        lifetime.close_at_exit()
        os._exit(0)


def exit_during_a_loop() -> None:
    """The interpreter exits while a loop still runs in a daemon thread."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    asyncio.run_coroutine_threadsafe(use_global(), loop).result()


def never_used() -> None:
    """The client is made and never used."""
    transport_to(URL)


def by_hand() -> None:
    """A loop by hand, ended as asyncio.run ends it."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(use_global())
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def by_hand_closed() -> None:
    """A loop by hand that is just closed."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(use_global())
    loop.close()


def by_hand_closed_twice() -> None:
    """Two loops by hand, one after the other."""
    by_hand_closed()
    by_hand_closed()


def by_hand_and_dropped() -> None:
    """A loop by hand that is closed before the client is dropped."""
    loop = asyncio.new_event_loop()
    transport = transport_to(URL)
    loop.run_until_complete(transport.send(GET, ONE))
    loop.close()
    del transport


def by_hand_open() -> None:
    """A loop by hand that is never closed."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(use_global())


def by_hand_open_and_dropped() -> None:
    """A loop by hand that is never closed, and a client that is gone before."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(use_and_forget())


WAYS: dict[str, Callable[[], None]] = {
    way.__name__: way
    for way in (
        *(
            run,
            run_many,
            run_running,
            run_twice,
            run_in_threads,
            drop_inside,
            drop_in_a_cycle,
            never_used,
        ),
        *(by_hand, by_hand_closed, by_hand_closed_twice, by_hand_and_dropped, by_hand_open),
        by_hand_open_and_dropped,
    )
}

if __name__ == "__main__":
    # Development mode warns of steps that take 0.1 s, which on a busy machine are anybody's. What
    # is left unclosed is told as an error.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    WAYS[sys.argv[1]]()
    print("done")
