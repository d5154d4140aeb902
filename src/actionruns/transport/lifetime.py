"""When a session of ours ends, should its client be forgotten.

A client that is closed closes its sessions. One that is not must not leave "Unclosed client
session" on somebody's terminal, so a session also ends

- with its event loop, as far as the loop says that it ends: ``asyncio.run`` and whoever else calls
  ``shutdown_asyncgens``;
- when it is collected after a loop that was just closed;
- when the interpreter exits and the loop was never closed, as older programs have it.
"""

from __future__ import annotations

import asyncio
import atexit
import os
from collections.abc import AsyncGenerator
from contextlib import suppress

import aiohttp

__all__ = ["Lifetime", "close_at_exit"]

# Held until closed: a session that is collected in one cycle with its client (a traceback is
# enough to make one) complains before its generator gets to close it.
_open: dict[aiohttp.ClientSession, asyncio.AbstractEventLoop] = {}
_inherited: list[aiohttp.ClientSession] = []


class Lifetime:
    """The life of one session, from `begin` to `end` or to the end of its loop."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._loop = asyncio.get_running_loop()
        self._generator = _lifetime(session)
        _open[session] = self._loop

    async def begin(self) -> None:
        """Have the running loop end the session when it shuts down."""
        await anext(self._generator)

    async def end(self) -> None:
        """Close the session; repeating it does nothing."""
        await self._generator.aclose()

    def __del__(self) -> None:
        if self._loop.is_closed():
            _close_after_loop(self._session)


async def _lifetime(session: aiohttp.ClientSession) -> AsyncGenerator[None, None]:
    # A started asynchronous generator is finalised by its loop, when the loop shuts down or when
    # it is collected. That is the one public hook for the end of a loop.
    try:
        yield
    finally:
        await session.close()
        _open.pop(session, None)


def _close_after_loop(session: aiohttp.ClientSession) -> None:
    """Close a session whose loop is closed: there is nothing left to wait for."""
    _open.pop(session, None)
    closing = session.close()
    try:
        with suppress(StopIteration):
            closing.send(None)
    finally:
        closing.close()


def close_at_exit() -> None:
    """Close what is open yet; the interpreter calls it."""
    for session, loop in list(_open.items()):
        if loop.is_running():
            continue
        if loop.is_closed():
            _close_after_loop(session)
        else:
            with suppress(RuntimeError):  # another thread runs it after all
                loop.run_until_complete(session.close())


def _leave_to_parent() -> None:
    # To close them in the child would take them out of the selector, which is the parent's, too.
    _inherited.extend(_open)
    _open.clear()


atexit.register(close_at_exit)
if hasattr(os, "register_at_fork"):  # Not on Windows, which has no fork.
    os.register_at_fork(after_in_child=_leave_to_parent)
