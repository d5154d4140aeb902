"""Wait for the turn of an operation that has a limit of its own."""

from __future__ import annotations

import time
from typing import Any

from actionruns.core.operation import Operation
from actionruns.core.pacing import Pacer
from actionruns.transport.journal import log_turn
from actionruns.transport.pool import LoopSession

__all__ = ["wait_for_turn"]


async def wait_for_turn(pacer: Pacer, operation: Operation[Any], session: LoopSession) -> None:
    """Wait until the operation's own limit lets another call out; no timeout counts this."""
    now = time.monotonic()
    wait = pacer.reserve(now)
    if wait <= 0:
        return
    log_turn(session.service, operation, wait, pacer)
    try:
        await session.pause(wait)
    except BaseException:
        pacer.release(now + wait)
        raise
