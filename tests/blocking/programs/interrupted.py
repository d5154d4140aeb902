"""Is interrupted ten times, each time in a call that holds a connection."""

from __future__ import annotations

import asyncio

from actionruns.blocking import PrivateLoop, portal
from tests.blocking.clients import AsyncEcho
from tests.blocking.programs.setting import KIND, PORT, say

order: list[str] = []


async def hold() -> None:
    """Hold a connection until cancelled, and need the loop to give it back."""
    client = AsyncEcho(PORT)
    try:
        say(await client.ask("here"))
        await asyncio.Event().wait()
    finally:
        await client.aclose()
        order.append("clean-up")


async def noop() -> None: ...


handle = PrivateLoop(noop)
for _ in range(10):
    try:
        handle.call(hold)
    except KeyboardInterrupt:
        order.append("except")
loop = portal.running().loop
assert type(loop).__module__.startswith("uvloop") == (KIND == "uvloop")
assert len(portal.running()._tasks) == 0
say(" ".join(order))
