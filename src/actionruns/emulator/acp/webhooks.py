"""Webhooks: each run is posted, at each change of its status, to who asked for it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
from typing import Any

import aiohttp
import orjson
from yarl import URL

__all__ = ["Webhooks", "is_loopback"]

_log = logging.getLogger(__name__)
_SECONDS = 5.0


class Webhooks:
    """Post to loopback URLs, in the order of the changes; nothing is posted twice."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def post(self, url: str, body: Any) -> None:
        """Post a body soon; a URL that isn't of this machine is logged and left out."""
        if not is_loopback(url):
            _log.warning("The emulator calls loopback addresses only, not %s", url)
            return
        self._queue.put_nowait((url, orjson.dumps(body)))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def aclose(self) -> None:
        """Stop; what isn't posted yet never will be."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                url, body = await self._queue.get()
                try:
                    # No redirects: they could lead to another machine.
                    async with session.post(
                        url,
                        data=body,
                        headers={"Content-Type": "application/json"},
                        allow_redirects=False,
                    ) as response:
                        _log.debug("The webhook %s answered %s", url, response.status)
                except (aiohttp.ClientError, TimeoutError) as error:
                    _log.warning("The webhook %s failed: %s", url, error)


def is_loopback(url: str) -> bool:
    """Tell whether a URL is one of this machine, without asking for a name's address."""
    try:
        parsed = URL(url)
        host = parsed.host or ""
        known = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
    return known and parsed.scheme in {"http", "https"}
